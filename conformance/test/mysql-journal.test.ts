import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import { type OtlpSink, startOtlpSink } from '@sluice/testkit/otlp-sink'
import { type Connection, createConnection } from 'mysql2/promise'
import { type FilledMariadb, mariadbWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { mysqlShopSchema } from '../harness/mysql-shop.ts'
import { MAIL, recordedSecret, SECRET } from '../harness/recorded-secret.ts'

if (!hasMariadb)
  console.warn('NO MARIADB, so what its record holds is not looked at: install `mariadb-server`')
const suite = hasMariadb ? describe : describe.skip

const policy = `
version: 1
rules:
  - { id: use, effect: allow, when: "statement.tables.all(t, t.name != 'products')" }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact, unless: "'dpo' in principal.groups" }
`

/** Columns that the database calls by their text, or by a literal in it. */
const texts = [
  `SELECT '${SECRET}'`,
  `SELECT "${SECRET}" FROM customers`,
  `SELECT AES_DECRYPT(card, '${SECRET}') FROM customers`,
  `SELECT id, concat(name, '${SECRET}'), email FROM customers`,
  `SELECT * FROM (SELECT '${SECRET}') AS inside`,
  `SELECT '${SECRET}' UNION SELECT name FROM customers`,
  `WITH w AS (SELECT '${SECRET}') SELECT w.* FROM w`,
  `VALUES ('${SECRET}')`,
  `SELECT id '${SECRET}' FROM customers`,
  `SELECT '5${SECRET}' + 0`,
  `SHOW TABLES LIKE '${SECRET}%'`,
  `SHOW DATABASES LIKE '${SECRET}'`,
  `SHOW VARIABLES LIKE '${SECRET}'`,
  `EXPLAIN SELECT '${SECRET}'`,
  `INSERT INTO jots VALUES (1) RETURNING concat(n, '${SECRET}')`,
  `BEGIN NOT ATOMIC SELECT '${SECRET}'; END`,
  `EXECUTE IMMEDIATE "SELECT '${SECRET}'"`,
  `SHOW GRANTS FOR '${SECRET}'`,
  `CREATE USER made IDENTIFIED BY '${SECRET}'`,
  `SET PASSWORD FOR nobody = PASSWORD('${SECRET}')`,
  `SELECT FROM '${SECRET}'`,
  `SELECT '${SECRET}`,
  `SELECT 1 '${SECRET}' nonsense nonsense`,
  `SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${SECRET}'`,
  `SELECT * FROM jots WHERE n = '${SECRET}' PROCEDURE ANALYSE('${SECRET}')`,
  `CALL nothing('${SECRET}')`,
  `CREATE USER made IDENTIFIED BY ${SECRET}`,
  `SET PASSWORD = ${SECRET}`,
  `SET @token = ${SECRET}, @other := ${SECRET}`,
  `SELECT name FROM customers WHERE email = \`${MAIL}\``,
  `SELECT name AS \`${MAIL}\` FROM customers`,
  `SELECT * FROM \`${MAIL}\``,
  `CREATE TABLE \`${MAIL}\` (\`${MAIL}\` integer)`,
  // From here on these are names.
  `SET SESSION sql_mode = 'ANSI_QUOTES'`,
  `SELECT name FROM customers WHERE email = "${MAIL}"`,
  `CREATE USER made IDENTIFIED BY "${SECRET}"`,
  `ALTER USER made IDENTIFIED WITH mysql_native_password AS "${SECRET}"`,
  `GRANT ALL ON *.* TO made IDENTIFIED BY PASSWORD "${SECRET}"`,
  `SET PASSWORD FOR made = "${SECRET}"`,
  `SET @token = "${SECRET}"`,
  `SET SESSION init_connect = "${SECRET}"`,
]

let server: FilledMariadb
let sink: OtlpSink
let gateway: TestGateway

const connected = async (login: string): Promise<Connection> => {
  const client = await createConnection({ ...gateway.connection(login), ssl: { rejectUnauthorized: false } })
  client.on('error', () => undefined)
  return client
}

/** What was closed last, as the record has it. */
async function lastClosed() {
  const { audit, journal } = gateway
  await audit.durable(audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
  const entries = [...readEntries(journal)].map(({ entry }) => entry)
  return entries.findLast((entry) => entry.type === 'statement.closed')
}

suite('the record of MySQL’s and MariaDB’s statements', () => {
  beforeAll(async () => {
    server = await mariadbWith(`${mysqlShopSchema} CREATE TABLE jots (n integer)`)
    sink = await startOtlpSink()
    gateway = await startGateway({
      upstream: server,
      database: 'shop',
      system: 'mariadb',
      telemetry: sink.url,
      policy,
    })
  }, 120_000)

  afterAll(async () => {
    await gateway?.close()
    await sink?.close()
    await server?.stop()
  })

  test('INVARIANT (secrets-stay-out): no literal is in it, nor in a span, as the name of a column', async () => {
    for (const login of ['ana', 'dora']) {
      const client = await connected(login)
      for (const text of texts) {
        await client.query(text).catch(() => undefined)
        await client.execute(text).catch(() => undefined)
      }
      await client.end()
    }
    const { spans, found } = await recordedSecret(gateway, sink, 'shop', 2)
    expect(spans).toBeGreaterThan(texts.length)
    expect(found).toEqual([])
  }, 60_000)

  test.each([
    ['SELECT id, Email AS Contact, upper(name) FROM customers', ['id'], ['Contact', '?column?']],
    ['SELECT * FROM customer_contacts', ['id'], ['contact', 'call']],
    ['SELECT c FROM (SELECT contact AS c, 1 FROM customer_contacts) AS inside', [], ['c']],
    ["SELECT 1 AS 'one two', n.* FROM jots AS n", ['one two', 'n'], []],
    ['SHOW TABLES', ['Tables_in_shop'], []],
    ['DESCRIBE jots', ['Field', 'Type', 'Null', 'Key', 'Default', 'Extra'], []],
  ] as const)(
    '%s: the names are those that the statement and the tables give',
    async (text, exposed, masked) => {
      const client = await connected('ana')
      await client.query(text)
      await client.end()
      const last = await lastClosed()
      expect({ exposed: last?.exposed, masked: last?.masked.map(({ name }) => name) }).toEqual({
        exposed,
        masked,
      })
    },
  )

  test.each([
    ['SELECT title FROM products', 1142],
    ['SELECT 1 FROM', 1290],
    ["LOAD DATA LOCAL INFILE 'x' INTO TABLE products", 4166],
  ])('a refusal has the code that the client was given: %s', async (text, errno) => {
    const client = await connected('ana')
    await expect(client.query(text)).rejects.toMatchObject({ errno })
    await client.end()
    expect(await lastClosed()).toMatchObject({ outcome: 'refused', code: String(errno) })
  })
})
