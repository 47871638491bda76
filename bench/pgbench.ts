// pgbench select-only through the gateway, side by side with the direct connection, a plain splice, the least that a recording
// gateway could do, and PgBouncer in session mode. Usage: pnpm bench [--seconds 5] [--warm 30] [--rounds 3] [--clients 1,16,64] [--modes prepared,simple] [--scale 10]
// [--without pgbouncer]
import { mkdtemp, rm } from 'node:fs/promises'
import { availableParallelism, cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { reachableTemporaryFolder, serverAccount } from '../packages/testkit/src/postgres-binaries.ts'
import { startPostgres } from '../packages/testkit/src/postgres-server.ts'
import { findProgram } from '../packages/testkit/src/system-tools.ts'
import { cpuBetween, cpuTimeOf } from './cpu-time.ts'
import { initialise, type Load, type Mode, selectOnly, type Target } from './run-pgbench.ts'
import { addedLatency, type Measured, type Round, resultTable, threadTable } from './table.ts'
import {
  type Contender,
  directly,
  throughGateway,
  throughLeast,
  throughPgBouncer,
  throughSplice,
} from './targets.ts'

const { values: given } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    warm: { type: 'string', default: '30' },
    rounds: { type: 'string', default: '3' },
    clients: { type: 'string', default: '1,16,64' },
    modes: { type: 'string', default: 'prepared,simple' },
    scale: { type: 'string', default: '10' },
    without: { type: 'string', multiple: true, default: [] },
  },
})

const WARM_CLIENTS = 16

const program = findProgram('pgbench')
if (!program) throw new Error('`pgbench` is not installed: run `apt-get install postgresql`')
await measure(program)

async function measure(pgbench: string): Promise<void> {
  const folder = await mkdtemp(join(reachableTemporaryFolder(serverAccount()), 'sluice-bench-'))
  const server = await startPostgres({ version: 'debian', superuserPassword: 'bench', auth: 'scram-sha-256' })
  const contenders: Contender[] = []
  try {
    const direct = directly(server, 'postgres')
    await initialise(pgbench, direct.target, Number(given.scale))
    if (!given.without.includes('direct')) contenders.push(direct)
    await startAll(direct.target, folder, contenders)
    console.log(
      `${cpus()[0]?.model ?? 'unknown CPU'}, ${availableParallelism()} cores, Node ${process.versions.node}`,
    )
    console.log(`pgbench -S, scale ${given.scale}, median of ${given.rounds} × ${given.seconds} s\n`)
    const measured = await race(pgbench, contenders)
    for (const text of [resultTable(measured), addedLatency(measured), threadTable(measured)])
      console.log(`${text}\n`)
  } finally {
    for (const contender of contenders) await contender.stop()
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

async function startAll(direct: Target, folder: string, contenders: Contender[]): Promise<void> {
  const starters = {
    splice: () => throughSplice(direct),
    least: () => throughLeast(direct, folder),
    pgbouncer: () => throughPgBouncer(direct, folder),
    gateway: () => throughGateway(direct, folder),
    'gateway-file': () => throughGateway(direct, folder, { readsWaitFor: 'file' }),
  }
  for (const [name, start] of Object.entries(starters)) {
    if (given.without.includes(name)) continue
    const contender = await start()
    if (contender) contenders.push(contender)
    else console.log(`\`${name}\` is not installed: run \`apt-get install ${name}\` to compare with it`)
  }
}

/** Rounds are interleaved, so that a busy minute of the machine hits every contender alike. */
async function race(pgbench: string, contenders: readonly Contender[]): Promise<readonly Measured[]> {
  const measured: Measured[] = []
  for (const mode of given.modes.split(',').map(modeOf)) {
    await warmUp(pgbench, contenders, mode)
    for (const clients of given.clients.split(',').map(Number)) {
      const load: Load = { clients, seconds: Number(given.seconds), mode }
      measured.push(...(await raceUnder(pgbench, contenders, load)))
    }
  }
  return measured
}

/** A process that has just begun compiles its code while it is measured: V8 is done after some 300,000 statements. */
async function warmUp(pgbench: string, contenders: readonly Contender[], mode: Mode): Promise<void> {
  const seconds = Number(given.warm)
  if (seconds === 0) return
  for (const { target } of contenders)
    await selectOnly(pgbench, target, { clients: WARM_CLIENTS, seconds, mode })
}

async function raceUnder(
  pgbench: string,
  contenders: readonly Contender[],
  load: Load,
): Promise<readonly Measured[]> {
  const rounds = new Map<string, Round[]>(contenders.map(({ target }) => [target.name, []]))
  for (let round = 0; round < Number(given.rounds); round++) {
    // There and back, so that nobody always comes first.
    for (const contender of round % 2 === 0 ? contenders : contenders.toReversed())
      rounds.get(contender.target.name)?.push(await oneRound(pgbench, contender, load))
  }
  const { mode, clients } = load
  return [...rounds].map(([name, outcomes]) => ({ mode, clients, name, rounds: outcomes }))
}

async function oneRound(pgbench: string, { target, pid }: Contender, load: Load): Promise<Round> {
  const before = cpuTimeOf(pid)
  const outcome = await selectOnly(pgbench, target, load)
  if (outcome.failed > 0) throw new Error(`${outcome.failed} transactions failed through \`${target.name}\``)
  return { ...outcome, cpu: cpuBetween(before, cpuTimeOf(pid)) }
}

function modeOf(text: string): Mode {
  if (text === 'simple' || text === 'extended' || text === 'prepared') return text
  throw new Error(`\`${text}\` is no mode: use \`simple\`, \`extended\` or \`prepared\``)
}
