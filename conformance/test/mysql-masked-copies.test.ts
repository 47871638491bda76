import { describe, expect } from '@jest/globals'
import { type Connection, createConnection } from 'mysql2/promise'
import { filledMysql, type MysqlSystem, mysqlSystems } from '../harness/filled-mysql.ts'
import { allowAll } from '../harness/gateway.ts'

/** Who may define tables can have made these before a column had the name by which it is masked. */
const policy = `${allowAll}
  - { id: hidden, effect: mask, with: redact, columns: "column.name in ['email', 'pay', 'the email']" }
`

const SCHEMA = `
CREATE TABLE people (id int PRIMARY KEY, email varchar(60), pay int, KEY (email));
INSERT INTO people VALUES (1, 'rosebud@shop.example', 1234);
CREATE TABLE known (email varchar(60) PRIMARY KEY);
INSERT INTO known VALUES ('rosebud@shop.example');
CREATE TABLE plain (id int, email varchar(60), pay int);
CREATE TABLE keyed (id int PRIMARY KEY, email varchar(60) NOT NULL, pay int DEFAULT 5, UNIQUE (email), KEY (pay));
CREATE TABLE wide (id int, email text, pay bigint);
CREATE TABLE referring (id int, email varchar(60), pay int, FOREIGN KEY (email) REFERENCES known (email));
CREATE TABLE listed (id int, email varchar(60), pay int, CHECK (email IN ('a', 'rosebud@shop.example')));
CREATE TABLE checked (id int, email varchar(60), pay int, CHECK (email LIKE 'r%'));
CREATE TABLE poor (id int, email varchar(60), pay int, CHECK (pay < 2000));
CREATE TABLE parted (id int, email varchar(60), pay int)
  PARTITION BY RANGE COLUMNS (email) (PARTITION a VALUES LESS THAN ('m'), PARTITION z VALUES LESS THAN MAXVALUE);
CREATE TABLE hashed (id int, email varchar(60), pay int) PARTITION BY HASH (pay) PARTITIONS 4;
CREATE TABLE short (id int, email varchar(30), pay int);
CREATE TABLE small (id int, email varchar(60), pay smallint);
CREATE TABLE number (id int, email int, pay int);
CREATE TABLE begun (id int, email varchar(60), pay int, UNIQUE (email(3)));
CREATE TABLE made (id int, email varchar(60), pay int, part varchar(1) AS (left(email, 1)) STORED, UNIQUE (part));
CREATE TABLE spaced (id int, \`the email\` varchar(60), UNIQUE (\`the email\`(3)));
CREATE TABLE parts (id int, email varchar(60), \`the part\` varchar(1) AS (left(email, 1)) STORED, UNIQUE (\`the part\`));
CREATE TABLE counted (id int, email varchar(60), pay int);
CREATE TABLE rising (id int, pay int AUTO_INCREMENT PRIMARY KEY);
CREATE VIEW counts AS SELECT count(*) AS n FROM counted WHERE email LIKE 'r%';
CREATE VIEW checks AS SELECT id, email FROM checked;
`

const EXPRESSION = 'CREATE TABLE expressed (id int, email varchar(60), pay int, UNIQUE ((left(email, 2))));'

const COPIES = [
  'INSERT INTO checked SELECT id, email, NULL FROM people',
  'REPLACE INTO checked (email) SELECT email FROM people',
  'INSERT INTO checks SELECT id, email FROM people',
  'INSERT INTO checked (id, email) SELECT 1, x.e FROM (SELECT email AS e FROM people) x',
  'UPDATE checked c JOIN people p ON p.id = c.id SET c.email = p.email',
  'INSERT INTO checked (id) SELECT p.id FROM people p ON DUPLICATE KEY UPDATE email = p.email',
  'INSERT INTO poor SELECT id, NULL, pay FROM people',
  'INSERT INTO parted SELECT id, email, pay FROM people',
  'INSERT INTO hashed SELECT id, email, pay FROM people',
  'INSERT INTO short SELECT id, email, pay FROM people',
  'INSERT INTO small SELECT id, email, pay FROM people',
  'INSERT INTO number SELECT id, email, pay FROM people',
  'INSERT INTO begun SELECT id, email, pay FROM people',
  'INSERT INTO made (id, email) SELECT id, email FROM people',
  'INSERT INTO spaced SELECT id, email FROM people',
  'INSERT INTO parts (id, email) SELECT id, email FROM people',
  'INSERT INTO counted SELECT id, email, pay FROM people',
  'INSERT INTO rising SELECT id, pay FROM people',
  'INSERT INTO rising (pay) VALUES ((SELECT pay FROM people))',
]

/** What tells nothing, or whether a value is one that the client knows already. */
const FREE = [
  'INSERT INTO plain SELECT * FROM people',
  'INSERT INTO keyed SELECT * FROM people',
  'INSERT INTO wide SELECT * FROM people',
  'INSERT INTO referring SELECT * FROM people',
  'INSERT INTO listed SELECT * FROM people',
  'INSERT INTO checked (id, pay) SELECT id, pay FROM people',
  'INSERT INTO poor (id, email) SELECT id, email FROM people',
  "INSERT INTO checked (id, email) VALUES (3, 'ross')",
  'UPDATE people SET email = email',
  'INSERT INTO rising (id) SELECT id FROM people',
]

const copiesOn: Readonly<Record<MysqlSystem, readonly string[]>> = {
  mariadb: COPIES,
  mysql: [...COPIES, 'INSERT INTO expressed SELECT id, email, pay FROM people'],
}

describe.each(mysqlSystems)('on %s', (_, system) => {
  const schema = system === 'mysql' ? SCHEMA + EXPRESSION : SCHEMA
  const { perhaps, gateway } = filledMysql(system, schema, { policy })

  const asMasked = async (act: (client: Connection) => Promise<unknown>): Promise<void> => {
    const client = await createConnection(gateway().connection('dba'))
    try {
      await act(client)
    } finally {
      await client.end()
    }
  }

  perhaps.each(copiesOn[system])('a copy that would tell of a masked value is refused: %s', (sql) =>
    asMasked((client) => expect(client.query(sql)).rejects.toThrow('rule `sluice:inference`')),
  )

  perhaps.each(FREE)('others are not: %s', (sql) =>
    asMasked((client) => expect(client.query(sql)).resolves.toBeDefined()),
  )
})
