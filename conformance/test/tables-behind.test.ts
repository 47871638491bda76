import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { filledGateway } from '../harness/filled-gateway.ts'

/** Nobody touches what `public` has; the search path has tables of the same names in front of it. */
const policy = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: kept, effect: deny, when: "statement.tables.exists(t, t.schema == 'public' && t.name in ['t', 'v', 's'])" }
  - { id: letters, effect: deny, when: "statement.columns.exists(c, c.schema == 'public' && c.name == 'letter')" }
`

/** Nobody sees what has a label, under whatever name. */
const labels = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: personal, effect: deny, when: "statement.tables.exists(t, 'pii.email' in t.labels && 'read' in t.access)" }
  - { id: letters, effect: deny, when: "statement.columns.exists(c, c.name == 'letter' && 'output' in c.roles)" }
`

const SETUP = `
DROP SCHEMA IF EXISTS own, other, public CASCADE; CREATE SCHEMA own; CREATE SCHEMA other; CREATE SCHEMA public;
CREATE TABLE public.t (id int, email text); INSERT INTO public.t VALUES (1, 'rosebud');
CREATE VIEW public.v AS SELECT email AS e FROM public.t;
CREATE SEQUENCE public.s; CREATE TABLE public.u (id int, letter text); INSERT INTO public.u VALUES (1, 'rosebud');
CREATE TABLE own.t (id int, email text); CREATE VIEW own.v AS SELECT email AS e FROM own.t;
CREATE TABLE own.u (id int); CREATE SEQUENCE own.s OWNED BY own.u.id;
`

const STANDS = { rows: [{ email: 'rosebud' }] }

/** In each test: who sets the tables up anew, and a client of the gateway that has said `first`. */
function sessions(
  rules: string,
  first: string,
): { readonly direct: () => pg.Client; readonly client: () => pg.Client } {
  const { server, gateway } = filledGateway('CREATE SCHEMA own', {
    policy: rules,
    principals: { ana: { groups: [] } },
  })
  let direct: pg.Client
  let client: pg.Client

  beforeEach(async () => {
    direct = new pg.Client({ connectionString: server().connectionString('postgres') })
    await direct.connect()
    await direct.query(SETUP)
    client = new pg.Client({ ...gateway().connection('ana'), ssl: false })
    await client.connect()
    await client.query('CREATE TABLE other.seen ()')
    await client.query(first)
  })

  afterEach(async () => {
    await client.end()
    await direct.end()
  })

  return { direct: () => direct, client: () => client }
}

describe('INVARIANT (deny-by-default): what stands behind a table that is gone is what its name means:', () => {
  const { direct, client } = sessions(policy, 'SET search_path = own, public')

  const cases: [gone: string, then: string][] = [
    ['DROP VIEW v; DROP TABLE t', 'SELECT * FROM t'],
    ['DROP TABLE t CASCADE', 'SELECT email FROM t'],
    ['DROP TABLE t CASCADE', 'SELECT e FROM v'],
    ['DROP TABLE t CASCADE', 'DELETE FROM t WHERE id = 1'],
    ['DROP TABLE t CASCADE', 'CREATE TABLE z AS SELECT * FROM t'],
    ['DROP TABLE t CASCADE', 'COPY t TO STDOUT'],
    ['ALTER TABLE t RENAME TO t9', 'SELECT * FROM t'],
    ['ALTER TABLE t SET SCHEMA other', 'SELECT * FROM t'],
    ['ALTER VIEW v RENAME TO v9', 'SELECT * FROM v'],
    ['DROP SEQUENCE s', 'SELECT * FROM s'],
    ['ALTER SEQUENCE s RENAME TO s9', 'SELECT * FROM s'],
    ['DROP TABLE u', 'SELECT * FROM s'],
    ['DROP SCHEMA own CASCADE', 'SELECT * FROM t'],
    ['DROP TABLE u', 'SELECT * FROM u'],
    ['ALTER TABLE u RENAME TO u9', 'SELECT count(*) FROM u WHERE u IS NOT NULL'],
    ["DO 'BEGIN DROP TABLE t CASCADE; END'", 'SELECT * FROM t'],
    ['SAVEPOINT a; DROP TABLE t CASCADE', 'SELECT * FROM t'],
  ]

  test.each(cases)('in one transaction, %s; %s', async (gone, then) => {
    await client().query('BEGIN')
    for (const statement of gone.split(/; (?!END)/)) await client().query(statement)
    await expect(client().query(then)).rejects.toThrow(/rule `(?:kept|letters)`/)
    await client().query('ROLLBACK')
    await expect(direct().query('SELECT email FROM public.t')).resolves.toMatchObject(STANDS)
  })

  test.each(cases)('in one text, BEGIN; %s; %s', async (gone, then) => {
    await expect(client().query(`BEGIN; ${gone}; ${then}; COMMIT`)).rejects.toThrow(
      /rule `(?:kept|letters)`|not understood/,
    )
    await client().query('ROLLBACK')
    await expect(direct().query('SELECT email FROM public.t')).resolves.toMatchObject(STANDS)
  })

  test('also to what was prepared before', async () => {
    const prepared = { name: 'before', text: 'SELECT id, email FROM t' }
    await client().query(prepared)
    await client().query('BEGIN')
    await client().query('DROP TABLE t CASCADE')
    await expect(client().query(prepared)).rejects.toThrow(/not understood/)
    await client().query('ROLLBACK')
    await client().query('PREPARE it AS SELECT id, email FROM t')
    await client().query('BEGIN')
    await client().query('ALTER TABLE t RENAME TO t9')
    await expect(client().query('EXECUTE it')).rejects.toThrow(/not understood/)
  })

  test('and nothing else is asked about where none is gone', async () => {
    await client().query('BEGIN')
    await client().query('CREATE TABLE made (id int)')
    await client().query('ALTER TABLE t ADD COLUMN more int')
    await expect(client().query('SELECT * FROM t')).resolves.toMatchObject({ rowCount: 0 })
    await client().query('ROLLBACK')
  })
})

describe('INVARIANT (deny-by-default): what gets a name within a transaction is what it was:', () => {
  const { client } = sessions(labels, 'BEGIN')

  test.each([
    ['ALTER TABLE t RENAME TO x', 'SELECT * FROM x'],
    ['ALTER TABLE t RENAME TO x; ALTER TABLE x RENAME TO y', 'SELECT * FROM y'],
    ['ALTER TABLE t RENAME TO x; ALTER TABLE x RENAME COLUMN email TO e', 'SELECT e FROM x'],
    ['ALTER TABLE t RENAME TO x; CREATE TABLE t (id int); ALTER TABLE t RENAME TO y', 'SELECT * FROM x'],
    ['ALTER TABLE t SET SCHEMA other', 'SELECT * FROM other.t'],
    ['ALTER TABLE t SET SCHEMA other; ALTER TABLE other.t RENAME TO x', 'SELECT * FROM other.x'],
    ['ALTER VIEW v RENAME TO x', 'SELECT * FROM x'],
    ['SET search_path = own, public; DROP TABLE u; ALTER TABLE u RENAME TO x', 'SELECT letter FROM x'],
    [
      'ALTER TABLE public.u RENAME TO a; ALTER TABLE own.u RENAME TO u9; ALTER TABLE a RENAME TO u',
      'SELECT letter FROM u',
    ],
    ['ALTER TABLE u RENAME COLUMN letter TO l', 'SELECT l FROM u'],
    ['ALTER TABLE u RENAME TO x', 'SELECT letter FROM x'],
    ['ALTER TABLE u RENAME TO x; ALTER TABLE x RENAME COLUMN letter TO l', 'SELECT l FROM x'],
  ])('%s; %s', async (change, then) => {
    for (const statement of change.split('; ')) await client().query(statement)
    await expect(client().query(then)).rejects.toThrow(/rule `(?:personal|letters)`/)
  })

  test('and what it was not is not', async () => {
    for (const statement of ['ALTER TABLE u RENAME TO x', 'CREATE TABLE w (id int)', 'SELECT id FROM w'])
      await client().query(statement)
    await client().query('ALTER TABLE w RENAME COLUMN id TO n')
    await expect(client().query('SELECT n FROM w')).resolves.toMatchObject({ rowCount: 0 })
    // Another schema has one of its former name.
    await client().query('ALTER TABLE own.u RENAME TO mine')
    await expect(client().query('SELECT id FROM own.mine')).resolves.toMatchObject({ rowCount: 0 })
  })
})

describe('INVARIANT (no-unproven-column): what is copied from there is masked where it goes:', () => {
  const { server, gateway } = filledGateway('CREATE SCHEMA own', {
    principals: { dora: { groups: ['admins', 'dpo'] }, rita: { groups: ['admins'] } },
  })

  test.each([
    ['DROP TABLE t CASCADE', 'CREATE TABLE public.z AS SELECT e AS x FROM v'],
    ['ALTER TABLE t RENAME TO t9', 'CREATE TABLE public.z AS SELECT email AS x FROM t'],
    ['DROP TABLE t CASCADE', 'CREATE VIEW public.z AS SELECT e AS x FROM v'],
  ])('%s; %s', async (gone, copies) => {
    const direct = new pg.Client({ connectionString: server().connectionString('postgres') })
    await direct.connect()
    // Of what stands in front nothing is personal.
    await direct.query(`${SETUP}
      DROP VIEW own.v; DROP TABLE own.t; CREATE TABLE own.t (id int, email int); CREATE VIEW own.v AS SELECT id AS e FROM own.t`)
    const [dora, rita] = ['dora', 'rita'].map((name) => ({ ...gateway().connection(name), ssl: false }))
    const [mover, reader] = [new pg.Client(dora), new pg.Client(rita)]
    await mover.connect()
    await reader.connect()
    await mover.query('CREATE TABLE other.seen (); SET search_path = own, public')
    for (const statement of ['BEGIN', gone, copies, 'COMMIT']) await mover.query(statement)
    await expect(direct.query('SELECT x FROM public.z')).resolves.toMatchObject({
      rows: [{ x: 'rosebud' }],
    })
    await expect(reader.query('SELECT x FROM public.z')).resolves.toMatchObject({
      rows: [{ x: '[redacted]' }],
    })
    await mover.end()
    await reader.end()
    await direct.end()
  })
})
