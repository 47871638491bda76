import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import { type MysqlSides, startMysqlSides } from '../harness/mysql-sides.ts'
import { missingTools } from '../harness/program.ts'
import { sentinels } from '../harness/shop.ts'
import type { Side } from '../harness/side-by-side.ts'

const skipped = missingTools('MariaDB server', 'mariadb').length > 0
const tryIt = skipped ? test.skip : test

const MASKED = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: { default: redact } }
`

let sides: MysqlSides

beforeAll(async () => {
  if (!skipped) sides = await startMysqlSides(MASKED)
}, 120_000)

afterAll(() => sides?.close())

const ROUTINES = [
  `CREATE PROCEDURE figures(IN many int, OUT said varchar(40), INOUT total int, OUT nothing date)
   BEGIN INSERT INTO made (name) VALUES ('p'), ('q'); SELECT id FROM made ORDER BY id LIMIT many;
     SET said = concat('ä', many), total = total + many; END`,
  `CREATE PROCEDURE shown(IN wanted int, OUT address varchar(100), OUT many int)
   BEGIN SELECT email INTO address FROM customers WHERE id = wanted; SELECT count(*) INTO many FROM customers; END`,
  "CREATE PROCEDURE quiet() BEGIN UPDATE made SET name = 'r' WHERE id < 3; END",
  'CREATE FUNCTION doubled(n int) RETURNS int DETERMINISTIC RETURN 2 * n',
]

/** Whose figures are asked for behind each. */
const STATEMENTS = [
  'SELECT 1 UNION SELECT 2',
  'CREATE TABLE made (id int PRIMARY KEY AUTO_INCREMENT, name varchar(20))',
  ...ROUTINES,
  "INSERT INTO made (name) VALUES ('a'), ('b'), ('c')",
  'INSERT INTO made (name) SELECT name FROM made WHERE id > 1',
  "UPDATE made SET name = 'd' WHERE id < 4",
  "UPDATE made SET name = 'd' WHERE id < 4",
  "INSERT INTO made VALUES (1, 'e') ON DUPLICATE KEY UPDATE name = 'f', id = LAST_INSERT_ID(id)",
  "REPLACE INTO made VALUES (2, 'g')",
  'SELECT SQL_CALC_FOUND_ROWS id FROM made LIMIT 2',
  'SELECT id FROM made WHERE id > 100',
  'CALL figures(2, @said, @total, @nothing)',
  'SELECT @said',
  'CALL quiet()',
  'SELECT doubled(id) FROM made',
  'SELECT LAST_INSERT_ID(77)',
  "PREPARE one FROM 'UPDATE made SET name = ? WHERE id < 3'",
  "SET @a = 'h'",
  'EXECUTE one USING @a',
  'DEALLOCATE PREPARE one',
  'SET STATEMENT max_statement_time = 5 FOR DELETE FROM made WHERE id > 4',
  "BEGIN NOT ATOMIC INSERT INTO made (name) VALUES ('x'); END",
  "INSERT INTO made VALUES (1, 'twice')",
  'SELECT nothing FROM made',
  'START TRANSACTION',
  'DELETE FROM made',
  'ROLLBACK',
  'SHOW TABLES',
  'DO 1',
  'ANALYZE TABLE made',
  'TRUNCATE made',
  'DROP TABLE made',
]
const FIGURES = 'SELECT ROW_COUNT(), FOUND_ROWS(), LAST_INSERT_ID()'
const sentinel = sentinels[0] ?? /$^/
const WAYS = ['query', 'execute'] as const

const open = ({ host, port, user, password, database }: Side): Promise<Connection> =>
  createConnection({ host, port, user, password, database, flags: ['PS_MULTI_RESULTS'] })

/** What a program is told behind each statement. */
const figures = async (side: Side, way: (typeof WAYS)[number]): Promise<string[]> => {
  const connection = await open(side)
  const ask = async (): Promise<unknown> =>
    (way === 'query' ? await connection.query(FIGURES) : await connection.execute(FIGURES))[0]
  const lines: string[] = []
  for (const sql of STATEMENTS) {
    await connection.query(sql).catch(() => undefined)
    lines.push(`${sql}: ${JSON.stringify(await ask())}`)
  }
  for (const name of ['PROCEDURE figures', 'PROCEDURE shown', 'PROCEDURE quiet', 'FUNCTION doubled'])
    await connection.query(`DROP ${name}`)
  await connection.end()
  return lines
}

tryIt.each(WAYS)(
  'ROW_COUNT(), FOUND_ROWS() and LAST_INSERT_ID() are what they are without the gateway: %s',
  async (way) => {
    const direct = await figures(sides.direct, way)
    expect(await figures(sides.through, way)).toEqual(direct)
    expect(direct).toHaveLength(STATEMENTS.length)
  },
)

/** Everything that a prepared CALL returns: results, OUT parameters, and the last OK. */
const called = async (side: Side, sql: string, values: readonly (number | string)[]): Promise<unknown> => {
  const connection = await open(side)
  const [results, fields] = await connection.execute<RowDataPacket[][]>(sql, [...values])
  await connection.end()
  return {
    results,
    fields: JSON.stringify(fields, ['name', 'columnType', 'columnLength', 'flags', 'decimals']),
  }
}

const OUTER = 'CREATE TABLE made (id int PRIMARY KEY AUTO_INCREMENT, name varchar(20))'
const define = async (side: Side, of: readonly string[]): Promise<void> => {
  const connection = await open(side)
  for (const sql of of) await connection.query(sql)
  await connection.end()
}

tryIt(
  'OUT parameters of a prepared CALL are what they are without the gateway, behind its results',
  async () => {
    for (const side of [sides.direct, sides.through]) await define(side, [OUTER, ...ROUTINES])
    for (const [sql, values, out] of [
      ['CALL figures(?, ?, ?, ?)', [2, 'in', 40, '2020-01-01'], /"said":"ä2","total":42,"nothing":null/],
      ['CALL figures(?, ?, ?, ?)', [0, 'in', -1, '2020-01-01'], /"said":"ä0","total":-1,"nothing":null/],
      ['CALL shown(?, ?, ?)', [3, '', 0], sentinel],
      ['CALL quiet()', [], /affectedRows/],
    ] as const) {
      const direct = await called(sides.direct, sql, values)
      expect(await called(sides.through, sql, values)).toEqual(direct)
      expect(JSON.stringify(direct)).toMatch(out)
    }
  },
)

tryIt(
  'INVARIANT (no-unproven-column): nothing is called for whom a column is masked that could put it into a parameter',
  async () => {
    const told = called(sides.masked, 'CALL shown(?, ?, ?)', [3, '', 0])
    await expect(told).rejects.toMatchObject({
      errno: 1227,
      message: expect.stringMatching(/sluice:masked-flow/),
    })
  },
)
