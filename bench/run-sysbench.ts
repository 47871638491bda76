import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { findProgram } from '../packages/testkit/src/system-tools.ts'
import type { Target } from './run-pgbench.ts'

const run = promisify(execFile)

/** A script of sysbench's own, with statements prepared or not. */
export type SysbenchLoad = {
  readonly script: string
  readonly prepared: boolean
  readonly threads: number
  readonly seconds: number
}

const TABLE = ['--tables=1', '--table-size=100000']

/** Makes the table that the scripts read. */
export async function prepareTables(target: Target): Promise<void> {
  await sysbench(target, 'oltp_read_only', ['prepare'])
}

/** Transactions per second, and how many there were. Rejects with what sysbench said when it fails. */
export async function runSysbench(
  target: Target,
  { script, prepared, threads, seconds }: SysbenchLoad,
): Promise<{ perSecond: number; count: number }> {
  const mode = `--db-ps-mode=${prepared ? 'auto' : 'disable'}`
  const said = await sysbench(target, script, [mode, `--threads=${threads}`, `--time=${seconds}`, 'run'])
  const [, count, perSecond] = /transactions:\s+(\d+)\s+\(([\d.]+) per sec/.exec(said) ?? []
  if (count === undefined) throw new Error(`sysbench did not say how many transactions:\n${said}`)
  return { perSecond: Number(perSecond), count: Number(count) }
}

async function sysbench(target: Target, script: string, more: readonly string[]): Promise<string> {
  const program = findProgram('sysbench')
  if (program === undefined) throw new Error('`sysbench` is not installed: run `apt-get install sysbench`')
  const at = [`--mysql-port=${target.port}`, `--mysql-user=${target.user}`, `--mysql-db=${target.database}`]
  const { stdout } = await run(program, [
    script,
    '--db-driver=mysql',
    '--mysql-host=127.0.0.1',
    `--mysql-password=${target.password}`,
    '--mysql-ssl=off',
    ...at,
    ...TABLE,
    ...more,
  ])
  return stdout
}
