import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { encodeBind } from '@sluice/adapter-postgres/messages/bind'
import { backend } from '@sluice/adapter-postgres/messages/codes'
import { decodeDataRow } from '@sluice/adapter-postgres/messages/data-row'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { chanceFrom } from '@sluice/testkit/chance'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { copied } from '../harness/copied.ts'
import { startGateway, type TestGateway, withMaskingKey } from '../harness/gateway.ts'
import { RawClient } from '../harness/raw-client.ts'
import { type MadeType, PLAIN_TYPES, TypeMaker, wordsOf } from '../harness/typed-values.ts'

/** Which types and values there are: another number, others. */
const SEED = 1
const MADE_TYPES = 50
const ROWS = 6

/** By the name of a table. */
const TRANSFORMS: Readonly<Record<string, string>> = {
  redacted: 'redact',
  hidden: '{ constant: hidden }',
  nothing: '{ constant: empty }',
  numbered: "{ constant: '12.345' }",
  part: '{ partial: { first: 1, last: 4 } }',
  hashed: 'hash',
  encrypted: '{ fpe: { alphabet: digits } }',
  yearly: '{ date: year }',
  rounded: '{ number: 1000 }',
  documents: '{ json: { $.ssn: redact, "$.phones[*].number": { partial: { last: 2 } }, $..email: redact } }',
}

/** What these make is the same of every value. */
const CONSTANT: ReadonlySet<string> = new Set(['redacted', 'hidden', 'nothing', 'numbered'])

const policy = `version: 1
rules:
  - { id: all, effect: allow }
${Object.entries(TRANSFORMS)
  .map(([table, made]) => {
    const unseen = `"column.table == '${table}' && column.name != 'id'"`
    return `  - { id: ${table}, effect: mask, columns: ${unseen}, with: ${made} }\n`
  })
  .join('')}`

type Rows = readonly (readonly (string | null)[])[]

let server: RunningPostgres
let gateway: TestGateway
/** Beside the gateway. */
let direct: pg.Client
let client: pg.Client
let raw: RawClient
const columns: MadeType[] = []
const names = (): readonly string[] => columns.map((_, at) => `c${at}`)

/** Texts of a type that are values of it, so many. */
const valuesOf = async ({ declared, value, required }: MadeType): Promise<readonly (string | null)[]> => {
  const found: (string | null)[] = []
  for (let tries = 0; tries < ROWS * 4 && found.length < ROWS; tries++) {
    const text = value()
    const isOne = await direct.query(`SELECT $1::${declared}`, [text]).then(
      () => true,
      () => false,
    )
    if (isOne) found.push(text)
  }
  const [first = null] = found
  while (found.length < ROWS) found.push(required === undefined ? null : first)
  return found
}

/** Makes the types, and a table of a column of each. */
const fill = async (): Promise<void> => {
  const maker = new TypeMaker(chanceFrom(SEED))
  const values: (readonly (string | null)[])[] = []
  for (let made = 0; made < PLAIN_TYPES.length + MADE_TYPES; made++) {
    const before = maker.definitions.length
    const plain = PLAIN_TYPES[made]
    const type = plain === undefined ? maker.any(1 + (made % 3)) : maker.plain(plain)
    for (const sql of maker.definitions.slice(before)) await direct.query(sql)
    columns.push(type)
    values.push(await valuesOf(type))
  }
  await direct.query(
    `CREATE TABLE model (id int, ${columns.map(({ declared }, at) => `c${at} ${declared}`).join()})`,
  )
  const places = columns.map((_, at) => `$${at + 1}`).join()
  for (let row = 0; row < ROWS; row++) {
    const cells = values.map((of) => of[row])
    await direct.query(`INSERT INTO model (id, ${names().join()}) VALUES (${row}, ${places})`, cells)
  }
  for (const table of [...Object.keys(TRANSFORMS), 'back'])
    await direct.query(
      `CREATE TABLE ${table} (LIKE model); INSERT INTO ${table} SELECT * FROM model ORDER BY id`,
    )
}

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  await fill()
  gateway = await startGateway({
    upstream: server,
    database: 'postgres',
    policy,
    ...withMaskingKey,
  })
  client = new pg.Client(gateway.connection('ana'))
  await client.connect()
  raw = await RawClient.login(gateway.connection('ana'))
}, 120_000)

afterAll(async () => {
  raw?.close()
  await client?.end()
  await direct?.end()
  await gateway?.close()
  await server?.stop()
})

/** A result's rows as they stand in messages. */
const result = async (sql: string, format: 0 | 1): Promise<readonly Buffer[]> => {
  raw.send(
    encodeParse({ name: '', sql, parameterTypes: [] }),
    encodeBind({ portal: '', statement: '', parameterFormats: [], values: [], resultFormats: [format] }),
    encodeExecute({ portal: '', maxRows: 0 }),
    encodeSync(),
  )
  const rows: Buffer[] = []
  for (let message = await raw.next(); message !== undefined; message = await raw.next()) {
    if (message.type === backend.DataRow) rows.push(message.payload)
    if (message.type === backend.ErrorResponse) throw new Error(message.payload.toString())
    if (message.type === backend.ReadyForQuery) return rows
  }
  throw new Error(`the session ended at ${sql}`)
}

/** A COPY in binary has a head, rows as they stand in messages, and an end. */
const HEAD = Buffer.from('5047434f50590aff0d0a000000000000000000', 'hex')
const END = Buffer.from('ffff', 'hex')

const copiedBack = (stream: Buffer, format: string): Promise<Buffer> =>
  copied(direct, `COPY back FROM STDIN (FORMAT ${format})`, stream)

const ordered = (table: string): string => `SELECT * FROM ${table} ORDER BY id`

/** How rows of a masked table come, and go back into one that nothing masks: the server takes values of the type only. */
const WAYS: Readonly<Record<string, (table: string) => Promise<unknown>>> = {
  'a result in binary': async (table) =>
    copiedBack(Buffer.concat([HEAD, ...(await result(ordered(table), 1)), END]), 'binary'),
  'a result in text': async (table) => {
    const places = ['id', ...names()].map((_, at) => `$${at + 1}`).join()
    for (const row of await result(ordered(table), 0)) {
      const cells = decodeDataRow(row).values.map((cell) => cell?.toString() ?? null)
      await direct.query(`INSERT INTO back VALUES (${places})`, cells)
    }
  },
  'a COPY in text': async (table) => copiedBack(await copied(client, `COPY ${table} TO STDOUT`), 'text'),
  'a COPY in CSV': async (table) =>
    copiedBack(await copied(client, `COPY (${ordered(table)}) TO STDOUT (FORMAT csv)`), 'csv'),
  'a COPY in binary': async (table) =>
    copiedBack(await copied(client, `COPY ${table} TO STDOUT (FORMAT binary)`), 'binary'),
}

const texts = async (table: string): Promise<Rows> => {
  const listed = names().map((name) => `${name}::text`)
  const text = `SELECT ${listed.join()} FROM ${table} ORDER BY id`
  return (await direct.query<(string | null)[]>({ text, rowMode: 'array' })).rows
}

/** The texts of the masked values, as the server reads them; throws where it does not. */
const maskedBy = async (table: string, way: string): Promise<Rows> => {
  await direct.query('TRUNCATE back')
  await WAYS[way]?.(table)
  return texts('back')
}

/** The columns of which cells are not as they should be, by their types. */
const wrong = (
  rows: Rows,
  isWrong: (cell: string | null, row: number, column: number) => boolean,
): readonly string[] =>
  columns
    .filter((_, column) => rows.some((cells, row) => isWrong(cells[column] ?? null, row, column)))
    .map(({ declared }) => declared)

/** A mask that leaves some characters leaves fewer than these. */
const PART = 6

const parts = (whole: string): readonly string[] => [whole.slice(0, PART), whole.slice(-PART)]

describe.each(Object.keys(TRANSFORMS))(`${SEED}: %s`, (table) => {
  test('whichever way masked values come, they are values of their types and the same', async () => {
    const shown = await maskedBy(table, 'a result in binary')
    for (const way of Object.keys(WAYS)) {
      const other = await maskedBy(table, way)
      expect([way, wrong(shown, (cell, row, column) => cell !== other[row]?.[column])]).toEqual([way, []])
    }
  }, 60_000)

  test('they tell nothing that the mask hides, and NULL stays NULL', async () => {
    const shown = await maskedBy(table, 'a result in binary')
    const model = await texts('model')
    const there = (row: number, column: number): string | null => model[row]?.[column] ?? null
    expect(wrong(shown, (cell, row, column) => cell !== null && there(row, column) === null)).toEqual([])
    const words = (row: number, column: number): readonly string[] => wordsOf(there(row, column) ?? '')
    const tells = (cell: string, row: number, column: number): boolean =>
      words(row, column).some((whole) => parts(whole).some((part) => cell.includes(part)))
    // A document keeps what stands beside the paths.
    if (table !== 'documents')
      expect(wrong(shown, (cell, row, column) => cell !== null && tells(cell, row, column))).toEqual([])
    if (!CONSTANT.has(table)) return
    const first = columns.map(
      (_, column) => shown.find((_cells, row) => there(row, column) !== null)?.[column],
    )
    expect(
      wrong(shown, (cell, row, column) => there(row, column) !== null && cell !== first[column]),
    ).toEqual([])
  }, 60_000)
})
