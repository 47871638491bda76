import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { issueCertificates } from '@sluice/testkit/certificates'
import type { RunningMariadb } from '@sluice/testkit/mariadb-server'
import { serverBinaries } from '@sluice/testkit/server-binaries'
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { guardedMasks } from '../harness/leak-shop.ts'
import {
  DATABASE,
  LOGIN,
  PASSWORD,
  type ServerVersion,
  serverVersions,
  setup,
} from '../harness/mysql-versions.ts'

const mysql = serverVersions.find(({ system }) => system === 'mysql') as ServerVersion
const missing = serverBinaries(mysql.name) === undefined
if (missing) console.warn(`skipped: ${mysql.name} of Debian is not unpacked (\`unpackServer\`)`)
const perhaps = missing ? test.skip : test

/** Of a column of bytes and one of a text, where the answer of some values is an error or NULL. */
const placeless: readonly string[] = [
  'cast(m AS char)',
  'convert(m USING utf8mb4)',
  'convert(left(m, 1), char)',
  'cast(left(cast(t AS binary), 1) AS char)',
  'cast(t AS float)',
  'variance(t)',
  'concat(stddev_samp(t))',
  'left(l, round(t))',
  'quote(m)',
  "instr('b', m)",
  'instr(l, t)',
  'locate(t, l)',
  "position(m IN 'b')",
  'substring_index(l, t, 1)',
  'trim(t FROM l)',
  'replace(l, l, t)',
  "replace('a', m, 'a')",
  "concat(m, 'a' COLLATE utf8mb4_bin)",
  "concat(t, _latin1'a' COLLATE latin1_bin)",
  "concat_ws('a' COLLATE utf8mb4_bin, m, 'b')",
  "greatest(concat('' COLLATE utf8mb4_bin), m)",
  "coalesce(t, _latin1'a' COLLATE latin1_bin)",
  "CASE WHEN l = 'l' THEN m ELSE 'a' COLLATE utf8mb4_bin END",
  "m = 'a' COLLATE utf8mb4_bin",
  "'b' IN (m, 'a' COLLATE utf8mb4_bin)",
  "'a' COLLATE utf8mb4_bin AS x UNION ALL SELECT m",
]

/** What comes of an expression of the table whose values have no place somewhere, and of the other. */
const answers = async (connection: Connection, asked: string): Promise<readonly string[]> => {
  const seen: string[] = []
  for (const table of ['ill', 'fit'])
    seen.push(
      await connection.query(`SELECT ${asked} AS x FROM ${table}`).then(
        ([rows]) => JSON.stringify(rows),
        ({ message }: Error) => message.replaceAll(table, '<table>'),
      ),
    )
  return seen
}

/** An answer in which values are all alike: what is left is whether there is one. */
const kinds = (answer: string): string => answer.replaceAll(/"x":(?:"[^"]*"|\{.*?\}|-?\d+)/g, 'value')

let server: RunningMariadb
let gateway: TestGateway
let masked: Connection
let direct: Connection

const connected = (given: ConnectionOptions): Promise<Connection> =>
  createConnection({ ...given, ssl: { rejectUnauthorized: false }, multipleStatements: true })

beforeAll(async () => {
  if (missing) return
  const { leaf } = await issueCertificates()
  server = await mysql.start(leaf)
  const admin = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
  await admin.query(setup(mysql))
  await admin.end()
  const at = { host: '127.0.0.1', port: server.port }
  direct = await connected({ ...at, user: LOGIN, password: PASSWORD, database: DATABASE })
  const columns =
    "(m blob COMMENT 'sluice: pii.x', t varchar(9) COMMENT 'sluice: pii.x', l varchar(9) CHARACTER SET latin1)"
  await direct.query(`CREATE TABLE ill ${columns}; INSERT INTO ill VALUES (x'ff', '☃', 'l'), (x'ff', '1e400', 'l');
    CREATE TABLE fit ${columns}; INSERT INTO fit VALUES ('a', 'b', 'l'), ('a', '1', 'l')`)
  gateway = await startGateway({
    upstream: { ...at, superuser: LOGIN, password: PASSWORD },
    upstreamTls: 'require',
    database: DATABASE,
    system: mysql.system,
    policy: guardedMasks('balanced'),
  })
  masked = await connected(gateway.connection('ana'))
}, 300_000)

afterAll(async () => {
  await masked?.end()
  await direct?.end()
  await gateway?.close()
  await server?.stop()
})

perhaps.each(placeless)('MySQL does not tell by an error or a NULL what has no place: %s', async (asked) => {
  const [ill, fit] = await answers(masked, asked)
  expect(ill).toBe(fit)
  const [unfit = '', fitting = ''] = await answers(direct, asked)
  expect(kinds(unfit)).not.toBe(kinds(fitting))
})
