import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import type { Connection } from 'mysql2/promise'
import type pg from 'pg'
import { type Asked, askedMariadb, askedPostgres } from '../harness/asked-gateway.ts'

/** The first example of docs/policy.md: its rule against DROP, with rules of ours around it. */
const page = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8')
const [example = ''] = /^ {2}- id: no-destructive-ddl\n(?: {4}.*\n)*/m.exec(page) ?? []

const policy = `
version: 1
inference: off
rules:
  - { id: all, effect: allow }
${example}
  - { id: no-delete, effect: deny, when: "'delete' in statement.verbs" }
  - { id: no-update, effect: deny, when: "'update' in statement.verbs" }
  - { id: few, effect: limit, rows: 2, when: "'select' in statement.verbs" }
`

const tables = `
CREATE TABLE orders (id int PRIMARY KEY, note text);
INSERT INTO orders VALUES (1, 'a'), (2, 'b'), (3, 'c');
`

describe('rules about verbs hold for what a statement holds, too: PostgreSQL', () => {
  let asked: Asked<pg.Client>

  beforeAll(async () => {
    asked = await askedPostgres(tables, policy)
  }, 120_000)

  afterAll(() => asked?.close())

  test.each([
    ['DROP TABLE orders', 'no-destructive-ddl'],
    ['DO $$ BEGIN DROP TABLE orders; END $$', 'no-destructive-ddl'],
    ['DO $$ BEGIN IF true THEN DROP TABLE orders; END IF; END $$', 'no-destructive-ddl'],
    ['WITH d AS (DELETE FROM orders RETURNING *) SELECT count(*) FROM d', 'no-delete'],
    ['EXPLAIN ANALYZE DELETE FROM orders', 'no-delete'],
    ['PREPARE d AS DELETE FROM orders', 'no-delete'],
    ['COPY (DELETE FROM orders RETURNING id) TO STDOUT', 'no-delete'],
    ['MERGE INTO orders o USING (VALUES (1)) s (id) ON s.id = o.id WHEN MATCHED THEN DELETE', 'no-delete'],
    ["INSERT INTO orders VALUES (1, 'x') ON CONFLICT (id) DO UPDATE SET note = 'x'", 'no-update'],
    ["INSERT INTO orders VALUES (1, 'x') ON CONFLICT (id) DO NOTHING", 'runs'],
    ['COPY orders TO STDOUT', 'few'],
    ['COPY (TABLE orders) TO STDOUT', 'few'],
    ['SELECT 1', 'runs'],
  ])('%s: %s', async (sql, expected) => {
    expect(await asked.outcome(sql)).toBe(expected)
  })

  test('EXECUTE and FETCH', async () => {
    await asked.client.query('PREPARE s AS SELECT id FROM orders')
    expect(await asked.outcome('EXECUTE s')).toBe('few')
    await asked.client.query('BEGIN')
    await asked.client.query('DECLARE c CURSOR FOR SELECT id FROM orders')
    expect(await asked.outcome('FETCH ALL FROM c')).toBe('few')
    await asked.client.query('ROLLBACK')
  })
})

const suite = hasMariadb ? describe : describe.skip

suite('rules about verbs hold for what a statement holds, too: MariaDB', () => {
  let asked: Asked<Connection>

  beforeAll(async () => {
    asked = await askedMariadb(tables, policy)
  }, 120_000)

  afterAll(() => asked?.close())

  test.each([
    ['DROP TABLE orders', 'no-destructive-ddl'],
    ["PREPARE s FROM 'DROP TABLE orders'", 'no-destructive-ddl'],
    ["EXECUTE IMMEDIATE 'DROP TABLE orders'", 'no-destructive-ddl'],
    ['ANALYZE DELETE FROM orders', 'no-delete'],
    ["INSERT INTO orders VALUES (1, 'x') ON DUPLICATE KEY UPDATE note = 'x'", 'no-update'],
    ["REPLACE INTO orders VALUES (1, 'x')", 'no-delete'],
    ["LOAD DATA LOCAL INFILE 'x' REPLACE INTO TABLE orders", 'no-delete'],
    ["LOAD DATA INFILE '/x' REPLACE INTO TABLE orders", 'no-delete'],
    ['CREATE OR REPLACE TABLE orders (i int)', 'no-destructive-ddl'],
    ['CREATE OR REPLACE TABLE orders LIKE orders', 'no-destructive-ddl'],
    ['CREATE OR REPLACE TABLE orders AS SELECT 1', 'no-destructive-ddl'],
    ['CREATE OR REPLACE SCHEMA shop', 'no-destructive-ddl'],
    ['CREATE OR REPLACE SEQUENCE numbers', 'no-destructive-ddl'],
    ["PREPARE s FROM 'CREATE OR REPLACE TABLE orders (i int)'", 'no-destructive-ddl'],
    ['CREATE OR REPLACE VIEW of_orders AS SELECT 1', 'runs'],
  ])('%s: %s', async (sql, expected) => {
    expect(await asked.outcome(sql)).toBe(expected)
  })
})
