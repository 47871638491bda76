import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { Framer } from '@sluice/adapter-mysql/framing/framer'
import { capability } from '@sluice/adapter-mysql/messages/capabilities'
import { decodeHandshakeV10 } from '@sluice/adapter-mysql/messages/handshake-v10'
import { issueCertificates } from '@sluice/testkit/certificates'
import { mysqlBinaries } from '@sluice/testkit/mysql-binaries'
import { type RunningMysql, startMysql } from '@sluice/testkit/mysql-server'
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise'
import { allowAll, startGateway, type TestGateway } from '../harness/gateway.ts'
import type { Side } from '../harness/side-by-side.ts'

const missing = mysqlBinaries() === undefined
if (missing) console.warn('skipped: no MySQL of Debian’s unstable release is unpacked (`unpackMysql`)')
const suite = missing ? describe.skip : describe

const LOGIN = 'dba'
const PASSWORD = `${LOGIN}-secret`
const DATABASE = 'shop'

const SETUP = `
CREATE USER ${LOGIN}@'%' IDENTIFIED WITH caching_sha2_password BY '${PASSWORD}'; GRANT ALL ON *.* TO ${LOGIN}@'%';
CREATE DATABASE ${DATABASE} CHARACTER SET utf8mb4; USE ${DATABASE};
CREATE TABLE customers (id int PRIMARY KEY, email varchar(100) NOT NULL, phone varchar(40), date_of_birth date, notes json);
INSERT INTO customers VALUES (1, 'sentinel.one@shop.example', '+49305551001', '1970-01-02', '{"note": "fine", "of": [1, null]}'),
  (2, 'sentinel.two@shop.example', NULL, '1970-01-03', NULL);
CREATE VIEW contacts AS SELECT id, upper(email) AS contact FROM customers;
CREATE TABLE every_type (
  a_tinyint tinyint, a_bigint bigint unsigned, a_float float, a_double double, a_decimal decimal(30, 9), a_bit bit(12),
  a_year year, a_date date, a_time time(6), a_datetime datetime(3), a_timestamp timestamp(6), a_char char(6),
  a_varchar varchar(40), a_text text, a_binary binary(4), a_blob blob, an_enum enum('red', 'blue'), a_set set('x', 'y'),
  a_json json, a_point point, a_vector vector(3), a_null varchar(10)
);
INSERT INTO every_type VALUES (-128, 18446744073709551615, 1.5, 1e-300, 12345678901234567890.123456789, b'101010101010', 2071,
  '2020-02-29', '-838:59:58.999999', '2020-02-29 01:02:03.456', '2020-02-29 01:02:03.456789', 'fixed', 'äöü ☃ '' "', 'text',
  x'00ff10', x'00ff1002', 'blue', 'x,y', '{"b": [1, null, "x"], "a": 1.50}', point(1, 2.5), to_vector('[1, 2.5, -3]'), NULL);
INSTALL COMPONENT 'file://component_query_attributes';`

let server: RunningMysql
let admin: Connection
let open: TestGateway
let masking: TestGateway
/** Logs in at the server without TLS: its RSA key has to do. */
let plain: TestGateway

beforeAll(async () => {
  if (missing) return
  const { ca, leaf } = await issueCertificates()
  server = await startMysql(leaf)
  admin = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
  await admin.query(SETUP)
  const common = {
    upstream: { host: '127.0.0.1', port: server.port, superuser: LOGIN, password: PASSWORD },
    database: DATABASE,
    system: 'mysql',
    principals: { [LOGIN]: { groups: ['dba'] }, ana: { groups: ['analysts'] } },
  } as const
  const tls = {
    ...common,
    upstreamTls: 'verify-full',
    upstreamKeys: 'ca: ./database-ca.crt',
    files: { 'database-ca.crt': ca.cert },
  } as const
  open = await startGateway({ ...tls, policy: allowAll })
  masking = await startGateway(tls)
  plain = await startGateway({ ...common, policy: allowAll })
}, 300_000)

afterAll(async () => {
  await admin?.end()
  for (const gateway of [open, masking, plain]) await gateway?.close()
  await server?.stop()
})

const direct = (): Omit<Side, 'ca'> => ({
  host: '127.0.0.1',
  port: server.port,
  user: LOGIN,
  password: PASSWORD,
  database: DATABASE,
})

const options = (side: Omit<Side, 'ca'>, more: ConnectionOptions = {}): ConnectionOptions => ({
  ...side,
  ssl: { rejectUnauthorized: false },
  dateStrings: true,
  supportBigNumbers: true,
  bigNumberStrings: true,
  ...more,
})

/** What `use` sees of a connection. */
const on = async <T>(given: ConnectionOptions, use: (connection: Connection) => Promise<T>): Promise<T> => {
  const connection = await createConnection(given)
  try {
    return await use(connection)
  } finally {
    connection.destroy()
  }
}

/** The same directly and through the gateway. */
const alike = async (use: (connection: Connection) => Promise<unknown>, more?: ConnectionOptions) => {
  const through = await on(options(open.connection(LOGIN), more), use)
  expect(through).toEqual(await on(options(direct(), more), use))
  return through
}

/** In the text protocol, or in the binary one. */
const asked = async (connection: Connection, way: 'query' | 'execute', sql: string) =>
  way === 'query' ? await connection.query(sql) : await connection.execute(sql)

const failure = (failing: Promise<unknown>): Promise<unknown> =>
  failing.then(
    () => 'no error',
    ({ errno, sqlState, sqlMessage }) => ({ errno, sqlState, sqlMessage }),
  )

suite('a MySQL server', () => {
  test('tells its version through the gateway', async () => {
    const [rows] = (await alike((connection) => connection.query('SELECT version() AS v'))) as [
      { v: string }[],
    ]
    expect(rows[0]?.v).toMatch(/^(?:8\.[4-9]|9)\./)
  })

  test.each(['query', 'execute'] as const)('shows values of every type (%s)', async (way) => {
    const seen = await alike((connection) => asked(connection, way, 'SELECT * FROM every_type'))
    expect(JSON.stringify(seen)).toContain('12345678901234567890.123456789')
  })

  test('takes values of prepared statements', async () => {
    const given = [-1, 1.5, 'äöü ☃', null, Buffer.from([0, 255]), new Date(0), true, '{"a": [1]}']
    const seen = await alike(async (connection) => {
      const statement = await connection.prepare('SELECT ?, ?, ?, ?, hex(?), ?, ?, CAST(? AS json)')
      const rows = [(await statement.execute(given))[0], (await statement.execute(given))[0]]
      await statement.close()
      return rows
    })
    expect(JSON.stringify(seen)).toContain('00FF')
  })

  test('fails as it does directly, and the session goes on', async () => {
    const seen = await alike(async (connection) => [
      await failure(connection.query("INSERT INTO customers (id, email) VALUES (1, 'again')")),
      await failure(connection.query('SELECT nothing FROM customers')),
      await failure(connection.execute('SELECT ? + nothing', [1])),
      await failure(connection.query('SELEC 1')),
      (await connection.query('SELECT count(*) AS n FROM customers'))[0],
    ])
    expect(seen).toEqual(expect.arrayContaining([expect.objectContaining({ errno: 1062 }), [{ n: '2' }]]))
  })

  test('answers several statements with several results', async () => {
    const text = 'SELECT 1 AS a; SET @b = 2; SELECT @b AS b'
    const more = { multipleStatements: true }
    const seen = await alike(async (connection) => (await connection.query(text))[0], more)
    expect(seen).toHaveLength(3)
  })

  test('takes query attributes, whose values its functions show', async () => {
    const sql = "SELECT mysql_query_attribute_string('n1') AS n1"
    const seen = await alike((connection) => connection.query({ sql, attributes: { n1: 'given' } }))
    expect(JSON.stringify(seen)).toContain('given')
  })

  test('lets the gateway in by caching_sha2_password: in full, by TLS or its RSA key, and by what it keeps', async () => {
    for (const gateway of [open, plain]) {
      // What it keeps of passwords that it has seen is gone then.
      await admin.query('FLUSH PRIVILEGES')
      for (const _ of ['full', 'fast'])
        expect((await on(options(gateway.connection(LOGIN)), (c) => c.query('SELECT 1 AS a')))[0]).toEqual([
          { a: '1' },
        ])
    }
  })
})

suite('in front of MySQL', () => {
  test.each(['query', 'execute'] as const)('what is masked stays masked (%s)', async (way) => {
    await on(options(masking.connection('ana')), async (connection) => {
      for (const sql of [
        'SELECT * FROM customers',
        'SELECT contact FROM contacts',
        'SELECT concat(email, phone) FROM customers',
        'TABLE customers',
        'WITH c AS (SELECT * FROM customers) SELECT JSON_OBJECT("e", email) FROM c',
      ]) {
        const [rows] = await asked(connection, way, sql)
        expect(JSON.stringify(rows)).not.toMatch(/sentinel|\+4930555|1970-0/i)
        expect(rows).toHaveLength(2)
      }
    })
  })

  test('no compression is offered', async () => {
    const socket = connect(open.port, '127.0.0.1')
    const framer = new Framer({ fault: 'upstream', maxFrameBytes: 1024 })
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    framer.push(chunk)
    const piece = framer.next()
    if (piece?.kind !== 'frame') throw new Error('no greeting')
    const { flags } = decodeHandshakeV10(Buffer.from(piece.payload)).capabilities
    expect(flags & (capability.COMPRESS | capability.ZSTD_COMPRESSION)).toBe(0)
  })
})
