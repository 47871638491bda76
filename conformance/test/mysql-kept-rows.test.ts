import { describe, expect } from '@jest/globals'
import { type ConnectionOptions, createConnection } from 'mysql2/promise'
import { filledMysql, mysqlSystems } from '../harness/filled-mysql.ts'
import { allowAll } from '../harness/gateway.ts'

const SCHEMA = `
CREATE TABLE customers (id int PRIMARY KEY, email varchar(100), title varchar(40));
CREATE TABLE orders (id int PRIMARY KEY, customer int, CONSTRAINT of_customer FOREIGN KEY (customer) REFERENCES customers (id) ON DELETE CASCADE);
INSERT INTO customers VALUES (1, 'sentinel.one@shop.example', 'a'), (2, 'sentinel.two@shop.example', 'b');
INSERT INTO orders VALUES (1, 1), (2, 2), (3, 1);
CREATE VIEW sold AS SELECT o.id AS number, c.id AS buyer, c.title AS called, c.email AS mail, o.customer AS id
  FROM orders o JOIN customers c ON c.id = o.customer;
CREATE VIEW sold_again AS SELECT buyer AS whom, called AS what FROM sold;
`

/** Rows that a server keeps before it sends them, of views whose columns have names of their own. */
const UNMASKED = [
  'SELECT DISTINCT called, buyer FROM sold ORDER BY called',
  'SELECT s.called, s.id FROM sold s ORDER BY s.number DESC, s.called',
  'SELECT called, max(number) AS latest FROM sold GROUP BY called ORDER BY latest',
  'SELECT DISTINCT what, whom FROM sold_again ORDER BY what',
]

/** The same of queries in FROM and of WITH. */
const QUERIES = [
  'SELECT DISTINCT x.t, x.id FROM (SELECT title AS t, id FROM customers) x ORDER BY x.t',
  'SELECT DISTINCT id FROM (SELECT customer AS id FROM orders) x ORDER BY id',
  'WITH w AS (SELECT title AS t, id AS number FROM customers) SELECT DISTINCT t, number FROM w ORDER BY number DESC',
  'WITH w (a, b) AS (SELECT title, id FROM customers) SELECT y.c, max(y.b) FROM (SELECT a AS c, b FROM w) y GROUP BY y.c ORDER BY 2',
]

/** As Prisma, Rails, Laravel, MikroORM and others look at a database. */
const LOOKING = [
  `SELECT k.constraint_name, k.column_name, k.referenced_table_name, c.update_rule AS update_rule, c.delete_rule
   FROM information_schema.key_column_usage k JOIN information_schema.referential_constraints c
   ON c.constraint_name = k.constraint_name AND c.table_name = k.table_name
   WHERE k.table_schema = 'shop' AND k.referenced_column_name IS NOT NULL ORDER BY k.constraint_name, k.ordinal_position`,
  `SELECT c.* FROM information_schema.columns c WHERE c.table_schema = 'shop' ORDER BY c.table_name, c.column_name`,
  `SELECT DISTINCT table_name, engine, table_collation FROM information_schema.tables WHERE table_schema = 'shop' ORDER BY table_name`,
  `SELECT DISTINCT index_name, table_name, column_name, seq_in_index FROM information_schema.statistics
   WHERE table_schema = 'shop' ORDER BY table_name, index_name, seq_in_index`,
]

const MASKED = [
  'SELECT s.mail, s.called FROM sold s ORDER BY s.number DESC, s.called',
  'SELECT s.mail FROM sold s WHERE s.number < 3',
  'SELECT x.mail, x.t FROM (SELECT email AS mail, title AS t, id FROM customers) x JOIN orders o ON o.customer = x.id ORDER BY o.id, x.t',
  'SELECT x.id AS mail FROM (SELECT email AS id, title AS t FROM customers) x ORDER BY x.t',
]

const policy = `${allowAll}
  - { id: hidden, effect: mask, with: redact, columns: "column.name == 'email'" }
`

const rowsOf = async (options: ConnectionOptions, sql: string): Promise<unknown> => {
  const connection = await createConnection(options)
  try {
    const [rows] = await connection.query(sql)
    return rows
  } finally {
    connection.destroy()
  }
}

describe.each(mysqlSystems)('%s', (_, system) => {
  const { perhaps, gateway, direct } = filledMysql(system, SCHEMA, { policy })

  perhaps.each([...UNMASKED, ...QUERIES, ...LOOKING])('nothing of it is masked: %s', async (sql) => {
    expect(await rowsOf(gateway().connection('dba'), sql)).toEqual(await rowsOf(direct(), sql))
  })

  perhaps.each(MASKED)('what is masked stays masked: %s', async (sql) => {
    const rows = (await rowsOf(gateway().connection('dba'), sql)) as unknown[]
    expect(rows.length).toBeGreaterThan(0)
    for (const row of rows) expect(row).toMatchObject({ mail: '[redacted]' })
  })
})
