import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { median } from './median.ts'

/** Where pgbench connects, and as whom. */
export type Target = {
  readonly name: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** What stands behind it; default `postgresql`. */
  readonly system?: 'postgresql' | 'mariadb'
  /** libpq's `sslmode`; default `disable`. */
  readonly sslmode?: string
}

/** How statements are sent: pgbench's `-M`. `simple` puts another literal into each text. */
export type Mode = 'simple' | 'extended' | 'prepared'

/** How hard it works. */
export type Load = { readonly clients: number; readonly seconds: number; readonly mode: Mode }

/** What came out: transactions per second without connecting, and the latency of one. */
export type Outcome = {
  readonly tps: number
  readonly transactions: number
  readonly failed: number
  /** The median, for one client alone; the mean for several. Milliseconds. */
  readonly latencyMs: number
}

/** Runs the built-in select-only script. Rejects with what pgbench said when it fails. */
export async function selectOnly(program: string, target: Target, load: Load): Promise<Outcome> {
  const flags = ['-S', '-n', '-M', load.mode, '-c', String(load.clients), '-T', String(load.seconds)]
  flags.push('-j', load.clients > 1 ? '2' : '1')
  return load.clients === 1
    ? logged(program, target, flags)
    : outcomeOf(await runPgbench(program, target, flags))
}

/** What connecting took: the mean, in milliseconds, over so many transactions, each on a connection of its own. */
type Connecting = { readonly ms: number; readonly transactions: number }

/** Select-only with one client and a new connection for each transaction. */
export async function connecting(program: string, target: Target, seconds: number): Promise<Connecting> {
  const output = await runPgbench(program, target, ['-S', '-n', '-C', '-c', '1', '-T', String(seconds)])
  return {
    ms: numberIn(output, /^average connection time = ([\d.]+) ms/m),
    transactions: outcomeOf(output).transactions,
  }
}

/** One client's transactions are written down one by one, for the median: a mean tells of the worst moments only. */
async function logged(program: string, target: Target, flags: readonly string[]): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-bench-log-'))
  try {
    const output = await runPgbench(program, target, [...flags, '-l', `--log-prefix=${join(folder, 'log')}`])
    return { ...outcomeOf(output), latencyMs: await medianLatencyMs(folder) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** pgbench documentation, "Per-Transaction Logging": the third field is the time in microseconds. */
async function medianLatencyMs(folder: string): Promise<number> {
  const latencies: number[] = []
  for (const file of await readdir(folder)) {
    for (const line of (await readFile(join(folder, file), 'utf8')).split('\n'))
      if (line !== '') latencies.push(Number(line.split(' ')[2]))
  }
  return median(latencies) / 1000
}

/** Makes pgbench's tables at `scale` (100,000 accounts each). */
export async function initialise(program: string, target: Target, scale: number): Promise<void> {
  await runPgbench(program, target, ['-i', '-q', '-s', String(scale)])
}

function outcomeOf(output: string): Outcome {
  return {
    tps: numberIn(output, /^tps = ([\d.]+)/m),
    transactions: numberIn(output, /^number of transactions actually processed: (\d+)/m),
    failed: numberIn(output, /^number of failed transactions: (\d+)/m),
    latencyMs: numberIn(output, /^latency average = ([\d.]+) ms/m),
  }
}

function runPgbench(program: string, target: Target, flags: readonly string[]): Promise<string> {
  const child = spawn(program, [...flags, '-h', '127.0.0.1', '-p', String(target.port), target.database], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      PGUSER: target.user,
      PGPASSWORD: target.password,
      PGSSLMODE: target.sslmode ?? 'disable',
      PGGSSENCMODE: 'disable',
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(output)
      else reject(new Error(`pgbench on \`${target.name}\` ended with ${code}:\n${output}`))
    })
  })
}

function numberIn(output: string, pattern: RegExp): number {
  const found = pattern.exec(output)?.[1]
  if (found === undefined) throw new Error(`pgbench did not say ${String(pattern)}:\n${output}`)
  return Number(found)
}
