import { describe, expect } from '@jest/globals'
import { type Connection, createConnection } from 'mysql2/promise'
import { filledMysql, mysqlSystems } from '../harness/filled-mysql.ts'

/** Rules that allow everything that is understood, and nothing else. */
const policy = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: hidden, effect: mask, with: redact, columns: "column.name == 'email'" }
`

const SCHEMA = `
CREATE TABLE people (id int PRIMARY KEY, name varchar(40), email varchar(60));
INSERT INTO people VALUES (1, 'Ana', 'rosebud@shop.example');
CREATE TABLE items (id int PRIMARY KEY, title varchar(40) NOT NULL, price int NOT NULL);
INSERT INTO items VALUES (1, 'Pen', 2), (2, 'Ink', 5);
`

/** As Django, Rails, Laravel and people write them. */
const DEFINITIONS = [
  'CREATE TABLE shop_item (id bigint AUTO_INCREMENT NOT NULL PRIMARY KEY, qty integer UNSIGNED NOT NULL CHECK (`qty` >= 0), data json NOT NULL)',
  'ALTER TABLE `shop_item` ADD COLUMN `w` integer UNSIGNED DEFAULT 0 NOT NULL CHECK (`w` >= 0)',
  'ALTER TABLE shop_item ADD (k int, l int CHECK (l > 1)), ADD CONSTRAINT both_of CHECK (k < l AND w < 3)',
  "CREATE TABLE jobs (payload longtext NOT NULL, email varchar(255) AS (json_unquote(json_extract(payload, '$.email'))))",
  `CREATE TABLE widgets (id int PRIMARY KEY, full_name varchar(90) GENERATED ALWAYS AS (concat(a, ' ', b)) STORED, a varchar(20),
    b varchar(20), uid varchar(36) DEFAULT (uuid()), price int, CONSTRAINT pc CHECK (price > 0), INDEX ix (a))`,
  'CREATE TEMPORARY TABLE soon (starts datetime, ends datetime, CHECK (starts < ends))',
]

/** What would tell of values that are masked, or come to be. */
const TELLING = [
  "ALTER TABLE people ADD CHECK (email LIKE 's%')",
  "ALTER TABLE people ADD COLUMN m varchar(60) AS (email), ADD CHECK (m LIKE 's%')",
  "ALTER TABLE people ADD COLUMN m varchar(60) DEFAULT (email), ADD CHECK (m LIKE 's%')",
  "ALTER TABLE people ADD (m varchar(60) AS (email), k int), ADD CHECK (k = 1 OR m LIKE 's%')",
  "ALTER TABLE people CHANGE email m varchar(60), ADD k int, ADD CHECK (m LIKE 's%')",
  "ALTER TABLE people RENAME COLUMN email TO m, ADD COLUMN email varchar(60) CHECK (m LIKE 's%')",
  "ALTER TABLE items ADD COLUMN email varchar(60) CHECK (email LIKE 's%')",
  "CREATE TABLE own (id int, email varchar(60), CHECK (email LIKE 's%'))",
  "CREATE TABLE own (id int, email varchar(60), g varchar(60) AS (email), CHECK (g LIKE 's%'))",
]

/** Names of tables, columns and databases that are not there, and the numbers by which tools know that. */
const MISSING: readonly (readonly [sql: string, errno: number, message: string])[] = [
  ['SELECT id FROM versions ORDER BY id', 1146, "Table 'shop.versions' doesn't exist"],
  ['SELECT DISTINCT id FROM versions WHERE id > 1', 1146, "Table 'shop.versions' doesn't exist"],
  [
    'SELECT v.id FROM items i JOIN versions v USING (id) GROUP BY v.id',
    1146,
    "Table 'shop.versions' doesn't exist",
  ],
  ['INSERT INTO items (title) SELECT a FROM versions', 1146, "Table 'shop.versions' doesn't exist"],
  ['SELECT versoin FROM items ORDER BY versoin', 1054, "Unknown column 'versoin' in 'field list'"],
  [
    'SELECT i.colour FROM items i JOIN people p USING (id) ORDER BY i.colour',
    1054,
    "Unknown column 'colour' in 'field list'",
  ],
]

/** Comments with versions that the one server or the other reads, or none; the last is how mariadb-dump begins. */
const VERSIONED = [
  'SELECT 1 /*!50000 + 1 */ AS a',
  'SELECT 1 /*!080000 + 1 */ AS a',
  'SELECT 1 /*!100500 + 1 */ AS a',
  'SELECT 1 /*!80000+ 1 */ AS a',
  'SELECT 1 /*!800001 + 1 */ AS a',
  'SELECT 1 /*M!100500 + 1 */ AS a',
  String.raw`SELECT 1 /*!999999\- enable the sandbox mode */ AS a`,
]

describe.each(mysqlSystems)('to whom something is masked, on %s', (_, system) => {
  const { perhaps, gateway, admin } = filledMysql(system, SCHEMA, { policy })

  const asMasked = async <T>(act: (client: Connection) => Promise<T>): Promise<T> => {
    const client = await createConnection({ ...gateway().connection('dba'), multipleStatements: true })
    try {
      return await act(client)
    } finally {
      await client.end()
    }
  }

  perhaps('tables are defined with checks and generated columns', () =>
    asMasked(async (client) => {
      for (const sql of DEFINITIONS) await client.query(sql)
      await client.query('INSERT INTO jobs (payload) VALUES (\'{"email": "rosebud@shop.example"}\')')
      const [rows] = await client.query('SELECT email FROM jobs')
      expect(rows).toEqual([{ email: '[redacted]' }])
    }),
  )

  perhaps.each(TELLING)('a definition that would tell of values is refused: %s', (sql) =>
    asMasked((client) => expect(client.query(sql)).rejects.toThrow('rule `sluice:')),
  )

  perhaps.each(VERSIONED)('a comment with a version is read as the server reads it: %s', (sql) =>
    asMasked(async (client) => {
      const [directly] = await admin().query(sql)
      expect((await client.query(sql))[0]).toEqual(directly)
    }),
  )

  perhaps.each(MISSING)('what is not there is missed as by the server: %s', (sql, errno, message) =>
    asMasked(async (client) => {
      await expect(client.query(sql)).rejects.toMatchObject({ errno, sqlMessage: message })
      await expect(client.execute(sql)).rejects.toMatchObject({ errno, sqlMessage: message })
      expect((await client.query('SELECT title FROM items WHERE id = 1'))[0]).toEqual([{ title: 'Pen' }])
    }),
  )

  perhaps('a table that is there is not missed, though the catalog does not have it', () =>
    asMasked(async (client) => {
      await client.query('CREATE TEMPORARY TABLE mine_alone (id int, email varchar(60))')
      for (const sql of ['SELECT id FROM mine_alone ORDER BY id', 'SELECT id FROM people ORDER BY email'])
        await expect(client.query(sql)).rejects.toMatchObject({ errno: 1142 })
    }),
  )

  perhaps('what a table of the same text generates of a masked column is masked', () =>
    asMasked(async (client) => {
      const [results] = await client
        .query(
          `CREATE TABLE mine (k int INVISIBLE, email varchar(60), g varchar(60) AS (email)); INSERT INTO mine (email)
         SELECT email FROM people; SELECT g FROM mine`,
        )
        .catch((error) => [String(error)])
      expect(JSON.stringify(results)).not.toContain('rosebud')
      const [rows] = await client.query('SELECT * FROM mine').catch((error) => [String(error)])
      expect(JSON.stringify(rows)).not.toContain('rosebud')
    }),
  )
})
