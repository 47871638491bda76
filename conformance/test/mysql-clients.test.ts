import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { readEntries } from '@sluice/audit/read'
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise'
import { type MysqlSides, startMysqlSides } from '../harness/mysql-sides.ts'
import { missingTools, type Outcome, program, run } from '../harness/program.ts'
import { sentinels } from '../harness/shop.ts'
import { comparable, type Side } from '../harness/side-by-side.ts'

const missing = missingTools('MariaDB server', 'mariadb').length > 0
const suite = missing ? describe.skip : describe

let sides: MysqlSides

beforeAll(async () => {
  if (!missing) sides = await startMysqlSides()
}, 120_000)

afterAll(() => sides?.close())

type Way = 'plain' | 'tls'

/** MariaDB's own client, as a table with what it is told behind each statement. */
const cli = (
  { host, port, user, password, database, ca }: Side,
  way: Way,
  input: string,
  ...more: readonly string[]
): Promise<Outcome> =>
  run(
    program('mariadb'),
    [
      `-h${host}`,
      `-P${port}`,
      `-u${user}`,
      `-p${password}`,
      ...(way === 'plain'
        ? ['--skip-ssl']
        : ca === undefined
          ? ['--ssl']
          : [`--ssl-ca=${ca}`, '--ssl-verify-server-cert']),
      '--table',
      '--force',
      '-vvv',
      ...more,
      database,
    ],
    { input },
  )

const driver = ({ host, port, user, password, database, ca }: Side, way: Way): ConnectionOptions => ({
  host,
  port,
  user,
  password,
  database,
  dateStrings: true,
  supportBigNumbers: true,
  bigNumberStrings: true,
  ...(way === 'plain' || ca === undefined ? {} : { ssl: { rejectUnauthorized: false } }),
})

const SCRIPT = `
SELECT 1, 'x', NULL;
SHOW TABLES;
DESCRIBE customers;
SELECT * FROM every_type\\G
SELECT email, count(*) FROM customers JOIN orders ON customers.id = customer_id GROUP BY email ORDER BY 1 LIMIT 3;
CREATE TABLE made (id int PRIMARY KEY AUTO_INCREMENT, name varchar(20));
INSERT INTO made (name) VALUES ('a'), ('ä'), (NULL);
SELECT last_insert_id(), row_count(), found_rows();
START TRANSACTION;
UPDATE made SET name = 'gone';
ROLLBACK;
SELECT * FROM made;
SELECT 1 / 0;
SHOW WARNINGS;
SELECT nothing FROM made;
INSERT INTO made VALUES (1, 'again');
SELEC 1;
SET @total = (SELECT count(*) FROM orders);
SELECT @total;
PREPARE one FROM 'SELECT ? + 1';
SET @a = 4;
EXECUTE one USING @a;
DEALLOCATE PREPARE one;
DELIMITER //
CREATE PROCEDURE two() BEGIN SELECT 1 AS a; SELECT 2 AS b; END//
DELIMITER ;
CALL two();
DROP PROCEDURE two;
EXPLAIN SELECT * FROM made WHERE id = 1;
SELECT user(), current_user(), database();
DROP TABLE made;
`

/** What differs between two runs of anything: how long it took. */
const timeless = (output: string): string => comparable(output).replaceAll(/\(?\d+\.\d{3} sec\)?/g, '<time>')

/** All of a table, without its name. */
const printed = async (side: Side, table: string): Promise<string> => {
  const { output } = await cli(side, 'tls', `SELECT * FROM ${table} ORDER BY id`)
  return timeless(output).replaceAll(table, '<table>')
}

suite('MariaDB’s client', () => {
  test.each<Way>(['plain', 'tls'])('sees no difference (%s)', async (way) => {
    const direct = await cli(sides.direct, way, SCRIPT)
    const through = await cli(sides.through, way, SCRIPT)
    expect(timeless(through.output)).toBe(timeless(direct.output))
    expect(through.output).toContain('varying long text')
  })

  test.each<Way>(['plain', 'tls'])('sees masks under the default pack (%s)', async (way) => {
    const { output } = await cli(
      sides.masked,
      way,
      'SELECT * FROM customers;\nSELECT contact FROM customer_contacts;',
    )
    for (const sentinel of sentinels) expect(output).not.toMatch(sentinel)
    expect(output).toContain('m***@shop.example')
    expect(output).toContain('20 rows in set')
  })

  test('sees what the default pack makes of each type, and an officer the values', async () => {
    const analyst = { ...sides.masking.connection('ana'), ca: sides.masking.ca }
    const officer = { ...sides.masking.connection('dora'), ca: sides.masking.ca }
    expect(await printed(analyst, 'people')).toBe(await printed(sides.direct, 'people_masked'))
    expect(await printed(officer, 'people')).toBe(await printed(sides.direct, 'people'))
  })

  test('sees definitions under the default pack, and what may quote values only masked', async () => {
    const open =
      'DESCRIBE customers;\nSHOW FULL COLUMNS FROM customers;\nSHOW FULL TABLES;\nSHOW INDEX FROM customers;\n' +
      "SHOW VARIABLES LIKE 'lower_case_table_names';\nSHOW VARIABLES LIKE 'character\\_set%';\n" +
      "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('version', 'max_allowed_packet') OR Variable_name = 'port';\n"
    const both = await Promise.all([sides.direct, sides.masked].map((side) => cli(side, 'tls', open)))
    const [direct, masked] = both.map(({ output }) =>
      timeless(output).replaceAll(/\| +\d+ \|/g, '| <count> |'),
    )
    expect(masked).toBe(direct)
    const free =
      "SHOW PROCESSLIST;\nSHOW VARIABLES LIKE 'sql%';\nSHOW VARIABLES WHERE Value LIKE '8%' OR 1;\n"
    const { output } = await cli(sides.masked, 'tls', free)
    expect(output).not.toMatch(/\| dba|SHOW PROCESSLIST \||\| sql_mode +\||\| version +\|/)
    expect(output).toContain('[redacted]')
  })

  test('is told no with a wrong password, as by the server', async () => {
    const { code, output } = await cli({ ...sides.through, password: 'wrong' }, 'tls', 'SELECT 1;')
    expect(code).toBe(1)
    expect(output).toContain('ERROR 1045 (28000): access denied for user `dba`')
  })
})

type Values = (string | number | null | Buffer)[]

/** Asks in the text protocol, or in the binary one. */
const asked = async (connection: Connection, way: 'query' | 'execute', sql: string, values: Values = []) =>
  way === 'query' ? await connection.query(sql, values) : await connection.execute(sql, values)

/** A line for each thing that a program sees through mysql2. */
const seen = async (connection: Connection): Promise<string> => {
  const lines: string[] = []
  const note = async (what: string, ask: () => Promise<unknown>): Promise<void> => {
    const answer = await ask().catch(({ errno, sqlState, message }) => ({ errno, sqlState, message }))
    lines.push(`${what}: ${JSON.stringify(answer)}`)
  }
  for (const way of ['query', 'execute'] as const) {
    const ask = async (sql: string, values?: Values) => {
      const [rows, fields] = await asked(connection, way, sql, values)
      return [rows, fields?.map(({ name, columnType }) => [name, columnType])]
    }
    await note('types', () => ask('SELECT * FROM every_type'))
    await note('parameters', () => ask('SELECT ?, ?, ?, ?', [1, 'ä', null, Buffer.of(0, 255)]))
    await note('join', () =>
      ask(
        'SELECT title, sum(quantity) FROM products p JOIN orders o ON p.id = product_id WHERE p.id < ? GROUP BY title ORDER BY title',
        [4],
      ),
    )
    await note('write', () => ask('CREATE TABLE made (id int PRIMARY KEY AUTO_INCREMENT, name varchar(20))'))
    await note('write', () => ask('INSERT INTO made (name) VALUES (?), (?)', ['a', 'b']))
    await note('write', () => ask('UPDATE made SET name = ? WHERE id = ?', ['c', 1]))
    await note('error', () => ask('INSERT INTO made VALUES (?, ?)', [1, 'again']))
    await note('error', () => ask('SELECT nothing FROM made'))
    await connection.beginTransaction()
    await note('write', () => ask('DELETE FROM made'))
    await connection.rollback()
    await note('rows', () => ask('SELECT * FROM made'))
    await note('write', () => ask('DROP TABLE made'))
  }
  await note('ping', () => connection.ping())
  await connection.end()
  return comparable(lines.join('\n'))
}

suite('mysql2', () => {
  test.each<Way>(['plain', 'tls'])('sees no difference in either protocol (%s)', async (way) => {
    const direct = await seen(await createConnection(driver(sides.direct, way)))
    expect(await seen(await createConnection(driver(sides.through, way)))).toBe(direct)
    expect(direct).toContain('18446744073709551615')
  })

  test.each<Way>(['plain', 'tls'])(
    'sees masks under the default pack in either protocol (%s)',
    async (way) => {
      const connection = await createConnection(driver(sides.masked, way))
      for (const how of ['query', 'execute'] as const) {
        const [rows] = await asked(connection, how, 'SELECT * FROM customers WHERE id = ?', [3])
        const text = JSON.stringify(rows)
        for (const sentinel of sentinels) expect(text).not.toMatch(sentinel)
        expect(rows).toMatchObject([{ id: 3, email: 'm***@shop.example', name: '[redacted]' }])
      }
      await connection.end()
    },
  )

  test.each(['query', 'execute'] as const)(
    'sees what the default pack makes of each type, and an officer the values (%s)',
    async (how) => {
      const read = async (login: Side, table: string): Promise<unknown> => {
        const connection = await createConnection(driver(login, 'tls'))
        const [rows] = await asked(connection, how, `SELECT * FROM ${table} ORDER BY id`)
        await connection.end()
        return rows
      }
      const analyst = { ...sides.masking.connection('ana'), ca: sides.masking.ca }
      const officer = { ...sides.masking.connection('dora'), ca: sides.masking.ca }
      expect(await read(analyst, 'people')).toEqual(await read(sides.direct, 'people_masked'))
      expect(await read(officer, 'people')).toEqual(await read(sides.direct, 'people'))
    },
  )

  test('a refused statement leaves the session and its transaction', async () => {
    const connection = await createConnection(
      driver({ ...sides.masked, user: 'ana', password: 'ana-secret' }, 'tls'),
    )
    await connection.beginTransaction()
    await expect(connection.query('DROP TABLE customers')).rejects.toMatchObject({
      errno: 1142,
      sqlState: '42000',
    })
    const [rows] = await connection.query('SELECT count(*) AS n, @@in_transaction AS open FROM orders')
    expect(rows).toEqual([{ n: '100', open: '1' }])
    await connection.end()
  })

  test('every statement is on the record with its principal', async () => {
    const connection = await createConnection(driver(sides.masked, 'tls'))
    await connection.query('SELECT 12345 AS recorded')
    await connection.execute('SELECT ? AS prepared_and_recorded', [7])
    await connection.end()
    const entries = [...readEntries(sides.masking.journal)].map(({ entry }) => entry)
    const opened = entries.findLast((entry) => entry.type === 'session.opened')
    expect(opened).toMatchObject({
      protocol: 'mysql',
      system: 'mariadb',
      principal: { id: 'dba@example.com' },
      tls: true,
    })
    const statements = entries.filter((entry) => entry.type === 'statement.opened')
    expect(statements.slice(-2)).toMatchObject([
      { session: opened?.session, verb: 'select', canonical: expect.stringContaining('recorded') },
      {
        session: opened?.session,
        verb: 'select',
        canonical: expect.stringContaining('prepared_and_recorded'),
      },
    ])
  })
})

suite('a gateway that stops', () => {
  test('tells its clients so, as the server does', async () => {
    const connection = await createConnection(
      driver({ ...sides.masked, user: 'ana', password: 'ana-secret' }, 'tls'),
    )
    const ended = new Promise<Error & { errno?: number }>((resolve) => connection.on('error', resolve))
    const waiting = connection.query('SELECT sleep(60)').catch((error: unknown) => error)
    await delay(500)
    await sides.masking.stop()
    const told = await Promise.race([waiting, ended])
    expect(told).toMatchObject({ errno: 1053, sqlState: '08S01' })
  })
})
