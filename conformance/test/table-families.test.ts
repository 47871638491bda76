import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type pg from 'pg'
import { type Asked, askedPostgres } from '../harness/asked-gateway.ts'

const policy = `
version: 1
inference: off
rules:
  - { id: all, effect: allow }
  - { id: by-parent, effect: mask, columns: "column.table == 'people' && column.name == 'tax_id'", with: { constant: hidden } }
  - { id: by-child, effect: mask, columns: "column.table == 'people_2024' && column.name == 'phone'", with: { constant: hidden } }
  - { id: ledger, effect: deny, when: "statement.tables.exists(t, t.name == 'ledger')" }
  - { id: ledger-part, effect: deny, when: "statement.tables.exists(t, t.name == 'journal_2024' && 'write' in t.access)" }
  - { id: base, effect: deny, when: "statement.tables.exists(t, t.name == 'heir' && 'read' in t.access)" }
  - { id: labelled, effect: deny, when: "statement.tables.exists(t, t.name == 'cousin' && t.labels.size() > 0)" }
  - { id: output, effect: deny, when: "statement.columns.exists(c, c.table == 'visits' && c.name == 'place' && 'output' in c.roles)" }
`

const tables = `
CREATE TABLE people (id int, tax_id text, phone text) PARTITION BY LIST (id);
CREATE TABLE people_2024 PARTITION OF people FOR VALUES IN (1);
CREATE TABLE people_2025 (phone text, id int, tax_id text);
ALTER TABLE people ATTACH PARTITION people_2025 FOR VALUES IN (2);
CREATE TABLE ledger (id int) PARTITION BY RANGE (id);
CREATE TABLE ledger_all PARTITION OF ledger DEFAULT PARTITION BY RANGE (id);
CREATE TABLE ledger_2024 PARTITION OF ledger_all FOR VALUES FROM (0) TO (10);
CREATE TABLE journal (id int) PARTITION BY RANGE (id);
CREATE TABLE journal_2024 PARTITION OF journal FOR VALUES FROM (0) TO (10);
CREATE TABLE journal_2025 PARTITION OF journal FOR VALUES FROM (10) TO (20);
CREATE TABLE testator (id int);
CREATE TABLE heir (more text) INHERITS (testator);
CREATE TABLE kin (id int);
CREATE TABLE cousin (ssn text) INHERITS (kin);
CREATE TABLE niece (more text) INHERITS (kin);
CREATE TABLE visits (id int, place text) PARTITION BY RANGE (id);
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM (0) TO (10);
INSERT INTO people VALUES (1, 'T-1', 'P-1'), (2, 'T-2', 'P-2');
`

let asked: Asked<pg.Client>

beforeAll(async () => {
  asked = await askedPostgres(tables, policy)
}, 120_000)

afterAll(() => asked?.close())

const rows = async (sql: string): Promise<readonly unknown[]> => (await asked.client.query(sql)).rows

describe('a mask by the name of a table', () => {
  test.each([
    ['SELECT tax_id FROM people', 'tax_id'],
    ['SELECT tax_id FROM people_2024', 'tax_id'],
    ['SELECT tax_id FROM people_2025', 'tax_id'],
    ['SELECT (t).tax_id FROM people_2025 t', 'tax_id'],
    ['SELECT phone FROM people_2024', 'phone'],
    ['SELECT phone FROM people WHERE id = 1', 'phone'],
  ])('holds for its partitions and for what it is one of: %s', async (sql, name) => {
    const found = await rows(sql)
    expect(found.length).toBeGreaterThan(0)
    for (const row of found) expect(row).toEqual({ [name]: 'hidden' })
  })

  test('does not reach the other partitions', async () => {
    expect(await rows('SELECT phone FROM people_2025')).toEqual([{ phone: 'P-2' }])
  })

  test('holds for a partition that is made while the session lasts', async () => {
    await asked.client.query('CREATE TABLE people_2026 PARTITION OF people FOR VALUES IN (3)')
    await asked.client.query("INSERT INTO people VALUES (3, 'T-3', 'P-3')")
    expect(await rows('SELECT tax_id, phone FROM people_2026')).toEqual([{ tax_id: 'hidden', phone: 'P-3' }])
  })
})

describe('a refusal by the name of a table', () => {
  test.each([
    ['SELECT * FROM ledger_2024', 'ledger'],
    ['INSERT INTO ledger_2024 VALUES (1)', 'ledger'],
    ['SELECT * FROM ONLY ledger_2024', 'ledger'],
    ['COPY ledger_2024 TO STDOUT', 'ledger'],
    ['WITH d AS (DELETE FROM ledger_all RETURNING *) SELECT count(*) FROM d', 'ledger'],
    ['DELETE FROM journal WHERE id = 1', 'ledger-part'],
    ['TRUNCATE journal', 'ledger-part'],
    ['DELETE FROM journal_2025 WHERE id = 11', 'runs'],
    ['SELECT * FROM journal', 'runs'],
    ['SELECT * FROM testator', 'base'],
    ['SELECT * FROM ONLY testator', 'runs'],
    ['SELECT 1 FROM ONLY testator a, testator b', 'base'],
    ['UPDATE ONLY testator SET id = 1 WHERE id = 2', 'runs'],
    ['UPDATE testator SET id = 1 WHERE id = 2', 'base'],
    ['SELECT cousin.ssn FROM kin, cousin, niece', 'labelled'],
    ['SELECT place FROM visits_2024', 'output'],
    ['SELECT id FROM visits_2024', 'runs'],
  ])('%s: %s', async (sql, expected) => {
    expect(await asked.outcome(sql)).toBe(expected)
  })
})

test('what is prepared is judged by the partitions of today', async () => {
  await asked.client.query('CREATE TABLE notes (id int) PARTITION BY LIST (id)')
  await asked.client.query('PREPARE p AS SELECT id FROM notes')
  expect(await asked.outcome('EXECUTE p')).toBe('runs')
  await asked.client.query('CREATE TABLE note PARTITION OF notes FOR VALUES IN (1)')
  expect(await asked.outcome('EXECUTE p')).toBe('runs')
  await asked.client.query('CREATE SCHEMA kin')
  await asked.client.query('ALTER TABLE note SET SCHEMA kin')
  await asked.client.query('ALTER TABLE kin.note RENAME TO heir')
  expect(await asked.outcome('EXECUTE p')).toBe('base')
})
