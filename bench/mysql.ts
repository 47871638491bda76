// MySQL's protocol: sysbench's oltp_point_select and oltp_read_only, and one big result raw and masked, directly, through the
// splice and through the gateway in one run. Usage: pnpm bench:mysql [--seconds 5] [--warm 10] [--rounds 3] [--threads 1,16]
// [--scripts oltp_point_select,oltp_read_only] [--megabytes 100] [--without gateway-file]
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startMariadb } from '../packages/testkit/src/mariadb-server.ts'
import { cpuBetween, cpuTimeOf, cpuTotal } from './cpu-time.ts'
import { median } from './median.ts'
import { makeBulkTables, makeLogin, readAll } from './mysql-transfer.ts'
import type { Target } from './run-pgbench.ts'
import { prepareTables, runSysbench, type SysbenchLoad } from './run-sysbench.ts'
import { aligned } from './table.ts'
import { type Contender, throughGateway, throughSplice } from './targets.ts'

const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    warm: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: '1,16' },
    scripts: { type: 'string', default: 'oltp_point_select,oltp_read_only' },
    megabytes: { type: 'string', default: '100' },
    without: { type: 'string', multiple: true, default: [] },
  },
})

/** What the gateway is meant to reach of the splice. */
const MEANT = { transactions: 0.75, raw: 0.8, masked: 0.55 }

const WARM_THREADS = 16

/** What one round came to: so much a second, and the CPU time of the process in the middle for one, in microseconds. */
type Round = { readonly perSecond: number; readonly cpu: number }

const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-'))
const server = await startMariadb({ accounts: true, options: ['--innodb-flush-log-at-trx-commit=0'] })
const contenders: Contender[] = []
try {
  const direct = await makeLogin(server)
  await prepareTables(direct)
  // Before the gateway starts: tables that it has not read yet are redacted whole.
  if (Number(given.megabytes) > 0) await makeBulkTables(server, Number(given.megabytes))
  contenders.push({ target: direct, pid: undefined, stop: () => Promise.resolve() })
  contenders.push(await throughSplice(direct), await throughGateway(direct, folder))
  if (!given.without.includes('gateway-file'))
    contenders.push(await throughGateway(direct, folder, { readsWaitFor: 'file' }))
  const machine = `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores`
  console.log(`${machine}, Node ${process.versions.node}, median of ${given.rounds}\n`)
  console.log(
    aligned([
      ['load', 'statements', 'threads', 'through', 'tps', 'CPU/tx', '/ direct', '/ splice', 'meant'],
      ...(await transactions()),
    ]),
  )
  if (Number(given.megabytes) > 0) {
    console.log()
    console.log(
      aligned([['load', 'through', 'MB/s', 'CPU/MB', '/ direct', '/ splice', 'meant'], ...(await results())]),
    )
  }
} finally {
  for (const contender of contenders) await contender.stop()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

async function transactions(): Promise<string[][]> {
  const rows: string[][] = []
  for (const script of given.scripts.split(',')) {
    for (const prepared of [true, false]) {
      const load = { script, prepared, threads: WARM_THREADS, seconds: Number(given.warm) }
      if (load.seconds > 0) for (const { target } of contenders) await runSysbench(target, load)
      for (const threads of given.threads.split(',').map(Number)) {
        const one: SysbenchLoad = { ...load, threads, seconds: Number(given.seconds) }
        const name = [script, prepared ? 'prepared' : 'plain', String(threads)]
        rows.push(...(await race(name, MEANT.transactions, (target) => runSysbench(target, one))))
      }
    }
  }
  return rows
}

async function results(): Promise<string[][]> {
  const megabytes = Number(given.megabytes)
  const rows: string[][] = []
  for (const [name, table, meant] of [
    ['result', 'events', MEANT.raw],
    ['2 of 10 masked', 'people', MEANT.masked],
  ] as const) {
    const carry = async (target: Target) => {
      const seconds = await readAll(target, `SELECT * FROM ${table}`)
      return { perSecond: megabytes / seconds, count: megabytes }
    }
    for (const { target } of contenders) await carry(target)
    rows.push(...(await race([name], meant, carry)))
  }
  return rows
}

/** Rounds are interleaved, so that a busy minute of the machine hits every contender alike. */
async function race(
  name: readonly string[],
  meant: number,
  run: (target: Target) => Promise<{ perSecond: number; count: number }>,
): Promise<string[][]> {
  const rounds = contenders.map((): Round[] => [])
  for (let round = 0; round < Number(given.rounds); round += 1) {
    for (const [at, { target, pid }] of contenders.entries()) {
      const before = cpuTimeOf(pid)
      const { perSecond, count } = await run(target)
      rounds[at]?.push({ perSecond, cpu: cpuTotal(cpuBetween(before, cpuTimeOf(pid))) / count })
    }
  }
  const speeds = rounds.map((own) => median(own.map(({ perSecond }) => perSecond)))
  const [direct = 0, splice = 0] = speeds
  return contenders.map(({ target, pid }, at) => {
    const speed = speeds[at] ?? 0
    const cpu = median((rounds[at] ?? []).map((round) => round.cpu))
    return [
      ...name,
      target.name,
      speed.toFixed(0),
      pid === undefined ? '-' : `${cpu.toFixed(1)} µs`,
      (speed / direct).toFixed(2),
      (speed / splice).toFixed(2),
      target.name === 'gateway' ? `≥ ${meant.toFixed(2)}` : '',
    ]
  })
}
