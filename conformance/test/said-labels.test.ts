import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { postgresWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { officerMasks } from '../harness/leak-shop.ts'
import { sentinels, shopSchema } from '../harness/shop.ts'

const tables = `
CREATE TABLE employees (id integer, last_name text, name text, email text);
INSERT INTO employees VALUES (1, 'Quux', 'Quux', 'Quux');
CREATE TABLE staff AS SELECT email FROM employees;
CREATE TABLE kept (a integer, b text);
INSERT INTO kept VALUES (1, 'nothing');
CREATE TABLE grown (id integer, x text);
`

const run = promisify(execFile)

let server: RunningPostgres
let gateway: TestGateway

beforeAll(async () => {
  server = await postgresWith(shopSchema + tables)
}, 120_000)

beforeEach(async () => {
  gateway = await startGateway({ upstream: server, database: 'postgres', policy: officerMasks })
  return undefined
}, 60_000)

afterEach(async () => {
  await gateway.close()
}, 60_000)

afterAll(async () => {
  await server?.stop()
})

/** Past the gateway. */
const direct = async (sql: string): Promise<void> => {
  const client = new pg.Client({ connectionString: server.connectionString('postgres') })
  await client.connect()
  await client.query(sql)
  await client.end()
}

const connected = async (login: string): Promise<pg.Client> => {
  const client = new pg.Client(gateway.connection(login))
  await client.connect()
  return client
}

const raw = (bytes: string): boolean => sentinels.some((sentinel) => sentinel.test(bytes))

const sluice = async (...words: readonly string[]): Promise<string> => {
  const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))
  const flags = ['--conditions=@sluice/source', '--disable-warning=ExperimentalWarning', main]
  const [command = '', ...rest] = words
  const group = command === 'scan' ? [] : ['labels']
  const config = join(gateway.directory, 'sluice.yaml')
  const { stdout } = await run(process.execPath, [...flags, ...group, command, '-c', config, ...rest])
  return stdout
}

/** A running gateway looks for it every second. */
const until = async (read: () => Promise<boolean>): Promise<boolean> => {
  for (let tries = 0; tries < 200; tries++) {
    if (await read()) return true
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return false
}

describe('what a person says of a column', () => {
  test('masks it, clears it, follows a rename, and is told with where its values came from', async () => {
    const analyst = await connected('ana')
    const isMasked = async (sql: string) => {
      const [row] = (await analyst.query<{ b: string }>(sql)).rows
      return row?.b !== 'nothing'
    }
    expect(await isMasked('SELECT b FROM kept')).toBe(false)
    await sluice('set', 'public.kept.b', 'secret.note')
    expect(await until(() => isMasked('SELECT b FROM kept'))).toBe(true)
    const dora = await connected('dora')
    await dora.query('ALTER TABLE kept RENAME COLUMN b TO d')
    expect(await isMasked('SELECT d AS b FROM kept')).toBe(true)
    await dora.query('INSERT INTO kept (d) SELECT email FROM customers')
    const why = await sluice('why', 'public.kept.d')
    expect(why).toMatch(
      /^public\.customers\.email \(pii\.email\) as it is, by dora@example\.com with insert, 1 times/,
    )
    await sluice('clear', 'public.kept.d')
    expect(await until(async () => !(await isMasked('SELECT d AS b FROM kept WHERE a = 1')))).toBe(true)
    expect(await sluice('history')).toMatch(/public\.kept\.d: secret\.note → none \(human, /)
    await sluice('set', 'public.kept.d', 'secret.note')
    for (const sql of ['DROP COLUMN d', 'ADD COLUMN d text']) await dora.query(`ALTER TABLE kept ${sql}`)
    await dora.query("UPDATE kept SET d = 'anew'")
    const anew = async () => (await analyst.query('SELECT d FROM kept')).rows[0].d
    expect(await until(async () => (await anew()) !== 'anew')).toBe(true)
    await dora.end()
    await analyst.end()
  }, 120_000)
})

describe('a scan', () => {
  test('labels by values what no name tells, for a running gateway too, and says later what has changed', async () => {
    await direct(
      `CREATE TABLE misc AS SELECT i AS id, 'p' || i || '@sentinel.example' AS x, 'text ' || i AS y FROM generate_series(1, 50) i`,
    )
    const analyst = await connected('ana')
    const isMasked = async () =>
      !raw(JSON.stringify((await analyst.query('SELECT x FROM misc WHERE id = 1')).rows))
    const without = await sluice('scan', '--rows', '0')
    expect(without).toMatch(/public\.customers\.email +pii\.email \(detector/)
    expect(without).not.toContain('public.misc')
    const found = await sluice('scan')
    expect(found).toMatch(/public\.misc\.x +pii\.email \(sample 0\.99\)/)
    expect(found).not.toContain('public.misc.y')
    expect(await until(isMasked)).toBe(true)
    expect(await sluice('diff')).toBe('nothing has changed since the last scan\n')
    await direct('ALTER TABLE misc ADD COLUMN phone text; DROP TABLE grown')
    const changed = await sluice('diff')
    expect(changed).toContain('+ public.misc.phone: pii.phone\n')
    expect(changed).toContain('- public.grown.x: none\n')
    await direct('TRUNCATE misc')
    await sluice('scan')
    expect(await sluice('list')).toMatch(/public\.misc\.x +pii\.email/)
    await analyst.end()
  }, 120_000)
})

describe('a gateway that starts', () => {
  test('labels by values what no name tells, beside everything else, and says that it did', async () => {
    await direct(
      `CREATE TABLE told AS SELECT i AS id, 'p' || i || '@example.com' AS x, 'text ' || i AS y FROM generate_series(1, 50) i`,
    )
    await gateway.close()
    gateway = await startGateway({
      upstream: server,
      database: 'postgres',
      policy: officerMasks,
      sampleRows: 20,
    })
    const analyst = await connected('ana')
    const seen = async () => (await analyst.query('SELECT x, y FROM told WHERE id = 1')).rows[0]
    expect(await until(async () => (await seen()).x !== 'p1@example.com')).toBe(true)
    expect(await seen()).toEqual({ x: 'p***@example.com', y: 'text 1' })
    expect(await sluice('history')).toMatch(
      /public\.told\.x: nothing said → pii\.email \(sample, gateway start\)/,
    )
    await analyst.end()
  }, 120_000)
})

describe('what a name says of a column stays for an analyst when somebody else gives it another', () => {
  test.each([
    ['ALTER TABLE employees RENAME COLUMN last_name TO x', 'SELECT x FROM employees'],
    ['ALTER TABLE employees RENAME TO t', 'SELECT name FROM t'],
    ["ALTER TABLE staff ALTER email TYPE bytea USING convert_to(email, 'utf8')", 'SELECT email FROM staff'],
  ])('%s', async (sql, reading) => {
    const dora = await connected('dora')
    const ana = await connected('ana')
    await dora.query(sql)
    const [seen] = (await ana.query({ text: reading, rowMode: 'array' })).rows
    const [is] = (await dora.query({ text: reading, rowMode: 'array' })).rows
    expect(String(is)).toBe('Quux')
    expect(String(seen)).not.toBe('Quux')
    await dora.end()
    await ana.end()
  })
})
