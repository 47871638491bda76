// pgbench select-only through the gateway, side by side with the direct connection, a plain splice, and PgBouncer
// where it is installed. Usage: pnpm bench [--seconds 5] [--rounds 3] [--clients 1,16,64] [--mode prepared]
// [--scale 10] [--without gateway]
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reachableTemporaryFolder, serverAccount } from '../packages/testkit/src/postgres-binaries.ts'
import { startPostgres } from '../packages/testkit/src/postgres-server.ts'
import { findProgram } from '../packages/testkit/src/system-tools.ts'
import { initialise, type Load, type Outcome, selectOnly, type Target } from './run-pgbench.ts'
import { type Measured, resultTable } from './table.ts'
import { type Contender, directly, throughGateway, throughPgBouncer, throughSplice } from './targets.ts'

const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '1,16,64' },
    mode: { type: 'string', default: 'prepared' },
    scale: { type: 'string', default: '10' },
    without: { type: 'string', multiple: true, default: [] },
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
    await initialise(pgbench, direct, Number(given.scale))
    await startAll(direct, folder, contenders)
    const targets = [direct, ...contenders.map(({ target }) => target)]
    console.log(
      `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.versions.node}`,
    )
    console.log(
      `pgbench -S -M ${given.mode}, scale ${given.scale}, median of ${given.rounds} × ${given.seconds} s\n`,
    )
    console.log(resultTable(await race(pgbench, targets)))
  } finally {
    for (const contender of contenders) await contender.stop()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function startAll(direct: Target, folder: string, contenders: Contender[]): Promise<void> {
  const starters = {
    splice: () => throughSplice(direct),
    pgbouncer: () => throughPgBouncer(direct, folder),
    gateway: () => throughGateway(direct, folder),
  }
  for (const [name, start] of Object.entries(starters)) {
    const contender = given.without.includes(name) ? undefined : await start()
    if (contender) contenders.push(contender)
  }
}

/** Rounds are interleaved, so that a busy minute of the machine hits every contender alike. */
async function race(pgbench: string, targets: readonly Target[]): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  for (const clients of given.clients.split(',').map(Number)) {
    const load: Load = { clients, seconds: Number(given.seconds), mode: modeOf(given.mode) }
    const outcomes = new Map<string, Outcome[]>(targets.map(({ name }) => [name, []]))
    for (let round = 0; round < Number(given.rounds); round++) {
      for (const target of targets) {
        const outcome = await selectOnly(pgbench, target, load)
        if (outcome.failed > 0)
          throw new Error(`${outcome.failed} transactions failed through \`${target.name}\``)
        outcomes.get(target.name)?.push(outcome)
      }
    }
    for (const [name, rounds] of outcomes) measured.push({ clients, name, rounds })
  }
  return measured
}

function modeOf(text: string): Load['mode'] {
  if (text === 'simple' || text === 'extended' || text === 'prepared') return text
  throw new Error(`\`${text}\` is no mode: use \`simple\`, \`extended\` or \`prepared\``)
}
