import { spawn } from 'node:child_process'

/** Where pgbench connects, and as whom. */
export type Target = {
  readonly name: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** libpq's `sslmode`; default `disable`. */
  readonly sslmode?: string
}

/** How hard it works. */
export type Load = {
  readonly clients: number
  readonly seconds: number
  /** How statements are sent: pgbench's `-M`. */
  readonly mode: 'simple' | 'extended' | 'prepared'
}

/** What came out: transactions per second without connecting, and the mean latency of one. */
export type Outcome = { readonly tps: number; readonly latencyMs: number; readonly failed: number }

/** Runs the built-in select-only script. Rejects with what pgbench said when it fails. */
export async function selectOnly(program: string, target: Target, load: Load): Promise<Outcome> {
  const flags = ['-S', '-n', '-M', load.mode, '-c', String(load.clients), '-T', String(load.seconds)]
  const output = await runPgbench(program, target, [...flags, '-j', load.clients > 1 ? '2' : '1'])
  return {
    tps: numberIn(output, /^tps = ([\d.]+)/m),
    latencyMs: numberIn(output, /^latency average = ([\d.]+) ms/m),
    failed: numberIn(output, /^number of failed transactions: (\d+)/m),
  }
}

/** Makes pgbench's tables at `scale` (100,000 accounts each). */
export async function initialise(program: string, target: Target, scale: number): Promise<void> {
  await runPgbench(program, target, ['-i', '-q', '-s', String(scale)])
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
