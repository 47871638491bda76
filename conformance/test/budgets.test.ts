import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { postgresWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { RawClient } from '../harness/raw-client.ts'
import { shopSchema } from '../harness/shop.ts'

let server: RunningPostgres
let folder: string
const running: TestGateway[] = []
const clients: pg.Client[] = []

beforeAll(async () => {
  server = await postgresWith(shopSchema)
}, 120_000)

afterAll(() => server?.stop())

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-budgets-'))
})

afterEach(async () => {
  for (const client of clients.splice(0)) await client.end()
  for (const gateway of running.splice(0)) await gateway.close()
  await rm(folder, { recursive: true, force: true })
})

const started = async (rules: string): Promise<TestGateway> => {
  const gateway = await startGateway({
    upstream: server,
    database: 'postgres',
    policy: `version: 1\nrules:\n  - { id: all, effect: allow }\n${rules}\n`,
    keys: [`store: { path: ${join(folder, 'labels')} }`],
  })
  running.push(gateway)
  return gateway
}

const connected = async (gateway: TestGateway, login = 'ana'): Promise<pg.Client> => {
  const client = new pg.Client({ ...gateway.connection(login), ssl: false })
  await client.connect()
  clients.push(client)
  return client
}

const rowsOf = async (client: pg.Client, sql: string, values: readonly unknown[] = []): Promise<number> =>
  (await client.query(sql, [...values])).rows.length

const SOME = (count: number): string => `SELECT i FROM generate_series(1, ${count}) i`

describe('of one statement', () => {
  test('the bytes of rows are capped: what fits arrives, then the error names the rule', async () => {
    const gateway = await started('  - { id: cap, effect: limit, bytes: 200 }')
    const client = await RawClient.login(gateway.connection('ana'))
    client.send(encodeQuery({ sql: SOME(100) }))
    const lines = await client.ready()
    // DataRow of one digit: 12 bytes; of two: 13.
    expect(lines.filter((one) => one.startsWith('DataRow')).length).toBe(16)
    expect(lines).toContain('ErrorResponse 54000')
    client.close()
  })

  test.each(['SELECT email FROM customers', 'SELECT lower(email) FROM customers'])(
    'labelled values are capped, other rows are not: %s',
    async (sql) => {
      const gateway = await started('  - { id: cap, effect: limit, labelled: 12 }')
      const client = await connected(gateway)
      expect(await rowsOf(client, 'SELECT id FROM orders')).toBe(100)
      expect(await rowsOf(client, `${sql} LIMIT 12`)).toBe(12)
      await expect(client.query(sql)).rejects.toMatchObject({
        code: '54000',
        message: 'the result has more than the 12 labelled values that rule `cap` allows',
      })
      // Each statement begins anew, and the session goes on.
      expect(await rowsOf(client, `${sql} LIMIT 12`)).toBe(12)
    },
  )

  test('every labelled column counts, redacted ones do not', async () => {
    const gateway = await started(`  - { id: cap, effect: limit, labelled: 20 }
  - { id: hide, effect: mask, columns: "column.name in ['email', 'phone']", with: redact }`)
    const client = await connected(gateway)
    expect(await rowsOf(client, 'SELECT email, phone, card FROM customers')).toBe(20)
    await expect(client.query('SELECT card, national_id FROM customers')).rejects.toMatchObject({
      code: '54000',
    })
  })

  test.each([
    ['in statements of their own', ['DECLARE c CURSOR WITH HOLD FOR SELECT id FROM orders']],
    ['beside DECLARE in one text', ['DECLARE c CURSOR WITH HOLD FOR SELECT id FROM orders; FETCH 1 FROM c']],
  ])('all FETCHes of a cursor are counted together: %s', async (_, texts) => {
    const gateway = await started('  - { id: cap, effect: limit, rows: 25 }')
    const client = await connected(gateway)
    for (const text of texts) await client.query(text)
    const first = await rowsOf(client, 'FETCH 10 FROM c')
    // As an extended query too.
    expect(first + (await rowsOf(client, 'FETCH 5 FROM c', []))).toBe(15)
    await expect(client.query('FETCH 11 FROM c')).rejects.toMatchObject({
      code: '54000',
      message: 'the result has more than the 25 rows that rule `cap` allows',
    })
    await expect(client.query('FETCH ALL FROM c')).rejects.toMatchObject({ code: '54000' })
    await client.query('CLOSE c')
    await client.query('DECLARE c CURSOR WITH HOLD FOR SELECT id FROM orders')
    expect(await rowsOf(client, 'FETCH 25 FROM c')).toBe(25)
  })

  test('FETCHes beside each other in one text are counted together', async () => {
    const gateway = await started('  - { id: cap, effect: limit, rows: 25 }')
    const client = await connected(gateway)
    const declared = 'BEGIN; DECLARE c CURSOR FOR SELECT id FROM orders'
    await client.query(`${declared}; FETCH 20 FROM c; FETCH 5 FROM c; COMMIT`)
    await expect(client.query(`${declared}; FETCH 20 FROM c; FETCH 6 FROM c; COMMIT`)).rejects.toMatchObject({
      code: '54000',
    })
  })

  test('COPY is counted too', async () => {
    const gateway = await started('  - { id: cap, effect: limit, labelled: 12 }')
    const client = await RawClient.login(gateway.connection('ana'))
    client.send(encodeQuery({ sql: 'COPY (SELECT email FROM customers) TO STDOUT' }))
    const lines = await client.ready()
    expect(lines.filter((one) => one.includes('CopyData')).length).toBe(12)
    expect(lines).toContain('ErrorResponse 54000')
    client.close()
  })
})

describe('of an hour', () => {
  const HOURLY = '  - { id: an-hour, effect: limit, per: hour, rows: 50 }'

  test('all sessions of a principal are counted together, and then refused until the hour is over', async () => {
    const gateway = await started(HOURLY)
    const [one, two] = [await connected(gateway), await connected(gateway)]
    expect(await rowsOf(one, SOME(30))).toBe(30)
    await expect(two.query(SOME(21))).rejects.toMatchObject({
      code: '54000',
      message: '`ana@example.com` has used up the 50 rows an hour that rule `an-hour` allows, or would',
      hint: expect.stringMatching(/^ask for fewer, or again from \d{4}-\d\d-\d\dT[\d:.]+Z$/),
    })
    for (const client of [one, two])
      await expect(client.query('SELECT 1')).rejects.toMatchObject({
        code: '42501',
        message: expect.stringContaining('rule `an-hour`'),
      })
    await expect((await connected(gateway)).query('SELECT 1')).rejects.toMatchObject({ code: '42501' })
  })

  test('somebody else has a budget of his own', async () => {
    const gateway = await started(HOURLY)
    await expect((await connected(gateway)).query(SOME(60))).rejects.toMatchObject({ code: '54000' })
    expect(await rowsOf(await connected(gateway, 'dora'), SOME(50))).toBe(50)
  })

  test('what returns no rows goes on, so that a transaction can end', async () => {
    const gateway = await started(HOURLY)
    const client = await connected(gateway)
    await client.query('BEGIN')
    expect(await rowsOf(client, SOME(50))).toBe(50)
    await client.query('COMMIT')
    await client.query('UPDATE products SET title = title WHERE id = 1')
    await client.query("COPY products TO '/dev/null'")
    for (const sql of ['SELECT 1', 'COPY products TO STDOUT'])
      await expect(client.query(sql)).rejects.toMatchObject({ code: '42501' })
  })

  test('a prepared statement is counted at each execution', async () => {
    const gateway = await started(HOURLY)
    const client = await connected(gateway)
    const prepared = { name: 'p', text: 'SELECT i FROM generate_series(1, $1::int) i', values: [20] }
    await client.query(prepared)
    await client.query(prepared)
    await expect(client.query(prepared)).rejects.toMatchObject({ code: '54000' })
  })

  test('a restart forgets nothing', async () => {
    const first = await started(HOURLY)
    expect(await rowsOf(await connected(first), SOME(30))).toBe(30)
    for (const client of clients.splice(0)) await client.end()
    await first.stop()
    const second = await started(HOURLY)
    const client = await connected(second)
    expect(await rowsOf(client, SOME(20))).toBe(20)
    await expect(client.query('SELECT 1')).rejects.toMatchObject({ code: '42501' })
  })

  test('gateways that share the file share the budget', async () => {
    const [one, two] = [await connected(await started(HOURLY)), await connected(await started(HOURLY))]
    expect(await rowsOf(one, SOME(40))).toBe(40)
    await expect(two.query(SOME(11))).rejects.toMatchObject({ code: '54000' })
  })
})
