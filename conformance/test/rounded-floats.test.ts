import { describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { copied } from '../harness/copied.ts'
import { filledGateway } from '../harness/filled-gateway.ts'
import { withMaskingKey } from '../harness/gateway.ts'

/** What a float looks like hangs on `extra_float_digits`: with -14 it has one digit, which is another value. */
const policy = `version: 1
rules:
  - { id: all, effect: allow }
  - { id: steps, effect: mask, columns: "column.name == 'salary'", with: { number: 10000 }, unless: "'dpo' in principal.groups" }
  - { id: hashes, effect: mask, columns: "column.name == 'bonus'", with: hash, unless: "'dpo' in principal.groups" }`

const schema = `CREATE TABLE pay (id int, salary float8, bonus float4);
  INSERT INTO pay VALUES (1, 65001, 1234.5), (2, 74999, 1234.5)`

const { server, gateway } = filledGateway(schema, {
  policy,
  ...withMaskingKey,
})

/** Runs what is to be done with a client, and with texts of its results as the database sends them. */
const asClient = async <T>(
  login: string,
  act: (rows: (sql: string) => Promise<readonly unknown[]>, client: pg.Client) => Promise<T>,
  options = '',
): Promise<T> => {
  const types = { getTypeParser: () => (cell: string) => cell }
  const client = new pg.Client({ ...gateway().connection(login), options, types } as pg.ClientConfig)
  await client.connect()
  try {
    return await act(async (sql) => {
      const result = await client.query({ text: sql, rowMode: 'array' })
      return (Array.isArray(result) ? result.at(-1) : result).rows
    }, client)
  } finally {
    await client.end()
  }
}

const READ = 'SELECT salary, bonus FROM pay ORDER BY id'
const EXACT = [
  ['60000', expect.stringMatching(/^\d+$/)],
  ['70000', expect.stringMatching(/^\d+$/)],
]
const NOTHING = [
  [null, null],
  [null, null],
]

test('exact floats are masked, whatever more digits are asked for', async () => {
  await asClient('ana', async (rows) => {
    expect(await rows(READ)).toEqual(EXACT)
    await rows('SET extra_float_digits = 3')
    expect(await rows(READ)).toEqual(EXACT)
  })
})

describe('of floats that may be rounded nothing is shown', () => {
  test.each([
    ['by SET', 'SET extra_float_digits = -14'],
    ['by SET to 0', 'SET extra_float_digits = 0'],
    ['by set_config', "SELECT set_config('extra_float_digits', '-14', false)"],
    [
      'by set_config of a name that is put together',
      "SELECT set_config('extra_' || 'float_digits', '-14', false)",
    ],
    ['in a transaction', 'BEGIN; SET LOCAL extra_float_digits = -14'],
  ])('%s', async (_name, sql) => {
    await asClient('ana', async (rows) => {
      await rows(sql)
      expect(await rows(READ)).toEqual(NOTHING)
      expect(await rows(READ)).toEqual(NOTHING)
      await rows('ROLLBACK; RESET extra_float_digits')
      expect(await rows(READ)).toEqual(EXACT)
    })
    await asClient('dora', async (rows) => {
      await rows(sql)
      expect(await rows('SELECT salary FROM pay ORDER BY id')).toEqual([
        [expect.stringMatching(/^[67]/)],
        expect.anything(),
      ])
    })
  })

  test.each([
    ['in the same text', `SET extra_float_digits = -14; ${READ}`],
    [
      'in the same statement',
      "SELECT salary, bonus FROM pay WHERE set_config('extra_float_digits', '-14', false) <> ''",
    ],
    [
      'through a cursor',
      `BEGIN; DECLARE c CURSOR FOR ${READ}; SET LOCAL extra_float_digits = -14; FETCH 2 FROM c`,
    ],
  ])('%s', async (_name, sql) => {
    expect(await asClient('ana', (rows) => rows(sql))).toEqual(NOTHING)
  })

  test('at connect', async () => {
    expect(await asClient('ana', (rows) => rows(READ), '-c extra_float_digits=-14')).toEqual(NOTHING)
  })

  test('as the default of the database', async () => {
    const direct = new pg.Client({ connectionString: server().connectionString('postgres') })
    await direct.connect()
    await direct.query('ALTER DATABASE postgres SET extra_float_digits = -14')
    expect(await asClient('ana', (rows) => rows(READ))).toEqual(NOTHING)
    await direct.query('ALTER DATABASE postgres RESET extra_float_digits')
    await direct.end()
  })

  test('by a prepared statement, and by COPY', async () => {
    await asClient('ana', async (rows, client) => {
      const prepared = async () => (await client.query({ name: 'p', text: READ, rowMode: 'array' })).rows
      expect(await prepared()).toEqual(EXACT)
      await rows('SET extra_float_digits = -14')
      expect(await prepared()).toEqual(NOTHING)
      expect(String(await copied(client, `COPY (${READ}) TO STDOUT`))).toBe('\\N\t\\N\n\\N\t\\N\n')
      await rows('SET extra_float_digits = 1')
      expect(await prepared()).toEqual(EXACT)
    })
  })
})
