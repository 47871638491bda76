import { once } from 'node:events'
import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import * as Result from 'effect/Result'
import * as Schema from 'effect/Schema'
import { type CatalogDocument, catalogDocument, catalogOf } from './catalog-document.ts'
import { dialectNamed, type ExplainDialect, explainDialects } from './dialects.ts'
import { type Asker, explain } from './explanation.ts'

/** One line in. */
const question = Schema.fromJsonString(
  Schema.Struct({
    dialect: Schema.optionalKey(Schema.String),
    sql: Schema.String,
    catalog: Schema.optionalKey(catalogDocument),
  }),
)
const decode = Schema.decodeUnknownResult(question)

/** What holds for lines that do not say, and who asks. */
type LineDefaults = {
  readonly dialect: string
  readonly catalog: CatalogDocument
  readonly asker: Asker | undefined
}

/** Lines that are read at the same time, so that the parser's thread never waits for this one. */
const AT_ONCE = 16

/**
 * Answers each line `{"sql", "dialect"?, "catalog"?}` with one line, in order: `{"statements": [explanation…]}`, or
 * `{"error"}` for a line that is not such a question. Other keys of a line are ignored, so that any corpus can be sent.
 * Ends where nobody reads the answers any more, such as behind `head`.
 */
export const explainLines = async (
  input: Readable,
  output: Writable,
  defaults: LineDefaults,
): Promise<void> => {
  const unread = new AbortController()
  const { signal } = unread
  output.on('error', (error: NodeJS.ErrnoException) => unread.abort(error))
  const open = new Map<string, Promise<ExplainDialect>>()
  const waiting: Promise<string>[] = []
  const write = async (): Promise<void> => {
    const answer = await waiting.shift()
    if (signal.aborted || output.write(`${answer}\n`)) return
    await once(output, 'drain', { signal }).catch(() => undefined)
  }
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      if (signal.aborted) break
      waiting.push(answerTo(line, open, defaults))
      if (waiting.length >= AT_ONCE) await write()
    }
    while (waiting.length > 0) await write()
  } finally {
    input.destroy()
    for (const dialect of open.values()) await (await dialect).close()
  }
  // Behind `head` all is well; on a full disk it is not.
  const reason: unknown = signal.reason
  if (reason !== undefined && (reason as NodeJS.ErrnoException).code !== 'EPIPE') throw reason
}

const answerTo = async (
  line: string,
  open: Map<string, Promise<ExplainDialect>>,
  defaults: LineDefaults,
): Promise<string> => {
  const asked = decode(line)
  if (Result.isFailure(asked))
    return JSON.stringify({ error: 'not a line of `{"sql": …, "dialect"?: …, "catalog"?: …}`' })
  const { dialect: given = defaults.dialect, sql, catalog = defaults.catalog } = asked.success
  const name = dialectNamed(given)
  const load = name === undefined ? undefined : explainDialects[name]
  if (name === undefined || load === undefined) {
    return JSON.stringify({
      error: `dialect \`${given}\` is not known; use one of ${Object.keys(explainDialects).join(', ')}`,
    })
  }
  const loaded = open.get(name) ?? load()
  open.set(name, loaded)
  const dialect = await loaded
  const explained = await explain(dialect, sql, catalogOf(catalog, dialect), defaults.asker)
  return JSON.stringify({ statements: explained.map(({ explanation }) => explanation) })
}
