import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection } from 'mysql2/promise'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { type Attack, guesses, readAttacks } from '../harness/leak-script.ts'
import { unscannedBaseline } from '../harness/leak-shop.ts'
import { comparablePackets } from '../harness/mysql-leak-compare.ts'
import { MysqlSessions } from '../harness/mysql-leak-script.ts'
import { mysqlShopSchema } from '../harness/mysql-shop.ts'
import type { MysqlLogin } from '../harness/mysql-wire.ts'
import { missingTools } from '../harness/program.ts'

const all = readAttacks(new URL('../leak/mysql-inference.txt', import.meta.url)).map(
  (one): readonly [string, Attack] => [one.goal, one],
)
const longValue = 'x'.repeat(8_388_609)
const replacing = (by: string): string =>
  `SELECT left(replace(concat(left(email, 1), left(email, 1)), '{m|n}', ${by}), 1) AS x FROM customers WHERE id = 1`
/** Twice the value is too long for a text: then it is NULL ("max_allowed_packet"). */
const long = Object.entries({
  'a constant': [replacing(`'${longValue}'`)],
  'a constant of a prepared statement': [`\\prepare ${replacing(`'${longValue}'`)}`, '\\execute 1'],
  'a value that is sent': [`\\prepare ${replacing('?')}`, `\\execute 1 with ${longValue}`],
}).map(([goal, steps]): readonly [string, Attack] => [
  `a NULL behind ${goal} that is long`,
  { goal, steps, flags: new Set() },
])
const guarded = [...all, ...long].filter(([, { flags }]) => !flags.has('equality'))
const equality = all.filter(([, { flags }]) => flags.has('equality'))

const suite = !hasMariadb || missingTools('MariaDB server').length > 0 ? describe.skip : describe

const LOGIN = 'dba'
const PASSWORD = 'dba-secret'
/** A trigger that leaves values in variables of the session, and a function that reads. */
const touching = `
CREATE TABLE touched (id integer PRIMARY KEY, email varchar(100));
INSERT INTO touched SELECT id, email FROM customers;
CREATE TRIGGER touches BEFORE UPDATE ON touched FOR EACH ROW SET @last = OLD.email, @number = 2000 + length(OLD.email);
CREATE FUNCTION reader() RETURNS text COLLATE utf8mb4_unicode_ci READS SQL DATA RETURN (SELECT email FROM customers WHERE id = 1);
`
/** Each answer is compared with another of the same database. */
const NO_NAMES = /(?!)/g

suite('on MariaDB', () => {
  let server: RunningMariadb
  let admin: Connection
  let gateway: TestGateway
  const sessions = new MysqlSessions()

  beforeAll(async () => {
    server = await startMariadb({ accounts: true })
    admin = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
    await admin.query(
      `CREATE USER ${LOGIN}@'%' IDENTIFIED BY '${PASSWORD}'; GRANT ALL ON *.* TO ${LOGIN}@'%'`,
    )
    for (const name of ['control', 'analyst'])
      await admin.query(
        `CREATE DATABASE ${name} CHARACTER SET utf8mb4; USE ${name}; ${mysqlShopSchema} ${touching}`,
      )
    const upstream = { host: '127.0.0.1', port: server.port, superuser: LOGIN, password: PASSWORD }
    gateway = await startGateway({
      upstream,
      system: 'mariadb',
      database: 'analyst',
      policy: unscannedBaseline,
    })
  }, 120_000)

  afterAll(async () => {
    sessions.close()
    await gateway.close()
    await admin.end()
    await server.stop()
  })

  const direct = (): MysqlLogin => ({
    host: '127.0.0.1',
    port: server.port,
    user: LOGIN,
    password: PASSWORD,
    database: 'control',
  })

  const answer = async (login: MysqlLogin, one: Attack): Promise<string> =>
    comparablePackets(await sessions.attack(login, one, 'text'), NO_NAMES, 'all').join('\n')

  /** What comes back of a right guess, and of a wrong one. */
  const answers = async (login: MysqlLogin, one: Attack): Promise<readonly [yes: string, no: string]> => {
    const [yes, no] = guesses(one)
    return [await answer(login, yes), await answer(login, no)]
  }

  test.each(guarded)('an analyst does not learn by %s', async (_goal, one) => {
    const [yes, no] = await answers(gateway.connection('ana') as MysqlLogin, one)
    expect(yes).toBe(no)
  })

  test('SHOW TABLE STATUS shows all but how large tables are', async () => {
    const ana = await createConnection(gateway.connection('ana'))
    const [rows] = await ana.query("SHOW TABLE STATUS LIKE 'customers'")
    await ana.end()
    const sizes = { Avg_row_length: null, Data_length: null, Index_length: null, Data_free: null }
    expect(rows).toMatchObject([{ Name: 'customers', Engine: 'InnoDB', Rows: expect.any(Number), ...sizes }])
  })

  test.each(equality)('an analyst is answered %s', async (_goal, one) => {
    const [yes, no] = await answers(gateway.connection('ana') as MysqlLogin, one)
    expect(yes).not.toBe(no)
  })

  test.each([...all, ...long])('over a direct connection the answer is there: %s', async (_goal, one) => {
    const [yes, no] = await answers(direct(), one)
    expect(yes).not.toBe(no)
  })
})
