import { expect, test } from '@jest/globals'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import pg from 'pg'
import { filledGateway, rawSession } from '../harness/filled-gateway.ts'
import { allowAll } from '../harness/gateway.ts'

const { server, gateway } = filledGateway('CREATE TABLE notes (t text)', { policy: allowAll })
const { raw } = rawSession(gateway)

test.each([
  ['by its BEGIN', [], 'BEGIN ISOLATION LEVEL REPEATABLE READ'],
  [
    'by the session, as JDBC sets it',
    ['SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE'],
    'BEGIN',
  ],
  [
    'by default, under a path that changes',
    ['BEGIN', 'COMMIT', "SET default_transaction_isolation = 'serializable'", 'SET search_path = public'],
    'BEGIN',
  ],
])(
  'a lock is waited for before a transaction of one snapshot looks at anything: %s',
  async (by, before, begin) => {
    const other = new pg.Client({ connectionString: server().connectionString('postgres') })
    await other.connect()
    await other.query('BEGIN')
    await other.query('INSERT INTO notes VALUES ($1)', [by])
    for (const sql of [...before, begin]) await raw().query(sql)
    raw().send(encodeQuery({ sql: 'LOCK TABLE notes IN EXCLUSIVE MODE' }))
    const waits = "SELECT FROM pg_locks WHERE relation = 'notes'::regclass AND NOT granted"
    while ((await other.query(waits)).rowCount === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await other.query('COMMIT')
    await other.end()
    expect(await raw().ready()).toContain('CommandComplete LOCK TABLE')
    expect(await raw().query('SELECT t FROM notes')).toContain(`DataRow ${by}`)
  },
)

test('what is asked in front of a transaction makes no schema that it would make itself', async () => {
  await raw().query("SET search_path = 'pg_temp'")
  await raw().query('BEGIN')
  expect((await raw().query('SELECT current_schema()')).join()).toContain('DataRow pg_temp')
  expect(await raw().query("PREPARE TRANSACTION 'x'")).toContain('ErrorResponse 0A000')
})
