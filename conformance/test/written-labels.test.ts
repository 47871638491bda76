import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import { tailJournal } from '@sluice/audit/tail'
import { type OtlpSink, startOtlpSink } from '@sluice/testkit/otlp-sink'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { copied } from '../harness/copied.ts'
import { postgresWith } from '../harness/filled-server.ts'
import { allowAll, startGateway, type TestGateway } from '../harness/gateway.ts'

const schema = `
CREATE TABLE people (id integer PRIMARY KEY, email text, phone text, city_size integer);
CREATE VIEW contacts AS SELECT id, email AS way FROM people;
CREATE TABLE plain (n integer)`

/** What the columns hold, by the labels that everybody's columns of such names get. */
const EMAIL = 'pii.email'
const PHONE = 'pii.phone'

const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [at, value] of values.entries()) bytes.writeInt32BE(value, at * 4)
  return bytes
}

/** Rows of an id and a phone as a COPY in binary sends them. */
const binaryRows = (...rows: readonly (readonly [id: number, phone: string])[]): Buffer => {
  const tuples = rows.map(([id, phone]) =>
    Buffer.concat([Buffer.of(0, 2), words(4, id, Buffer.byteLength(phone)), Buffer.from(phone)]),
  )
  return Buffer.concat([
    Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'),
    words(0, 0),
    ...tuples,
    Buffer.of(0xff, 0xff),
  ])
}

/** Statements one after the other, the stream of a COPY beside it, and what their records say. */
const statements: readonly (readonly [string, string | Buffer, number, readonly string[] | undefined])[] = [
  ['COPY people FROM STDIN', '1\ta\tb\t1\n2\tc\td\t2\n3\te\tf\t3\n', 3, [EMAIL, PHONE]],
  ['COPY people (id, phone) FROM STDIN (FORMAT csv)', '4,x\n5,y\n', 2, [PHONE]],
  ['COPY people (id, phone) FROM STDIN (FORMAT binary)', binaryRows([10, 'x'], [11, 'y']), 2, [PHONE]],
  ['COPY people (id, city_size) FROM STDIN', '6\t1\n', 1, undefined],
  ['COPY plain FROM STDIN', '', 0, undefined],
  ['COPY people (email, id) FROM STDIN', 'again\t1\n', 0, [EMAIL]],
  ["INSERT INTO people VALUES (7, 'a', 'b', 1)", '', 1, [EMAIL, PHONE]],
  ["INSERT INTO people (id, email) VALUES (8, 'a')", '', 1, [EMAIL]],
  ["INSERT INTO contacts (id, way) VALUES (9, 'a')", '', 1, [EMAIL]],
  ['INSERT INTO plain SELECT length(email) FROM people WHERE id = 7', '', 1, undefined],
  ["UPDATE people SET phone = 'z' WHERE email = 'c'", '', 1, [PHONE]],
  ['DELETE FROM people WHERE id = 8', '', 1, undefined],
  ["PREPARE p AS UPDATE people SET email = 'q' WHERE id = 7", '', 0, undefined],
  ['EXECUTE p', '', 1, [EMAIL]],
]

let server: RunningPostgres
let sink: OtlpSink
let gateway: TestGateway

beforeAll(async () => {
  server = await postgresWith(schema)
  sink = await startOtlpSink()
  gateway = await startGateway({
    upstream: server,
    database: 'postgres',
    policy: allowAll,
    telemetry: sink.url,
  })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await sink?.close()
  await server?.stop()
})

test('the record of what writes has the labels of the columns that it fills, and its rows', async () => {
  const client = new pg.Client({ ...gateway.connection('dora'), ssl: false })
  await client.connect()
  // An error of the database is an end like any other.
  for (const [sql, stream] of statements)
    await copied(client, sql, typeof stream === 'string' ? Buffer.from(stream) : stream).catch(
      () => undefined,
    )
  await client.end()
  const spans = await sink.waitFor((all) => all.some(({ name }) => name === 'session postgres'))
  await gateway.stop()

  const entries = [...readEntries(gateway.journal)].map(({ entry }) => entry)
  const opened = entries.filter((entry) => entry.type === 'statement.opened').slice(-statements.length)
  const said = opened.map(({ statement, writes }) => {
    const closed = entries.find((e) => e.type === 'statement.closed' && e.statement === statement)
    return [closed?.type === 'statement.closed' ? closed.rows : undefined, writes]
  })
  expect(said).toEqual(statements.map(([, , rows, labels]) => [rows, labels]))

  const lines: string[] = []
  for await (const line of tailJournal(gateway.journal)) lines.push(line)
  expect(lines).toContainEqual(
    expect.stringContaining(' copy public.people writes=pii.email,pii.phone rows=3 '),
  )
  const labelled = spans.filter(({ name }) => name === 'COPY public.people')
  expect(labelled.map(({ attributes }) => attributes['sluice.writes.labels'])).toEqual(
    statements.filter(([sql]) => sql.startsWith('COPY people')).map(([, , , labels]) => labels),
  )
})
