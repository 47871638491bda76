import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection } from 'mysql2/promise'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { leaksIn } from '../harness/leak-search.ts'
import { officerMasks } from '../harness/leak-shop.ts'
import { mysqlShopSchema } from '../harness/mysql-shop.ts'

/** Columns whose names say nothing, and code that brings values from one to another. */
const tables = `
CREATE DATABASE flows CHARACTER SET utf8mb4; USE flows;
CREATE TABLE kept (a integer, b varchar(100));
INSERT INTO kept VALUES (1, 'nothing');
CREATE TABLE heard (i integer, h varchar(100));
CREATE TABLE heard_log (b text);
CREATE VIEW heard_view AS SELECT i AS n, h AS c FROM heard;
CREATE TRIGGER hears AFTER INSERT ON heard FOR EACH ROW INSERT INTO heard_log (b) VALUES (NEW.h);
CREATE TABLE filled (a varchar(100), b varchar(100) DEFAULT (reverse(reverse(a))));
CREATE TABLE parents (p varchar(100) PRIMARY KEY);
INSERT INTO parents VALUES ('nothing');
CREATE TABLE children (b varchar(100), FOREIGN KEY (b) REFERENCES parents (p) ON UPDATE CASCADE);
INSERT INTO children VALUES ('nothing');
CREATE FUNCTION hands_on(v varchar(100)) RETURNS integer MODIFIES SQL DATA BEGIN CALL takes(v); RETURN 1; END;
CREATE TABLE timed (b varchar(100));
CREATE EVENT brings ON SCHEDULE EVERY 1 YEAR STARTS '2037-01-01' DO INSERT INTO timed (b) SELECT max(email) FROM customers;
CREATE TABLE taken (b varchar(100));
CREATE PROCEDURE takes(v varchar(100)) INSERT INTO taken (b) VALUES (v);
`

/** How values get somewhere else, and where they are found then. */
const ways: readonly (readonly [string, string, string])[] = [
  ['INSERT … SELECT', 'INSERT INTO kept SELECT id, email FROM customers', 'SELECT b FROM kept'],
  [
    'a trigger on the table behind a view',
    'INSERT INTO heard_view (n, c) SELECT id, email FROM customers',
    'SELECT b FROM heard_log',
  ],
  [
    'a default of what was put beside it',
    'INSERT INTO filled (a) SELECT email FROM customers',
    'SELECT b FROM filled',
  ],
  ['a foreign key', 'UPDATE parents SET p = (SELECT max(email) FROM customers)', 'SELECT b FROM children'],
  [
    'a function that hands on what it is given',
    'SELECT hands_on(email) FROM customers',
    'SELECT b FROM taken',
  ],
]

const LOGIN = 'dba'
const PASSWORD = 'dba-secret'

let server: RunningMariadb
let gateway: TestGateway

const connected = (login: string): Promise<Connection> =>
  createConnection(gateway.connection(login) as Parameters<typeof createConnection>[0])

const suite = hasMariadb ? describe : describe.skip

suite('what the data-protection officer moves on MariaDB is masked for an analyst on another connection, by', () => {
  beforeAll(async () => {
    server = await startMariadb({ accounts: true })
    const admin = await createConnection({
      socketPath: server.socket,
      user: 'root',
      multipleStatements: true,
    })
    await admin.query(
      `CREATE USER ${LOGIN}@'%' IDENTIFIED BY '${PASSWORD}'; GRANT ALL ON *.* TO ${LOGIN}@'%'; ${tables} ${mysqlShopSchema}`,
    )
    await admin.end()
    const upstream = { host: '127.0.0.1', port: server.port, superuser: LOGIN, password: PASSWORD }
    gateway = await startGateway({ upstream, system: 'mariadb', database: 'flows', policy: officerMasks })
  }, 120_000)

  afterAll(async () => {
    await gateway.close()
    await server.stop()
  })

  test.each(ways)('%s', async (_name, moving, reading) => {
    const [dora, ana] = [await connected('dora'), await connected('ana')]
    await dora.query(moving)
    const [seen] = await ana.query(reading)
    expect(leaksIn(JSON.stringify(seen))).toEqual([])
    const [raw] = await dora.query(reading)
    expect(leaksIn(JSON.stringify(raw))).not.toEqual([])
    await dora.end()
    await ana.end()
  })

  test('an event', async () => {
    const [dora, ana] = [await connected('dora'), await connected('ana')]
    await dora.query('SET GLOBAL event_scheduler = ON')
    await dora.query('ALTER EVENT brings ON SCHEDULE AT CURRENT_TIMESTAMP')
    const reading = 'SELECT b FROM timed'
    for (let raw = ''; leaksIn(raw).length === 0; raw = JSON.stringify((await dora.query(reading))[0]));
    const [seen] = await ana.query(reading)
    expect(leaksIn(JSON.stringify(seen))).toEqual([])
    const own =
      'CREATE EVENT own ON SCHEDULE EVERY 1 YEAR DO INSERT INTO timed SELECT max(email) FROM customers'
    await expect(ana.query(own)).rejects.toThrow('sluice')
    await dora.end()
    await ana.end()
  })
})
