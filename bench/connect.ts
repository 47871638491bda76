// How long connecting takes, by pgbench -C with one client: directly, through the splice, PgBouncer and the gateway, the
// latter without and with connections logged in ahead. Usage: node bench/connect.ts [--seconds 5] [--rounds 3] [--pool 4]
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reachableTemporaryFolder, serverAccount } from '../packages/testkit/src/postgres-binaries.ts'
import { startPostgres } from '../packages/testkit/src/postgres-server.ts'
import { findProgram } from '../packages/testkit/src/system-tools.ts'
import { cpuBetween, cpuTimeOf, cpuTotal } from './cpu-time.ts'
import { median } from './median.ts'
import { connecting, initialise, type Target } from './run-pgbench.ts'
import { aligned } from './table.ts'
import { type Contender, directly, throughGateway, throughPgBouncer, throughSplice } from './targets.ts'

const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    pool: { type: 'string', default: '4' },
  },
})

const program = findProgram('pgbench')
if (!program) throw new Error('`pgbench` is not installed: run `apt-get install postgresql`')
await measure(program)

async function measure(pgbench: string): Promise<void> {
  const folder = await mkdtemp(join(reachableTemporaryFolder(serverAccount()), 'sluice-bench-'))
  const server = await startPostgres({ version: 'debian', superuserPassword: 'bench', auth: 'scram-sha-256' })
  const contenders: Contender[] = []
  try {
    const direct = directly(server, 'postgres')
    await initialise(pgbench, direct.target, 1)
    contenders.push(direct, ...(await others(direct.target, folder)))
    const rows = await race(pgbench, contenders)
    console.log(aligned([['through', 'connecting', 'CPU/connection'], ...rows]))
  } finally {
    for (const contender of contenders) await contender.stop()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function others(direct: Target, folder: string): Promise<Contender[]> {
  const pgbouncer = await throughPgBouncer(direct, folder)
  return [
    await throughSplice(direct),
    ...(pgbouncer === undefined ? [] : [pgbouncer]),
    await throughGateway(direct, folder),
    await throughGateway(direct, folder, { pool: Number(given.pool) }),
  ]
}

/** Interleaved, medians of the rounds. CPU: of the process in the middle, for a connection and its one SELECT. */
async function race(pgbench: string, contenders: readonly Contender[]): Promise<string[][]> {
  const rounds = contenders.map((): { ms: number; cpu: number }[] => [])
  for (let round = 0; round < Number(given.rounds); round += 1) {
    for (const [at, { target, pid }] of contenders.entries()) {
      const before = cpuTimeOf(pid)
      const { ms, transactions } = await connecting(pgbench, target, Number(given.seconds))
      rounds[at]?.push({ ms, cpu: cpuTotal(cpuBetween(before, cpuTimeOf(pid))) / transactions })
    }
  }
  return contenders.map(({ target }, at) => [
    target.name,
    `${median((rounds[at] ?? []).map(({ ms }) => ms)).toFixed(2)} ms`,
    at === 0 ? '-' : `${median((rounds[at] ?? []).map(({ cpu }) => cpu)).toFixed(0)} µs`,
  ])
}
