import { createInterface } from 'node:readline/promises'
import type { Readable, Writable } from 'node:stream'
import * as Result from 'effect/Result'
import * as Schema from 'effect/Schema'
import { type CatalogDocument, catalogDocument, catalogOf } from './catalog-document.ts'
import { dialectNamed, type ExplainDialect, explainDialects } from './dialects.ts'
import { type Asker, explain } from './explanation.ts'

/** One line in. */
const question = Schema.fromJsonString(
  Schema.Struct({ dialect: Schema.String, sql: Schema.String, catalog: Schema.optionalKey(catalogDocument) }),
)
const decode = Schema.decodeUnknownResult(question)

const EMPTY: CatalogDocument = { tables: [] }

/** Lines that are read at the same time, so that the parser's thread never waits for this one. */
const AT_ONCE = 16

/**
 * Answers each line `{"dialect", "sql", "catalog"?}` with one line, in order: `{"statements": [explanation…]}`, or
 * `{"error"}` for a line that is not such a question. Other keys of a line are ignored, so that any corpus can be sent.
 */
export const explainLines = async (
  input: Readable,
  output: Writable,
  asker: Asker | undefined,
): Promise<void> => {
  const open = new Map<string, Promise<ExplainDialect>>()
  const waiting: Promise<string>[] = []
  const write = async (): Promise<void> => {
    const answer = await waiting.shift()
    if (!output.write(`${answer}\n`)) await new Promise((resolve) => output.once('drain', resolve))
  }
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      waiting.push(answerTo(line, open, asker))
      if (waiting.length >= AT_ONCE) await write()
    }
    while (waiting.length > 0) await write()
  } finally {
    for (const dialect of open.values()) await (await dialect).close()
  }
}

const answerTo = async (
  line: string,
  open: Map<string, Promise<ExplainDialect>>,
  asker: Asker | undefined,
): Promise<string> => {
  const asked = decode(line)
  if (Result.isFailure(asked)) return JSON.stringify({ error: 'not a line of `{"dialect": …, "sql": …}`' })
  const { dialect: given, sql, catalog } = asked.success
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
  const known = catalogOf(catalog ?? EMPTY, dialect)
  const explained = await explain(dialect, sql, known, asker)
  return JSON.stringify({ statements: explained.map(({ explanation }) => explanation) })
}
