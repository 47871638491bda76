import type { Chance } from '@sluice/testkit/chance'

/** Few names, so that tables come back as others under names that others look for; quotes, and one within another. */
const NAMES: readonly string[] = ['parent', 'parent', 'ab', 'a', "o'er", 'back`tick\\']
const VIEWS: readonly string[] = ['seen', 'seen_too', 'a_view']
const SCHEMAS: readonly string[] = ['shop', 'other']
const TYPES: readonly string[] = ['int', 'bigint', 'varchar(20)', 'text', 'json', 'longtext', 'decimal(8,2)']

const quoted = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** What is there before any of them. */
export const BEFORE: readonly string[] = [
  'CREATE DATABASE shop',
  'CREATE DATABASE other',
  'USE shop',
  'SET SESSION foreign_key_checks = 0',
  ...['parent', 'ab', 'a', "o'er"].map(
    (name) =>
      `CREATE TABLE ${quoted(name)} (id int PRIMARY KEY, k1 int, k2 int, note text, KEY (k1), KEY (k2))`,
  ),
  'CREATE TABLE far (id int PRIMARY KEY, k1 int, CONSTRAINT far_1 FOREIGN KEY (k1) REFERENCES parent (id) ON UPDATE CASCADE)',
  'CREATE TABLE other.ab (id int PRIMARY KEY, k1 int, FOREIGN KEY (k1) REFERENCES shop.parent (id))',
  'CREATE VIEW seen AS SELECT * FROM parent',
  'CREATE VIEW other.seen AS SELECT * FROM shop.seen',
  'CREATE TABLE Mixed (id int PRIMARY KEY)',
  'CREATE TABLE mixed (id int PRIMARY KEY, doc json)',
]

/** A definition: most work on what the ones before it left behind, and some fail. */
export const definition = (chance: Chance): string => {
  const table = (): string =>
    `${chance.often(15) ? `${chance.pick(SCHEMAS)}.` : ''}${quoted(chance.pick(NAMES))}`
  const view = (): string => `${chance.often(30) ? `${chance.pick(SCHEMAS)}.` : ''}${chance.pick(VIEWS)}`
  const either = (): string => (chance.often(70) ? table() : view())
  const column = (): string => chance.pick(['id', 'k1', 'k1', 'k2', 'note', 'Made'])
  const type = (): string => chance.pick(TYPES)
  const key = (): string =>
    `FOREIGN KEY (k${chance.between(1, 2)}) REFERENCES ${table()} (${chance.pick(['id', 'k1'])})`
  const columns = (): string =>
    `(id int PRIMARY KEY, k1 int${chance.often(50) ? ` COMMENT '${chance.pick(['sluice: pii.email', 'x'])}'` : ''}, k2 int,
      note ${type()}, KEY (k1), KEY (k2)${chance.often(40) ? `, ${key()}` : ''})`
  const action = (): string =>
    chance.pick([
      () => `ADD COLUMN ${column()} ${type()}`,
      () => `DROP COLUMN ${column()}`,
      () => `MODIFY ${column()} ${type()} COMMENT 'another'`,
      () => `CHANGE ${column()} ${column()} ${type()}`,
      () => `RENAME COLUMN ${column()} TO ${column()}`,
      () => `ADD COLUMN made ${type()} AS (${column()}) VIRTUAL`,
      () => `ADD ${key()}`,
      () => `DROP FOREIGN KEY far_1`,
      () => `RENAME TO ${table()}`,
      () => `ALTER COLUMN ${column()} SET DEFAULT 5`,
      () => `COMMENT = 'x'`,
      () => `DROP PRIMARY KEY`,
    ])()
  return chance.pick([
    () => `CREATE TABLE ${table()} ${columns()}`,
    () => `CREATE TABLE ${table()} ${columns()}`,
    () => `CREATE TABLE IF NOT EXISTS ${table()} LIKE ${table()}`,
    () => `CREATE TABLE ${table()} AS SELECT * FROM ${either()}`,
    () => `CREATE OR REPLACE TABLE ${table()} ${columns()}`,
    () => `CREATE TEMPORARY TABLE ${table()} (id int)`,
    () => `ALTER TABLE ${table()} ${action()}`,
    () => `ALTER TABLE ${table()} ${action()}, ${action()}`,
    () => `ALTER TABLE parent RENAME COLUMN ${column()} TO ${column()}`,
    () => `ALTER TABLE ${table()} MODIFY k1 ${chance.pick(['int', 'bigint', 'varchar(9)'])}`,
    () => `ALTER TABLE ${table()} ADD COLUMN c${chance.between(1, 99)} ${type()}`,
    () => `ALTER TABLE ${chance.pick(['Mixed', 'mixed'])} ADD COLUMN ${column()} ${type()}`,
    () => `DROP TABLE IF EXISTS ${table()}, ${table()}`,
    () => `RENAME TABLE ${either()} TO ${either()}`,
    () => `RENAME TABLE ${table()} TO aside, ${table()} TO ${table()}, aside TO ${table()}`,
    () => `TRUNCATE ${table()}`,
    () => `CREATE INDEX i ON ${table()} (k1)`,
    () => `DROP INDEX i ON ${table()}`,
    () => `CREATE OR REPLACE VIEW ${view()} AS SELECT * FROM ${either()}`,
    () => `CREATE VIEW ${view()} AS SELECT x.id, y.note AS shown FROM ${either()} x JOIN ${either()} y`,
    () => `CREATE OR REPLACE VIEW ${view()} AS SELECT f() AS called`,
    () => `ALTER VIEW ${view()} AS SELECT k1 FROM ${either()}`,
    () => `DROP VIEW ${view()}`,
    () =>
      `CREATE TRIGGER ${chance.pick(['t1', 't2'])} BEFORE INSERT ON ${table()} FOR EACH ROW SET NEW.k1 = NEW.k2`,
    () => `DROP TRIGGER ${chance.pick(['t1', 't2'])}`,
    () => `CREATE FUNCTION f() RETURNS ${chance.pick(['int', 'text'])} DETERMINISTIC RETURN 1`,
    () => 'DROP FUNCTION f',
    () => `DROP DATABASE other`,
    () => `CREATE DATABASE IF NOT EXISTS other`,
  ])()
}
