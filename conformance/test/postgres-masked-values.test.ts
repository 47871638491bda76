import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { copied } from '../harness/copied.ts'
import { startGateway, type TestGateway, withMaskingKey } from '../harness/gateway.ts'

/** Columns with a length or a precision, and a value of each that no mask leaves as it is. */
const COLUMNS: readonly (readonly [name: string, type: string, value: string])[] = [
  ['iso', 'char(2)', 'qz'],
  ['code', 'varchar(3)', 'qzx'],
  ['codes', 'varchar(3)[]', '{qzx,NULL}'],
  ['share', 'numeric(4,2)', '87.65'],
  ['shares', 'numeric(4,2)[]', '{87.65}'],
  ['price', 'numeric(12,2)', '8765123.45'],
  ['bits', 'bit(3)', '101'],
  ['more', 'varbit(3)', '10'],
  ['own', 'app.iso', 'qz'],
  ['place', 'app.place', '(qz,qzxvb,87.65,"{qzx}",101)'],
  ['places', 'app.place[]', '{"(qz,qzxvb,87.65,\\"{qzx}\\",101)"}'],
  ['mail', 'varchar(9)', 'ab@xx.org'],
  ['days', 'daterange', '[1971-02-03,1972-05-06)'],
  ['stays', 'tsmultirange[]', '{"{[1971-02-03,1972-05-06)}"}'],
]

const TRANSFORMS: Readonly<Record<string, string>> = {
  redacted: 'redact',
  hashed: 'hash',
  constant: "{ constant: '12.345' }",
  mailed: 'email',
  dated: '{ date: year }',
}

const policy = `version: 1
rules:
  - { id: all, effect: allow }
${Object.entries(TRANSFORMS)
  .map(([table, transform]) => {
    const unseen = `"column.table == '${table}' && column.name != 'id'"`
    return `  - { id: ${table}, effect: mask, columns: ${unseen}, with: ${transform}, unless: "'dpo' in principal.groups" }\n`
  })
  .join('')}`

const table = (name: string): string => `
  CREATE TABLE ${name} (id int, ${COLUMNS.map(([column, type]) => `${column} ${type}`).join()});
  INSERT INTO ${name} VALUES (1, ${COLUMNS.map(([, , value]) => `'${value}'`).join()});
  INSERT INTO ${name} VALUES (2);
  CREATE TABLE ${name}_back (LIKE ${name});`

let server: RunningPostgres
let gateway: TestGateway
/** Beside the gateway. */
let direct: pg.Client
let client: pg.Client

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  await direct.query(
    `CREATE SCHEMA app; CREATE DOMAIN app.iso AS char(2);
     CREATE TYPE app.place AS (iso app.iso, zip varchar(5), share numeric(4,2), codes varchar(3)[], bits bit(3));
     ${Object.keys(TRANSFORMS).map(table).join('')}`,
  )
  gateway = await startGateway({
    upstream: server,
    database: 'postgres',
    policy,
    ...withMaskingKey,
  })
  client = new pg.Client(gateway.connection('ana'))
  await client.connect()
}, 120_000)

afterAll(async () => {
  await client?.end()
  await direct?.end()
  await gateway?.close()
  await server?.stop()
})

/** Columns that show their value. */
const unmasked = async (name: string): Promise<readonly string[]> => {
  const [raw] = await rowsOf(name)
  const [back] = await rowsOf(`${name}_back`)
  return COLUMNS.filter((_, at) => back?.[at] === raw?.[at]).map(([column]) => column)
}

/** The rows of a table as text, each column by its own cast. */
const rowsOf = async (name: string): Promise<readonly (readonly (string | null)[])[]> => {
  const columns = COLUMNS.map(([column]) => `${column}::text`).join()
  return (await direct.query({ text: `SELECT ${columns} FROM ${name} ORDER BY id`, rowMode: 'array' })).rows
}

describe.each(Object.keys(TRANSFORMS))(
  '%s: masked values are of the type that their column is declared with',
  (name) => {
    test.each(['text', 'csv', 'binary'])('a COPY in %s goes back into such a table', async (format) => {
      await direct.query(`TRUNCATE ${name}_back`)
      const stream = await copied(client, `COPY ${name} TO STDOUT (FORMAT ${format})`)
      await copied(direct, `COPY ${name}_back FROM STDIN (FORMAT ${format})`, stream)
      const [, second] = await rowsOf(`${name}_back`)
      expect(second?.every((cell) => cell === null)).toBe(true)
      expect(await unmasked(name)).toEqual([])
    })

    test('cells of a result go back into their columns, in both formats the same', async () => {
      await direct.query(`TRUNCATE ${name}_back`)
      const asIs = { getTypeParser: () => (cell: string) => cell }
      const columns = COLUMNS.map(([column]) => column)
      const query = {
        text: `SELECT ${columns.join()} FROM ${name} ORDER BY id`,
        rowMode: 'array',
        types: asIs,
      }
      const { rows } = await client.query<(string | null)[]>(query as never)
      const places = columns.map((_, at) => `$${at + 1}`).join()
      for (const [id, row] of rows.entries())
        await direct.query(`INSERT INTO ${name}_back (id, ${columns.join()}) VALUES (${id}, ${places})`, row)
      const byText = await rowsOf(`${name}_back`)
      await direct.query(`TRUNCATE ${name}_back`)
      await copied(
        direct,
        `COPY ${name}_back FROM STDIN (FORMAT binary)`,
        await copied(client, `COPY ${name} TO STDOUT (FORMAT binary)`),
      )
      expect(await unmasked(name)).toEqual([])
      expect(byText).toEqual(await rowsOf(`${name}_back`))
    })
  },
)

/** The first columns of what came back, side by side. */
const shown = async (name: string): Promise<string | undefined> => {
  const columns = COLUMNS.slice(0, 6).map(([column]) => `${column}::text`)
  const { rows } = await direct.query<{ v: string }>(
    `SELECT concat_ws(' ', ${columns.join()}) AS v FROM ${name}_back WHERE iso IS NOT NULL`,
  )
  return rows[0]?.v
}

test('what there is room for is shown', async () => {
  expect(await shown('redacted')).toBe('[r [re {[re}')
  expect(await shown('constant')).toBe('12 12. {12.}')
  const { rows } = await direct.query<{ v: string }>(
    'SELECT days::text AS v FROM dated_back WHERE iso IS NOT NULL',
  )
  expect(rows).toEqual([{ v: '[1971-01-01,1972-01-01)' }])
})
