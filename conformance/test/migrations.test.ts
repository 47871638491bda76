import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import pg from 'pg'
import { filledGateway } from '../harness/filled-gateway.ts'

const { server, gateway } = filledGateway(
  `
CREATE TABLE people (id int PRIMARY KEY, email text);
INSERT INTO people VALUES (1, 'rosebud');
CREATE TABLE notes (email text);
CREATE SCHEMA evil;
CREATE TABLE evil.notes (email text);
CREATE FUNCTION elsewhere() RETURNS event_trigger LANGUAGE plpgsql AS
  'BEGIN PERFORM set_config(''search_path'', ''evil,public'', false); END';
CREATE FUNCTION turns(x int) RETURNS boolean LANGUAGE plpgsql AS
  'BEGIN PERFORM set_config(''search_path'', ''evil,public'', false); RETURN true; END';
CREATE FUNCTION email_of(int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM people WHERE id = $1';
CREATE TYPE mood AS ENUM ('well');
CREATE TABLE checked (id int CHECK (turns(id)));
INSERT INTO checked VALUES (1);
CREATE TABLE public.parent (id int);
CREATE TABLE public.child (CHECK (turns(id))) INHERITS (public.parent);
INSERT INTO public.child VALUES (1);
`,
  { principals: { dora: { groups: ['admins', 'dpo'] }, rita: { groups: ['admins'] } } },
)

let direct: pg.Client
let admin: pg.Client

beforeEach(async () => {
  direct = new pg.Client({ connectionString: server().connectionString('postgres') })
  admin = new pg.Client({ ...gateway().connection('dora'), ssl: false })
  await direct.connect()
  await admin.connect()
})

afterEach(async () => {
  await admin.end()
  await direct.end()
})

const REFUSED = { code: '42501', message: expect.stringMatching(/baseline-opaque/) }

describe('migrations as tools send them, in one text:', () => {
  test.each([
    [
      'types, tables, indexes, keys',
      `CREATE TYPE role AS ENUM ('ADMIN', 'USER');
       CREATE TABLE account (id serial PRIMARY KEY, name text NOT NULL, role role NOT NULL DEFAULT 'USER');
       CREATE TABLE post (id serial PRIMARY KEY, account_id int, title varchar(20));
       CREATE UNIQUE INDEX account_name ON account (name);
       ALTER TABLE post ADD CONSTRAINT post_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE SET NULL;
       COMMENT ON TABLE account IS 'who may post';
       CREATE VIEW admins AS SELECT id, name FROM account WHERE role = 'ADMIN'`,
      'DROP VIEW admins; DROP TABLE post, account; DROP TYPE role',
    ],
    [
      'in a transaction of its own, with rows',
      `BEGIN;
       CREATE TABLE IF NOT EXISTS versions (version text PRIMARY KEY);
       CREATE TABLE size (name text PRIMARY KEY, n int DEFAULT 0);
       INSERT INTO size VALUES ('small', 1), ('large', 2);
       INSERT INTO versions (version) VALUES ('20240101');
       COMMIT`,
      'DROP TABLE size; DROP TABLE versions',
    ],
    [
      'columns that change',
      `CREATE TABLE box (id int, a text, b text);
       ALTER TABLE box ALTER COLUMN a DROP DEFAULT; ALTER TABLE box ALTER COLUMN a TYPE varchar(255);
       ALTER TABLE box RENAME COLUMN b TO c; ALTER TABLE box ADD COLUMN made timestamptz DEFAULT now()`,
      'ALTER TABLE box DROP COLUMN c; DROP TABLE box',
    ],
    [
      'functions and triggers',
      `CREATE TABLE t (id int, changed timestamptz);
       CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.changed = now(); RETURN NEW; END';
       CREATE TRIGGER touched BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()`,
      'DROP TRIGGER touched ON t; DROP FUNCTION touch(); DROP TABLE t',
    ],
  ])('%s', async (_, up, down) => {
    await expect(admin.query(up)).resolves.toBeDefined()
    await expect(admin.query(down)).resolves.toBeDefined()
  })
})

describe('to whom something is masked, a new table may have conditions and generated columns:', () => {
  const ITEMS = `CREATE TABLE item (id bigserial PRIMARY KEY, price numeric(8, 2) CHECK (price > 0), tags text[] CHECK (cardinality(tags) < 9),
    state varchar(9) NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'sold')), title text CONSTRAINT named CHECK (title ~ '^[A-Z]' AND length(title) < 90),
    gross numeric GENERATED ALWAYS AS (price * 1.19) STORED, words tsvector GENERATED ALWAYS AS (to_tsvector('english', coalesce(title, ''))) STORED,
    CHECK (item.price < 10000 OR state <> 'sold'), EXCLUDE USING btree (lower(title) WITH =) WHERE (price > 5))`
  const DAYS = "CREATE TABLE days (d date, CHECK (d > '2000-01-01')) PARTITION BY RANGE ((d + 1))"

  let rita: pg.Client
  beforeEach(async () => {
    rita = new pg.Client({ ...gateway().connection('rita'), ssl: false })
    await rita.connect()
  })
  afterEach(() => rita.end())

  test.each([
    ['one by one', [ITEMS, DAYS]],
    ['in a transaction', ['BEGIN', ITEMS, DAYS, 'COMMIT']],
    ['in one text', [`${ITEMS}; ${DAYS}`]],
  ])('%s', async (_, texts) => {
    for (const text of texts) await rita.query(text)
    const { rows } = await direct.query(
      "SELECT FROM pg_constraint WHERE conrelid = 'item'::regclass AND contype = 'c'",
    )
    expect(rows).toHaveLength(5)
    await rita.query('DROP TABLE item, days')
  })

  test('amid a transaction that changes tables, the system’s catalogs are as they are', async () => {
    const asked = async (text: string): Promise<unknown> =>
      (await rita.query({ text, rowMode: 'array' })).rows
    await rita.query('BEGIN')
    await rita.query('CREATE TABLE fresh (id int PRIMARY KEY, email text)')
    expect(await asked("SELECT 'jsonb'::regtype::oid, 1")).toEqual([[3802, 1]])
    const columns =
      "SELECT attname FROM pg_attribute WHERE attrelid = 'fresh'::regclass AND attnum > 0 ORDER BY attnum"
    expect(await asked(columns)).toEqual([['id'], ['email']])
    const tables = "SELECT table_name FROM information_schema.tables WHERE table_name LIKE 'fres%' ORDER BY 1"
    expect(await asked(tables)).toEqual([['fresh']])
    await rita.query('ROLLBACK')
  })

  test.each([
    [
      'CREATE TEMP TABLE pg_attribute AS SELECT email AS attname FROM people',
      'SELECT lower(attname) FROM pg_attribute',
    ],
    ['CREATE TEMP TABLE pg_am AS SELECT email AS amname FROM people', 'SELECT pg_am::text FROM pg_am'],
    ['CREATE TABLE other (email text)', 'SELECT email FROM people UNION ALL SELECT typname FROM pg_type'],
    [
      'CREATE TABLE other (email text)',
      "SELECT xmlserialize(content query_to_xml('SELECT email FROM people', true, true, '') AS text)",
    ],
  ])('but what stands for them by then is masked: %s; %s', async (change, text) => {
    await rita.query('BEGIN')
    await rita.query(change)
    const found = await rita.query(text).catch(String)
    await rita.query('ROLLBACK')
    expect(JSON.stringify(found)).not.toContain('rosebud')
  })

  test.each([
    'SELECT version FROM versions ORDER BY version',
    'SELECT DISTINCT version FROM public.versions',
    'SELECT count(*) FROM versions WHERE version > 1',
    'SELECT 1 FROM item_of i JOIN people p ON p.id = i.id WHERE i.price > 2',
  ])('a table that is not there is told of in the database’s own code: %s', async (text) => {
    const told = { code: '42P01', message: expect.stringMatching(/relation ".*" does not exist/) }
    await expect(direct.query(text)).rejects.toMatchObject(told)
    await expect(rita.query(text)).rejects.toMatchObject(told)
    await rita.query('BEGIN')
    await rita.query('CREATE TABLE versions (version int); CREATE TABLE item_of (id int, price int)')
    await expect(rita.query(text)).rejects.toMatchObject({ code: '42501' })
    await rita.query('ROLLBACK')
  })

  test('a table that is there gets such columns', async () => {
    await rita.query(`ALTER TABLE notes ADD COLUMN qty int CHECK (qty > 0), ADD COLUMN state text NOT NULL DEFAULT 'new'
      CONSTRAINT states CHECK (state IN ('new', 'sold')), ADD CHECK (qty < 100 OR notes.state = 'sold')`)
    const { rows } = await direct.query(
      "SELECT FROM pg_constraint WHERE conrelid = 'notes'::regclass AND contype = 'c'",
    )
    expect(rows).toHaveLength(3)
    await rita.query('ALTER TABLE notes DROP COLUMN qty, DROP COLUMN state')
  })

  test.each([
    "ALTER TABLE notes ADD COLUMN x text DEFAULT email_of(1) CHECK (x < 'm')",
    "ALTER TABLE notes ADD COLUMN x text GENERATED ALWAYS AS (email) STORED CHECK (x < 'm')",
    "ALTER TABLE notes ADD COLUMN x int CHECK (x > 0 AND notes.email < 'm')",
    'ALTER TABLE notes ADD COLUMN home_email text CHECK (length(home_email) > 3)',
    "ALTER TABLE parent ADD COLUMN note text CHECK (note < 'm')",
    "ALTER TABLE people ADD COLUMN IF NOT EXISTS x text CHECK (x < 'm')",
    'ALTER TABLE notes ADD COLUMN x int CHECK (turns(x))',
    "ALTER TABLE notes ADD COLUMN email text CHECK (email < 'm')",
  ])('but not where that could tell of what is there: %s', async (text) => {
    await expect(rita.query(text)).rejects.toMatchObject({
      code: '42501',
      message: expect.stringMatching(/sluice:(?:inference|masked-flow)/),
    })
  })

  test.each([
    "CREATE TABLE told (email text CHECK (email < 'm'))",
    "CREATE TABLE told (email text, CHECK (told.email LIKE 'm%'))",
    'CREATE TABLE told (email citext CHECK (length(email) > 3))',
    'CREATE TABLE told (email text, part text GENERATED ALWAYS AS (left(email, 1)) STORED)',
    "CREATE TABLE told (LIKE people, CHECK (email < 'm'))",
    'CREATE TABLE told (id int CHECK (turns(id)))',
  ])('but not of what its name has masked, or cannot be followed: %s', async (text) => {
    await expect(rita.query(text)).rejects.toMatchObject({
      code: '42501',
      message: expect.stringMatching(/sluice:(?:inference|masked-flow)/),
    })
    await rita.query('BEGIN')
    await rita.query('CREATE TABLE before (id int)')
    await expect(rita.query(text)).rejects.toMatchObject({ code: '42501' })
    await rita.query('ROLLBACK')
  })
})

describe('INVARIANT (deny-by-default): refused is what follows in the same text where a name may lead elsewhere by then:', () => {
  const COPIES = 'INSERT INTO notes SELECT email FROM people WHERE id = 1'

  test.each([
    ['a schema', 'CREATE SCHEMA dora'],
    ['a schema that goes', 'DROP SCHEMA IF EXISTS nowhere'],
    ['a temporary table', 'CREATE TEMPORARY TABLE passing (id int)'],
    ['one by its schema', 'CREATE TABLE pg_temp.passing (id int)'],
    ['a function there', "CREATE FUNCTION pg_temp.h() RETURNS int LANGUAGE sql AS 'SELECT 1'"],
    ['an extension', 'CREATE EXTENSION IF NOT EXISTS plpgsql'],
    ['an event trigger', 'CREATE EVENT TRIGGER ev ON ddl_command_end EXECUTE FUNCTION elsewhere()'],
    ['a cast', 'CREATE CAST (varchar AS mood) WITH INOUT'],
    ['a type that calls functions', 'CREATE TYPE span AS RANGE (subtype = int)'],
    ['a check of the users’ own code', 'ALTER TABLE checked ALTER COLUMN id TYPE smallint'],
    ['one of a child', 'ALTER TABLE parent ALTER COLUMN id TYPE smallint'],
    ['a default that runs', 'ALTER TABLE notes ADD COLUMN x boolean DEFAULT turns(1)'],
  ])('%s', async (_, definition) => {
    await expect(admin.query(`${definition}; ${COPIES}`)).rejects.toMatchObject(REFUSED)
    expect((await direct.query('SELECT FROM notes UNION ALL SELECT FROM evil.notes')).rowCount).toBe(0)
  })

  test('where there is an event trigger, behind every definition', async () => {
    await direct.query('CREATE EVENT TRIGGER ev ON ddl_command_end EXECUTE FUNCTION elsewhere()')
    const other = new pg.Client({ ...gateway().connection('dora'), ssl: false })
    try {
      // A definition through the gateway has the catalog read anew.
      await admin.query('CREATE TABLE before (id int)')
      await other.connect()
      await expect(other.query(`CREATE TABLE made (id int); ${COPIES}`)).rejects.toMatchObject(REFUSED)
    } finally {
      await direct.query('DROP EVENT TRIGGER ev')
      await other.end()
    }
  })
})

describe('INVARIANT (no-unproven-column): what such a text brings from a labelled column elsewhere is masked there:', () => {
  test.each([
    [
      'CREATE TABLE a AS SELECT email AS x FROM people WHERE id = 1; CREATE TABLE b (y text); INSERT INTO b SELECT x FROM a WHERE x IS NOT NULL',
    ],
    [
      'CREATE TABLE a (x text); INSERT INTO a SELECT email FROM people WHERE id = 1; CREATE TABLE b AS SELECT x AS y FROM a',
    ],
    [
      'CREATE TABLE b (x text); INSERT INTO b SELECT email FROM people WHERE id = 1; ALTER TABLE b RENAME COLUMN x TO y',
    ],
    [
      'CREATE TABLE a (y text); INSERT INTO a SELECT email FROM people WHERE id = 1; ALTER TABLE a RENAME TO b',
    ],
    [
      'CREATE TABLE b (); ALTER TABLE b ADD COLUMN y text; INSERT INTO b (y) SELECT email FROM people WHERE id = 1',
    ],
    ['CREATE VIEW a AS SELECT email AS x FROM people WHERE id = 1; CREATE TABLE b AS SELECT x AS y FROM a'],
    [
      "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT email FROM people'; CREATE TABLE b (y text); INSERT INTO b SELECT f() FROM people WHERE id = 1",
    ],
    [
      `CREATE TABLE a (x text); CREATE TABLE b (y text);
       CREATE FUNCTION h() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO b VALUES (NEW.x); RETURN NEW; END';
       CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW EXECUTE FUNCTION h(); INSERT INTO a SELECT email FROM people WHERE id = 1`,
    ],
    ['ALTER TABLE people RENAME TO folk; CREATE TABLE b AS SELECT email AS y FROM folk'],
    ['ALTER TABLE people RENAME COLUMN email TO y; CREATE TABLE b AS SELECT y FROM people WHERE id = 1'],
    [
      'CREATE TABLE notes2 (y text); DROP TABLE notes2; CREATE TABLE b AS SELECT email AS y FROM people WHERE id = 1',
    ],
  ])('%s', async (text) => {
    const rita = new pg.Client({ ...gateway().connection('rita'), ssl: false })
    await rita.connect()
    try {
      await admin.query(text)
      const copied = await direct.query<{ y: string }>('SELECT y FROM b')
      expect(copied.rows).toEqual([{ y: 'rosebud' }])
      const { rows } = await rita.query<{ y: string }>('SELECT y FROM b')
      expect(rows).not.toEqual(copied.rows)
    } finally {
      await rita.end()
      await direct
        .query('DROP TABLE IF EXISTS a, b CASCADE')
        .catch(() => direct.query('DROP VIEW IF EXISTS a'))
      await direct.query(
        'DROP TABLE IF EXISTS b; DROP FUNCTION IF EXISTS f; DROP FUNCTION IF EXISTS h CASCADE',
      )
      await direct.query('ALTER TABLE IF EXISTS folk RENAME TO people')
      await direct.query('ALTER TABLE people RENAME COLUMN y TO email').catch(() => undefined)
    }
  })
})
