import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { backend } from '@sluice/adapter-postgres/messages/codes'
import { backendName } from '@sluice/adapter-postgres/states/message-name'
import { allowAll } from '../harness/gateway.ts'
import { comparableLines, fullLine, play, type Script, scriptsOf } from '../harness/message-scripts.ts'
import { line, RawClient, type Received } from '../harness/raw-client.ts'
import { onDatabase, type Side, type SideBySide, startSideBySide } from '../harness/side-by-side.ts'

/**
 * Masks that make of one database what is stored in the other: `same` has 7 and `masked` in each of its rows where it is
 * reached directly, and 8 and `hidden` behind the gateway. So the bytes are alike only where every value is masked, and
 * nothing else is touched, lost or out of its order.
 */
const masks = `${allowAll}
  - { id: numbers, effect: mask, with: { constant: "7" }, columns: "column.table in ['same', 'kept'] && column.name == 'g'" }
  - { id: texts, effect: mask, with: { constant: masked }, columns: "column.table in ['same', 'kept'] && column.name == 'x'" }
`

const tables = `CREATE TABLE t (n integer); CREATE TABLE kept (g int, x text);
  CREATE TABLE same AS SELECT 7 AS g, 'masked' AS x FROM generate_series(1, 5)`

/** What scripts that are about other things select, and what of `same` they select in its place. */
const sources: readonly (readonly [RegExp, string])[] = [
  [/(?<!INSERT INTO t .*)generate_series\(1, (\d)\) g\b/g, '(SELECT g FROM same LIMIT $1) g'],
  [/(?<!INSERT INTO t )SELECT generate_series\(1, (\d)\)/g, 'SELECT g FROM same LIMIT $1'],
  [/(?<=query |; ?|[a-z]+ \S+ |AS |FOR )SELECT (\d)(?=;|$)/g, 'SELECT g FROM same LIMIT $1'],
  [/\(SELECT (\d)(, NULL)?\)/g, '(SELECT g$2 FROM same LIMIT $1)'],
  [/'x'::text/g, '(SELECT x FROM same LIMIT 1)'],
]

const ofSame = (text: string): string =>
  sources.reduce((now, [pattern, source]) => now.replaceAll(pattern, source), text)

const read = (name: string): readonly Script[] =>
  scriptsOf(readFileSync(join(import.meta.dirname, '..', 'suites', name), 'utf8'))

const scripts: readonly Script[] = [
  ...read('masked-messages.txt'),
  ...read('messages.txt'),
  ...read('simple-texts.sql').map(({ name, texts }) => ({
    name: `as a text: ${name}`,
    texts: texts.flatMap((text) => [`query ${text}`, 'read']),
  })),
].map(({ name, texts }) => ({ name, texts: texts.map(ofSame) }))

/** Settings of free text, plans, and what is read where names are not certain: masked whole, so only which messages come is alike. */
const whole: ReadonlySet<string> = new Set([
  'SET in the extended protocol',
  'a setting by function call',
  'a large object by function calls, within a transaction',
  'as a text: COMMIT without a transaction',
  'as a text: DDL and use of it',
  'as a text: EXPLAIN of all kinds',
  'as a text: EXPLAIN ANALYZE EXECUTE',
])

/** What is not understood, and code that nobody can look into: refused to whom something is masked. */
const refused: ReadonlySet<string> = new Set([
  'a failed Parse leaves the unnamed statement gone',
  'a failed Parse of a name leaves no statement',
  'a function call that fails',
  'a function call with too few arguments',
  'function calls one behind the other',
  'a function call in a failed transaction',
  'as a text: a syntax error at the end: nothing runs',
  'as a text: a syntax error at the end behind a COMMIT: nothing runs',
  'as a text: PREPARE survives the error behind it',
  'as a text: CALL with results of its own',
  'as a text: CALL that commits, alone',
  'as a text: CALL that commits, in a block',
  'as a text: a function with a body that holds semicolons',
  'as a text: a rule that answers a write with a result',
])

let sides: SideBySide

beforeAll(async () => {
  sides = await startSideBySide('embedded', tables)
  await onDatabase(sides.server, sides.through.database, "UPDATE same SET g = 8, x = 'hidden'")
  sides.gateway.usePolicy(masks)
}, 120_000)

afterAll(() => sides?.close())

/** A message with all that it says; of those whose words are kept from whom something is masked, which it is. */
function told(message: Received): string {
  const { type } = message
  if (type === backend.ErrorResponse) return line(message)
  if (type === backend.NoticeResponse || type === backend.NotificationResponse)
    return backendName(type) ?? '?'
  return fullLine(message)
}

async function heard(side: Side, script: Script): Promise<readonly string[]> {
  const client = await RawClient.login(side)
  client.lineOf = told
  const lines = await play(client, script, 'one')
  lines.push(...(await client.query('ROLLBACK')), ...(await client.query('DELETE FROM t')))
  client.close()
  return comparableLines(lines)
}

const kindOf = (one: string): string => one.split(' ')[0] ?? ''

describe('to whom values are masked a database answers as if what it stores were the masks:', () => {
  test.each(scripts.map((script) => [script.name, script] as const))(
    '%s',
    async (name, script) => {
      const direct = await heard(sides.direct, script)
      const masked = await heard(sides.through, script)
      if (whole.has(name)) {
        expect(masked).not.toEqual(direct)
        expect(masked.map(kindOf)).toEqual(direct.map(kindOf))
      } else if (refused.has(name)) {
        expect(direct).not.toContain('ErrorResponse 42501')
        expect(masked).toContain('ErrorResponse 42501')
      } else expect(masked).toEqual(direct)
    },
    10_000,
  )

  test('and the scripts read what is masked', () => {
    const reading = scripts.filter(({ texts }) => texts.some((text) => text.includes('FROM same')))
    expect(reading.length).toBeGreaterThan(50)
  })
})
