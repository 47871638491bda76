import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { type FilledMariadb, mariadbWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { officerMasks } from '../harness/leak-shop.ts'
import { mysqlFlowScript, mysqlFlowTables } from '../harness/mysql-flow-scripts.ts'

const SCRIPTS = 24
const SENTINEL = /sentinel/

let server: FilledMariadb
let gateway: TestGateway
let direct: Connection
let dora: Connection
let ana: Connection

const rowsOf = async (connection: Connection, sql: string): Promise<string> =>
  JSON.stringify((await connection.query(sql))[0])

/** The tables and views in which a masked value stands by now. */
const reached = async (): Promise<readonly string[]> => {
  const [tables] = await direct.query<RowDataPacket[]>(
    `SELECT concat(table_schema, '.', table_name) AS name FROM information_schema.tables
     WHERE table_schema IN ('shop', 'other')`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    // A view whose table has another name by now shows nothing.
    const seen = await rowsOf(direct, `SELECT * FROM ${name}`).catch(() => '')
    if (SENTINEL.test(seen)) found.push(name)
  }
  return found
}

/** Has the officer run a script, and gives the tables and views that it brought something into; throws where that is shown. */
const played = async (number: number): Promise<number> => {
  for (const sql of ['USE shop', ...mysqlFlowTables(number)]) await dora.query(sql)
  const script = mysqlFlowScript(number)
  // Some fail, as a table may be gone by then.
  for (const sql of script) await dora.query(sql).catch(() => undefined)
  await dora.query('ROLLBACK')
  const names = await reached()
  for (const name of names)
    if (SENTINEL.test(await rowsOf(ana, `SELECT * FROM ${name}`)))
      throw new Error(`${name} is shown behind ${script.join('; ')} (script ${number})`)
  await direct.query(
    'DROP DATABASE shop; DROP DATABASE other; CREATE DATABASE shop; CREATE DATABASE other; USE shop',
  )
  return names.length
}

const suite = hasMariadb ? describe : describe.skip

suite('on MariaDB', () => {
  beforeAll(async () => {
    server = await mariadbWith('CREATE DATABASE other')
    direct = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
    gateway = await startGateway({
      upstream: server,
      system: 'mariadb',
      database: 'shop',
      policy: officerMasks,
    })
    dora = await createConnection(gateway.connection('dora'))
    ana = await createConnection(gateway.connection('ana'))
  }, 120_000)

  afterAll(async () => {
    await ana?.end()
    await dora?.end()
    await direct?.end()
    await gateway?.close()
    await server?.stop()
  })

  test('what generated scripts move is masked wherever it is then', async () => {
    let places = 0
    for (let number = 1; number <= SCRIPTS; number += 1) places += await played(number)
    // A table and its view have them from the first.
    expect(places).toBeGreaterThan(2 * SCRIPTS)
  }, 120_000)
})
