import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { type ExplainDialect, explainDialects } from '../packages/server/src/explain/dialects.ts'
import { median } from './median.ts'
import { alike, distinct, LONG_BYTES, SHORT_BYTES, spaced, statementOf } from './understanding-statements.ts'

const { values: flags } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    dialects: { type: 'string', default: 'postgresql,mysql,sqlserver' },
    lines: { type: 'string', default: '20000' },
  },
})
const rounds = Number(flags.rounds)

/** How many texts one round of a cache hit reads. */
const HITS = 20_000
/** How many statements one round of misses sends to the parser's thread. */
const MISSES = 300
const KEPT = [10_000, 100_000] as const

type Row = Readonly<Record<string, string | number>>

/** CPU time of this thread, in microseconds: the parsers' threads may still be compiling what they will need. */
function cpuMicros(): number {
  const { user, system } = process.threadCpuUsage()
  return user + system
}

/** Microseconds of CPU for each of the texts, the median of the rounds; a round is made of texts of its own. */
async function microsEach(
  dialect: ExplainDialect,
  texts: (round: number) => readonly string[],
): Promise<number> {
  const each: number[] = []
  for (let round = 0; round <= rounds; round++) {
    const all = texts(round)
    const started = cpuMicros()
    for (const text of all) {
      const reading = dialect.read(text)
      if (reading instanceof Promise) await reading
    }
    // The first round is for the compiler, and fills the cache.
    if (round > 0) each.push((cpuMicros() - started) / all.length)
  }
  return median(each)
}

/** Milliseconds from asking to the answer, for statements that are in no cache, one after another. */
async function missMillis(dialect: ExplainDialect): Promise<number> {
  const each: number[] = []
  for (const text of distinct(LONG_BYTES, MISSES, 'miss')) {
    const started = performance.now()
    await dialect.read(text)
    each.push(performance.now() - started)
  }
  return median(each.slice(MISSES / 3))
}

/** Bytes of heap that stay after so many distinct statements. */
async function bytesKept(name: string, count: number): Promise<number> {
  const dialect = await open(name)
  await dialect.read(statementOf(SHORT_BYTES, 0))
  collect()
  const before = process.memoryUsage().heapUsed
  for (let at = 0; at < count; at += 64) {
    const texts = distinct(200, Math.min(64, count - at), `kept${at}`)
    await Promise.all(texts.map(async (text) => dialect.read(text)))
  }
  collect()
  const kept = process.memoryUsage().heapUsed - before
  await dialect.close()
  return kept
}

function collect(): void {
  if (globalThis.gc === undefined)
    throw new Error('start it with `--expose-gc`, as `bench:understanding` does')
  globalThis.gc()
}

async function open(name: string): Promise<ExplainDialect> {
  const load = explainDialects[name]
  if (load === undefined)
    throw new Error(`dialect \`${name}\` is not known; use one of ${Object.keys(explainDialects).join(', ')}`)
  return load()
}

/** Statements a minute through `sluice explain --jsonl`, starting it included: half of them seen before. */
async function linesPerMinute(name: string, count: number): Promise<number> {
  const lines = [...distinct(120, count / 2, 'line'), ...alike(LONG_BYTES, count / 2, 0)]
  const main = new URL('../packages/server/src/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--conditions=@sluice/source', main, 'explain', '--jsonl'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const started = performance.now()
  let answered = 0
  child.stdout.on('data', (chunk: Buffer) => {
    for (const byte of chunk) if (byte === 10) answered += 1
  })
  child.stdin.end(lines.map((sql) => `${JSON.stringify({ dialect: name, sql })}\n`).join(''))
  await new Promise((resolve) => child.on('close', resolve))
  if (answered !== lines.length) throw new Error(`${answered} of ${lines.length} lines were answered`)
  return (answered * 60_000) / (performance.now() - started)
}

/** One text so many times, each a string of its own, as each comes off the wire. */
function same(bytes: number): readonly string[] {
  return Array.from({ length: HITS }, () => statementOf(bytes, 1, 'others'))
}

async function measured(name: string): Promise<Row> {
  const dialect = await open(name)
  const row = {
    dialect: name,
    'hit 55 B µs': (await microsEach(dialect, (round) => alike(SHORT_BYTES, HITS, round))).toFixed(2),
    'hit 600 B µs': (await microsEach(dialect, (round) => alike(LONG_BYTES, HITS, round))).toFixed(2),
    'lexed 600 B µs': (await microsEach(dialect, (round) => spaced(LONG_BYTES, HITS, round))).toFixed(2),
    'exact 55 B µs': (await microsEach(dialect, () => same(SHORT_BYTES))).toFixed(2),
    'exact 600 B µs': (await microsEach(dialect, () => same(LONG_BYTES))).toFixed(2),
    'miss p50 ms': (await missMillis(dialect)).toFixed(2),
  }
  await dialect.close()
  const kept: Record<string, string> = {}
  for (const count of KEPT) kept[`${count} kept MB`] = ((await bytesKept(name, count)) / 1e6).toFixed(1)
  return { ...row, ...kept, 'jsonl /min': Math.round(await linesPerMinute(name, Number(flags.lines))) }
}

const rows: Row[] = []
for (const name of flags.dialects.split(',')) rows.push(await measured(name))
console.table(rows)
