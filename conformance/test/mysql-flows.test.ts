import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection } from 'mysql2/promise'
import { type FilledMariadb, mariadbWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { leaksIn } from '../harness/leak-search.ts'
import { officerMasks } from '../harness/leak-shop.ts'
import { mysqlShopSchema } from '../harness/mysql-shop.ts'

/** Columns whose names say nothing, and code that brings values from one to another. */
const tables = `
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
CREATE TABLE planned (b varchar(100));
CREATE FUNCTION plans(v varchar(100)) RETURNS integer DETERMINISTIC MODIFIES SQL DATA
  BEGIN INSERT INTO planned (b) VALUES (v); RETURN 1; END;
CREATE PROCEDURE takes(v varchar(100)) INSERT INTO taken (b) VALUES (v);
CREATE TABLE employees (email varchar(100));
INSERT INTO employees SELECT 'mail1.sentinel@shop.example';
CREATE TABLE behind (b varchar(100));
CREATE TABLE halved (b varchar(100));
CREATE PROCEDURE breaks() BEGIN INSERT INTO halved SELECT email FROM customers; PREPARE s FROM 'nonsense'; END;
CREATE TABLE third (b varchar(100)) ENGINE = MyISAM;
CREATE TRIGGER refuses_third BEFORE INSERT ON third FOR EACH ROW
  IF NEW.b LIKE 'mail3.%' THEN SIGNAL SQLSTATE '42000' SET MYSQL_ERRNO = 1064, MESSAGE_TEXT = 'You have an error in your SQL syntax'; END IF;
CREATE TABLE viewed (b varchar(100));
CREATE FUNCTION reads_mail() RETURNS varchar(100) READS SQL DATA RETURN (SELECT max(email) FROM customers);
CREATE TABLE seen (b varchar(100));
CREATE FUNCTION sees(v varchar(100)) RETURNS integer MODIFIES SQL DATA
  BEGIN INSERT INTO seen (b) VALUES (v); RETURN 1; END;
CREATE TABLE beside (k integer INVISIBLE, b varchar(100), n integer);
CREATE DATABASE elsewhere CHARACTER SET utf8mb4;
CREATE TABLE swapped (z varchar(100));
INSERT INTO swapped VALUES ('nothing');
CREATE TABLE dropped (z varchar(100));
CREATE TABLE replaced (a integer, b integer, z varchar(100));
CREATE TABLE parted (z varchar(100), k integer) PARTITION BY RANGE (k) (PARTITION p VALUES LESS THAN (1000));
`

/** Behind the tables that they read. */
const views = `
CREATE VIEW mail_view AS SELECT reads_mail() AS e;
CREATE VIEW sees_view AS SELECT id FROM customers WHERE sees(email) = 1;
`

/** How values get somewhere else, and where they are found then. */
const ways: readonly (readonly [string, string, string])[] = [
  ['INSERT … SELECT', 'INSERT INTO kept SELECT id, email FROM customers', 'SELECT b FROM kept'],
  [
    'INSERT … SELECT beside an INVISIBLE column',
    'INSERT INTO beside SELECT email, 1 FROM customers',
    'SELECT b FROM beside',
  ],
  [
    'the same into a table that the same text makes',
    'CREATE TABLE beside_now (k integer INVISIBLE, z varchar(100), n integer); INSERT INTO beside_now SELECT email, 1 FROM customers',
    'SELECT z FROM beside_now',
  ],
  [
    'the same into one that it makes of a query, too',
    "CREATE TABLE beside_made (k varchar(100) INVISIBLE) SELECT 'a' AS k, repeat('b', 100) AS z; INSERT INTO beside_made SELECT email FROM customers",
    'SELECT z FROM beside_made',
  ],
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
  ['a view of a function that reads', 'INSERT INTO viewed SELECT e FROM mail_view', 'SELECT b FROM viewed'],
  ['a view of a function that writes', 'SELECT id FROM sees_view', 'SELECT b FROM seen'],
  [
    'a function that is called for a plan',
    'EXPLAIN SELECT * FROM products WHERE plans((SELECT max(email) FROM customers)) = 1',
    'SELECT b FROM planned',
  ],
  [
    'CALL of a procedure that makes a table',
    'CREATE PROCEDURE makes() CREATE TABLE made_by AS SELECT email AS z FROM customers; CALL makes()',
    'SELECT z FROM made_by',
  ],
  [
    'two procedures with a temporary table between',
    'CREATE TABLE unstaged (z varchar(100)); CREATE PROCEDURE stages() CREATE TEMPORARY TABLE staged AS SELECT email AS z FROM customers; CREATE PROCEDURE unstages() INSERT INTO unstaged SELECT z FROM staged; CALL stages(); CALL unstages()',
    'SELECT z FROM unstaged',
  ],
  [
    'RENAME TABLE',
    'CREATE TABLE a1 AS SELECT email AS z FROM customers; SELECT 1 FROM a1; RENAME TABLE a1 TO b1',
    'SELECT z FROM b1',
  ],
  [
    'RENAME TABLE to another database',
    'CREATE TABLE a2 AS SELECT email AS z FROM customers; SELECT 1 FROM a2; RENAME TABLE a2 TO elsewhere.b2',
    'SELECT z FROM elsewhere.b2',
  ],
  [
    'tables that take one another’s names',
    'CREATE TABLE a3 AS SELECT email AS z FROM customers; SELECT 1 FROM a3; RENAME TABLE swapped TO tmp, a3 TO swapped, tmp TO a3',
    'SELECT z FROM swapped',
  ],
  [
    'ALTER TABLE … RENAME, onto the name of a table that is dropped',
    'CREATE TABLE a4 AS SELECT email AS z FROM customers; SELECT 1 FROM a4; DROP TABLE dropped; ALTER TABLE a4 RENAME TO dropped',
    'SELECT z FROM dropped',
  ],
  [
    'a column’s new name',
    'CREATE TABLE a5 AS SELECT id, email FROM customers; SELECT 1 FROM a5; ALTER TABLE a5 CHANGE email z varchar(200)',
    'SELECT z FROM a5',
  ],
  [
    'a column between that is dropped and made anew',
    'CREATE TABLE a10 AS SELECT id, email AS z FROM customers; INSERT INTO behind SELECT z FROM a10; ALTER TABLE a10 DROP COLUMN z; SELECT 1 FROM a10; ALTER TABLE a10 ADD COLUMN z varchar(100)',
    'SELECT b FROM behind',
  ],
  [
    'a column’s new type',
    'SELECT 1 FROM employees; ALTER TABLE employees MODIFY email varbinary(100)',
    'SELECT CONVERT(email USING utf8mb4) FROM employees',
  ],
  [
    'columns that come before it and go',
    'CREATE TABLE a6 AS SELECT id AS i, email AS z, name AS n FROM customers; SELECT 1 FROM a6; ALTER TABLE a6 DROP COLUMN i',
    'SELECT z FROM a6',
  ],
  [
    'a query behind columns of the table’s own',
    'CREATE TABLE a7 (i integer) SELECT email AS z FROM customers',
    'SELECT z FROM a7',
  ],
  [
    'a table that takes the place of another',
    'CREATE OR REPLACE TABLE replaced AS SELECT email AS z FROM customers',
    'SELECT z FROM replaced',
  ],
  [
    'a generated column that is one no more',
    'CREATE TABLE a11 (e varchar(100), z varchar(100) AS (lower(e)) STORED); INSERT INTO a11 (e) SELECT email FROM customers; ALTER TABLE a11 MODIFY z varchar(100)',
    'SELECT z FROM a11',
  ],
  [
    'a default of a column that is added, which is dropped again',
    'CREATE TABLE a12 (e varchar(100)); INSERT INTO a12 SELECT email FROM customers; ALTER TABLE a12 ADD z varchar(100) DEFAULT (e); ALTER TABLE a12 ALTER z DROP DEFAULT',
    'SELECT z FROM a12',
  ],
  [
    'a generated column that a statement adds and another makes a plain one',
    'CREATE TABLE a13 (e varchar(100)); INSERT INTO a13 SELECT email FROM customers; ALTER TABLE a13 ADD z varchar(100) AS (lower(e)) STORED; ALTER TABLE a13 MODIFY z varchar(100)',
    'SELECT z FROM a13',
  ],
  [
    'EXCHANGE PARTITION',
    'CREATE TABLE a8 (z varchar(100), k integer); INSERT INTO a8 SELECT email, id FROM customers; ALTER TABLE parted EXCHANGE PARTITION p WITH TABLE a8',
    'SELECT z FROM parted',
  ],
  [
    'a table that is made of others',
    'CREATE TABLE a9 (z varchar(100)) ENGINE = MyISAM; INSERT INTO a9 SELECT email FROM customers; CREATE TABLE b9 (y varchar(100)) ENGINE = MERGE UNION = (a9)',
    'SELECT y FROM b9',
  ],
  [
    'rows that are put into a table that is made of others',
    'CREATE TABLE a14 (z varchar(100)) ENGINE = MyISAM; CREATE TABLE b14 (y varchar(100)) ENGINE = MERGE UNION = (a14) INSERT_METHOD = LAST; INSERT INTO b14 SELECT email FROM customers',
    'SELECT z FROM a14',
  ],
  [
    'a table that takes the place of one with other columns',
    "CREATE TABLE a15 (p varchar(100), q varchar(100)); CREATE OR REPLACE TABLE a15 AS SELECT email AS z, 'x' AS y FROM customers",
    'SELECT z FROM a15',
  ],
  [
    'a temporary table that hides another',
    'CREATE TABLE a17 (p varchar(100)); CREATE TABLE b17 (y varchar(100)); CREATE TEMPORARY TABLE a17 AS SELECT email AS z FROM customers; INSERT INTO b17 SELECT z FROM a17',
    'SELECT y FROM b17',
  ],
  [
    'a column’s comment that goes with a new type',
    "CREATE TABLE a18 (z varchar(100) COMMENT 'sluice: pii.note'); INSERT INTO a18 VALUES ('mail1.sentinel@shop.example'); SELECT 1 FROM a18; ALTER TABLE a18 MODIFY z varchar(200)",
    'SELECT z FROM a18',
  ],
  [
    'a variable',
    'CREATE TABLE a19 (z varchar(100)); SET @a19 = (SELECT max(email) FROM customers); INSERT INTO a19 VALUES (@A19)',
    'SELECT z FROM a19',
  ],
  [
    'variables behind INTO, which EXECUTE hands on',
    "CREATE TABLE a20 (y varchar(100), z varchar(100)); SELECT 1, email INTO @n, @`a20` FROM customers LIMIT 1; PREPARE a20 FROM 'INSERT INTO a20 VALUES (?, ?)'; EXECUTE a20 USING @n, @a20",
    'SELECT z FROM a20',
  ],
  [
    'a variable that is given in a query, and another that is given that one beside a setting',
    'SELECT @a21 := email FROM customers; SET @b21 = @a21, autocommit = 1; CREATE TABLE a21 AS SELECT @b21 AS z',
    'SELECT z FROM a21',
  ],
  [
    'a variable that a procedure sets',
    'CREATE TABLE a22 (z varchar(100)); CREATE PROCEDURE sets() SET @a22 = (SELECT max(email) FROM customers); CALL sets(); INSERT INTO a22 VALUES (@a22)',
    'SELECT z FROM a22',
  ],
  [
    'a procedure’s parameter that is a variable',
    'CREATE TABLE a23 (z varchar(100)); CREATE PROCEDURE gives(OUT v varchar(100)) SET v = (SELECT max(email) FROM customers); CALL gives(@a23); INSERT INTO a23 VALUES (@a23)',
    'SELECT z FROM a23',
  ],
]

/** Other names for what is masked, by which nobody would know it. */
const renames: readonly string[] = [
  'RENAME TABLE customers TO c2',
  'ALTER TABLE customers RENAME TO elsewhere.c2',
  'ALTER TABLE customers RENAME COLUMN email TO z',
  'ALTER TABLE customers CHANGE email z varchar(100)',
  "ALTER TABLE customers MODIFY email blob COMMENT 'nothing'",
  'ALTER TABLE parted EXCHANGE PARTITION p WITH TABLE customers',
  'CREATE TABLE b9 (y varchar(100)) ENGINE = MERGE UNION = (customers)',
]

let server: FilledMariadb
let gateway: TestGateway

const connected = (login: string): Promise<Connection> =>
  createConnection(gateway.connection(login) as Parameters<typeof createConnection>[0])

const suite = hasMariadb ? describe : describe.skip

suite('what the data-protection officer moves on MariaDB is masked for an analyst on another connection, by', () => {
  beforeAll(async () => {
    server = await mariadbWith(`${tables} ${mysqlShopSchema} ${views}`)
    gateway = await startGateway({
      upstream: server,
      system: 'mariadb',
      database: 'shop',
      policy: officerMasks,
    })
  }, 120_000)

  afterAll(async () => {
    await gateway.close()
    await server.stop()
  })

  test.each(ways)('%s', async (_name, moving, reading) => {
    const [dora, ana] = [await connected('dora'), await connected('ana')]
    for (const one of moving.split('; ')) await dora.query(one)
    const [seen] = await ana.query(reading)
    expect(leaksIn(JSON.stringify(seen))).toEqual([])
    const [raw] = await dora.query(reading)
    expect(leaksIn(JSON.stringify(raw))).not.toEqual([])
    await dora.end()
    await ana.end()
  })

  test('a procedure that fails behind it with a text that cannot be parsed', async () => {
    const [dora, ana] = [await connected('dora'), await connected('ana')]
    await expect(dora.query('CALL breaks()')).rejects.toThrow('nonsense')
    const [raw] = await dora.query('SELECT b FROM halved')
    expect(leaksIn(JSON.stringify(raw))).not.toEqual([])
    const [seen] = await ana.query('SELECT b FROM halved')
    expect(leaksIn(JSON.stringify(seen))).toEqual([])
    await dora.end()
    await ana.end()
  })

  test('a statement that leaves rows behind, and whose trigger gives the error of a text that is not read', async () => {
    const [dora, ana] = [await connected('dora'), await connected('ana')]
    const failing = dora.query('INSERT INTO third SELECT email FROM customers ORDER BY id')
    await expect(failing).rejects.toMatchObject({ errno: 1064 })
    const [raw] = await dora.query('SELECT b FROM third')
    expect(leaksIn(JSON.stringify(raw))).not.toEqual([])
    const [seen] = await ana.query('SELECT b FROM third')
    expect(leaksIn(JSON.stringify(seen))).toEqual([])
    await dora.end()
    await ana.end()
  })

  test('and a view that is another one by now shows what that is of', async () => {
    const [dora, ana] = [await connected('dora'), await connected('ana')]
    await dora.query("CREATE TABLE noted (z varchar(100) COMMENT 'sluice: pii.note')")
    await dora.query('CREATE VIEW noted_view AS SELECT z FROM noted')
    await dora.query('SELECT z FROM noted_view')
    await dora.query('CREATE OR REPLACE VIEW noted_view AS SELECT title AS z FROM products WHERE id = 1')
    const [seen] = await ana.query('SELECT z FROM noted_view')
    expect(seen).toEqual([{ z: 'Product 1' }])
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

  test.each(renames)('and the analyst may not rename it: %s', async (sql) => {
    const ana = await connected('ana')
    await expect(ana.query(sql)).rejects.toThrow(/`sluice:masked-flow`/)
    await ana.end()
  })
})
