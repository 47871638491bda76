// Much data in one statement, directly, through the splice and through the gateway in one run: results raw, masked and
// searched, COPY both ways, pg_restore. Usage: pnpm bench:bulk [--megabytes 100] [--rounds 3] [--loads result,COPY in]
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reachableTemporaryFolder, serverAccount } from '../packages/testkit/src/postgres-binaries.ts'
import { startPostgres } from '../packages/testkit/src/postgres-server.ts'
import { type BulkLoad, bulkLoads, prepareBulk } from './bulk-loads.ts'
import { cpuBetween, cpuTimeOf, cpuTotal } from './cpu-time.ts'
import { median } from './median.ts'
import { aligned } from './table.ts'
import { type Contender, directly, throughGateway, throughSplice } from './targets.ts'

const { values: given } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '100' },
    rounds: { type: 'string', default: '3' },
    loads: { type: 'string', default: '' },
  },
})
const megabytes = Number(given.megabytes)

/** One round: how long it took, and the CPU time that the process in the middle used. */
type Round = { readonly seconds: number; readonly cpuSeconds: number }

const folder = await mkdtemp(join(reachableTemporaryFolder(serverAccount()), 'sluice-bench-'))
const server = await startPostgres({ version: 'debian', superuserPassword: 'bench', auth: 'scram-sha-256' })
const contenders: Contender[] = []
try {
  const direct = directly(server, 'postgres')
  const archive = await prepareBulk(direct.target, folder, megabytes)
  contenders.push(direct, await throughSplice(direct.target), await throughGateway(direct.target, folder))
  console.log(
    `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.versions.node}`,
  )
  console.log(`${megabytes} MB, median of ${given.rounds}\n`)
  const wanted = given.loads === '' ? undefined : given.loads.split(',')
  const rows: string[][] = []
  for (const load of bulkLoads(direct.target, archive, megabytes)) {
    if (wanted === undefined || wanted.includes(load.name)) rows.push(...(await race(load)))
  }
  console.log(aligned([['load', 'through', 'MB/s', 'CPU s/GB', '/ direct', '/ splice', 'meant'], ...rows]))
} finally {
  for (const contender of contenders) await contender.stop()
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}

/** Rounds are interleaved, so that a busy minute of the machine hits every contender alike; one before them warms up. */
async function race(load: BulkLoad): Promise<string[][]> {
  const rounds = contenders.map((): Round[] => [])
  for (let round = 0; round <= Number(given.rounds); round += 1) {
    for (const [at, contender] of contenders.entries()) {
      const outcome = await oneRound(load, contender)
      if (round > 0) rounds[at]?.push(outcome)
    }
  }
  const [direct = 0, splice = 0] = rounds.map(secondsOf)
  return contenders.map(({ target, pid }, at) => {
    const own = rounds[at] ?? []
    const cpu = median(own.map(({ cpuSeconds }) => cpuSeconds))
    return [
      load.name,
      target.name,
      (megabytes / secondsOf(own)).toFixed(0),
      pid === undefined ? '-' : ((cpu / megabytes) * 1000).toFixed(2),
      (direct / secondsOf(own)).toFixed(2),
      (splice / secondsOf(own)).toFixed(2),
      target.name === 'gateway' ? `≥ ${load.meant.toFixed(2)}` : '',
    ]
  })
}

async function oneRound(load: BulkLoad, { target, pid, searched }: Contender): Promise<Round> {
  const before = cpuTimeOf(pid)
  const seconds = await load.run(load.as === 'searched' ? { ...target, ...searched } : target)
  return { seconds, cpuSeconds: cpuTotal(cpuBetween(before, cpuTimeOf(pid))) / 1e6 }
}

function secondsOf(rounds: readonly Round[]): number {
  return median(rounds.map(({ seconds }) => seconds))
}
