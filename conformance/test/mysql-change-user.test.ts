import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import mysql from 'mysql2/promise'
import { type FilledMariadb, mariadbWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'

if (!hasMariadb)
  console.warn('NO MARIADB, so COM_CHANGE_USER is not held against one: install `mariadb-server`')
const suite = hasMariadb ? describe : describe.skip

const policy = `
version: 1
rules:
  - { id: all, effect: allow }
  - id: pii
    effect: mask
    columns: "column.labels.exists(l, l.startsWith('pii.'))"
    with: { default: redact }
    unless: "'dpo' in principal.groups"
`

suite('INVARIANT (identity-bound): COM_CHANGE_USER', () => {
  let server: FilledMariadb
  let gateway: TestGateway
  let client: mysql.Connection

  beforeAll(async () => {
    server = await mariadbWith(`
      create table customers (id int primary key, email varchar(100));
      insert into customers values (1, 'ana@example.com')`)
    gateway = await startGateway({
      upstream: server,
      database: 'shop',
      system: 'mariadb',
      policy,
    })
  }, 120_000)
  afterEach(() => {
    client?.destroy()
  })
  afterAll(async () => {
    await gateway?.close()
    await server?.stop()
  })

  const connect = async (): Promise<void> => {
    client = await mysql.createConnection({
      ...gateway.connection('ana'),
      ssl: { rejectUnauthorized: false },
    })
    client.on('error', () => undefined)
  }
  const emails = async (): Promise<unknown> => {
    const [rows] = await client.query<mysql.RowDataPacket[]>('select email from customers')
    return rows.map((row) => row['email'])
  }

  test('proves whoever comes anew, and begins a session of its own', async () => {
    await connect()
    await client.query('set @left = 1')
    expect(await emails()).toEqual(['[redacted]'])
    const to = { user: 'dora', password: 'dora-secret', database: 'shop' }
    await client.changeUser(to)
    expect(await emails()).toEqual(['ana@example.com'])
    const [left] = await client.query<mysql.RowDataPacket[]>('select @left as x')
    expect(left).toEqual([{ x: null }])
    await client.changeUser({ user: 'ana', password: 'ana-secret', database: 'shop' })
    expect(await emails()).toEqual(['[redacted]'])
    await client.end()
    const opened = [...readEntries(join(gateway.journal))]
      .map(({ entry }) => entry)
      .filter((entry) => entry.type === 'session.opened')
    expect(opened.map(({ principal }) => principal.id)).toEqual([
      'ana@example.com',
      'dora@example.com',
      'ana@example.com',
    ])
    expect(new Set(opened.map(({ session }) => session)).size).toBe(3)
  })

  test.each([
    ['with a wrong password', { user: 'dora', password: 'ana-secret', database: 'shop' }],
    ['without one', { user: 'dora', password: '', database: 'shop' }],
    ['as nobody that is known', { user: 'nobody', password: 'x', database: 'shop' }],
  ])('%s ends the connection', async (_what, to) => {
    await connect()
    await expect(client.changeUser(to)).rejects.toMatchObject({ errno: 1045 })
    await expect(emails()).rejects.toBeDefined()
  })
})
