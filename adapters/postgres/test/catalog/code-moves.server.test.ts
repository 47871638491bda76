import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { End, StandingMove } from '@sluice/core/catalog/catalog'
import { isColumn } from '@sluice/core/flow/moves'
import { Bench } from '../analysis/servers.ts'

const SCHEMA = `
CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE, born date);
CREATE TABLE notes (id int, said text, word text, n int);
CREATE TABLE posts (id int, title text);
CREATE SCHEMA other;
CREATE TABLE other.notes (id int, said text);
`

let bench: Bench

beforeAll(async () => {
  bench = await Bench.open('embedded', SCHEMA)
}, 60_000)

afterAll(() => bench.close(), 60_000)

const named = (end: End): string =>
  isColumn(end)
    ? `${end.relation.schema === 'public' ? '' : `${end.relation.schema}.`}${end.relation.name}.${end.name}`
    : `? ${end.table}.${end.column ?? '*'}`

/** `=`: the value itself, `~`: computed of it, or it may be. */
const line = ({ source, target, direct }: StandingMove): string =>
  `${named(target)} ${direct ? '=' : '~'} ${named(source)}`

const trigger = (body: string, when = 'AFTER INSERT', table = 'posts'): string =>
  `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ DECLARE r record; BEGIN ${body} RETURN NEW; END $f$;
   CREATE TRIGGER t ${when} ON ${table} FOR EACH ROW EXECUTE FUNCTION f('people')`

/** A function that keeps what it is given. */
const KEEPS = `CREATE FUNCTION f(text) RETURNS bool LANGUAGE sql AS 'INSERT INTO public.notes (said) VALUES ($1); SELECT true'`

/** Makes something, looks at the catalog, and takes it away again. */
const withMade = async <Found>(
  sql: string,
  look: (catalog: Awaited<ReturnType<Bench['catalog']>>) => Found,
): Promise<Found> => {
  await bench.client.query(sql)
  bench.keeper.invalidate()
  const found = look(await bench.catalog())
  await bench.client.query('DROP FUNCTION IF EXISTS f() CASCADE; DROP FUNCTION IF EXISTS f(text) CASCADE')
  await bench.client.query('DROP FUNCTION IF EXISTS g() CASCADE; DROP FUNCTION IF EXISTS g(text) CASCADE')
  await bench.client.query('DROP FUNCTION IF EXISTS f(int, text) CASCADE; DROP RULE IF EXISTS r ON posts')
  await bench.client.query(
    'DROP VIEW IF EXISTS v CASCADE; DROP MATERIALIZED VIEW IF EXISTS m; DROP TABLE IF EXISTS made; DROP DOMAIN IF EXISTS checked CASCADE; DROP TYPE IF EXISTS pair',
  )
  return found
}

const standing = (sql: string): Promise<readonly string[]> =>
  withMade(sql, (catalog) => [...new Set((catalog.standing ?? []).map(line))].sort())

describe('what the database brings from column to column by itself', () => {
  test.each<readonly [string, string, readonly string[]]>([
    ['nothing', 'CREATE TABLE made (a text)', []],
    ['a foreign key', 'CREATE TABLE made (a text REFERENCES people (email))', ['made.a = people.email']],
    ['a default of a constant', "CREATE TABLE made (a text DEFAULT upper('x'))", []],
    [
      'a default that calls a function',
      `CREATE FUNCTION f() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM public.people';
       CREATE TABLE made (a text DEFAULT f())`,
      ['made.a ~ people.email'],
    ],
    [
      'a default of a domain, which one over it takes over',
      `CREATE FUNCTION f() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM public.people';
       CREATE DOMAIN checked AS text DEFAULT f(); CREATE DOMAIN over_checked AS checked;
       CREATE TABLE made (a checked, b text, c over_checked, d checked DEFAULT 'x', e checked[])`,
      ['made.a ~ people.email', 'made.c ~ people.email', 'made.d ~ people.email'],
    ],
    [
      'a default of a domain that looks at nothing',
      "CREATE DOMAIN checked AS text DEFAULT upper('x') || now(); CREATE TABLE made (a checked)",
      [],
    ],
    [
      'a default of a domain, which a trigger of a view is given',
      `CREATE FUNCTION g() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM public.people';
       CREATE DOMAIN checked AS text DEFAULT g(); CREATE VIEW v AS SELECT id, title::checked AS a FROM posts;
       ${trigger('INSERT INTO public.notes (said) VALUES (NEW.a);', 'INSTEAD OF INSERT', 'v')}`,
      ['notes.said ~ posts.title', 'notes.said ~ v.a', 'v.a ~ people.email'],
    ],
    [
      'a rule',
      'CREATE RULE r AS ON INSERT TO posts DO ALSO INSERT INTO notes (said) SELECT email FROM people WHERE id = NEW.id',
      ['notes.said = people.email'],
    ],
    [
      'a rule for the new row',
      'CREATE RULE r AS ON INSERT TO posts DO ALSO INSERT INTO notes (said) VALUES (NEW.title)',
      ['notes.said ~ posts.title'],
    ],
    [
      'RETURNING of a rule',
      'CREATE RULE r AS ON INSERT TO posts DO INSTEAD INSERT INTO notes (id) VALUES (NEW.id) RETURNING id, (SELECT max(email) FROM people)',
      ['notes.id ~ posts.id', 'posts.id ~ notes.id', 'posts.title ~ people.email'],
    ],
    [
      'a trigger that copies the row',
      trigger('INSERT INTO public.notes (said) VALUES (NEW.email);', 'AFTER UPDATE', 'people'),
      ['notes.said ~ people.email'],
    ],
    [
      'a trigger that fills the row',
      trigger('NEW.title := (SELECT max(email) FROM public.people);', 'BEFORE INSERT'),
      ['posts.title ~ people.email'],
    ],
    [
      'a trigger that fills the row by INTO',
      trigger('SELECT email INTO NEW.title FROM public.people;', 'BEFORE INSERT'),
      ['posts.title ~ people.email'],
    ],
    [
      'a trigger with the tables of rows',
      `CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN INSERT INTO public.notes (said) SELECT email FROM gone; RETURN NULL; END';
       CREATE TRIGGER t AFTER DELETE ON people REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION f()`,
      ['notes.said = people.email'],
    ],
    [
      'a check of a table',
      `${KEEPS}; CREATE TABLE made (a text, b text CHECK (f(b)), c text)`,
      ['notes.said ~ made.b'],
    ],
    [
      'a check of the whole row',
      `${KEEPS}; CREATE TABLE made (a text, b text); ALTER TABLE made ADD CHECK (f(made::text))`,
      ['notes.said ~ made.a', 'notes.said ~ made.b'],
    ],
    [
      'a check of what is on no column, and brings something of another table',
      `CREATE FUNCTION f() RETURNS bool LANGUAGE sql AS
         'INSERT INTO public.notes (said) SELECT email FROM public.people; SELECT true';
       CREATE TABLE made (a text CHECK (f()))`,
      ['notes.said = people.email'],
    ],
    [
      'a check of a domain, of another over it, of a row and of an array',
      `${KEEPS}; CREATE DOMAIN checked AS text CHECK (f(VALUE)); CREATE DOMAIN over_checked AS checked;
       CREATE TYPE pair AS (a int, b over_checked);
       CREATE TABLE made (a text, b checked, c over_checked, d pair, e checked[])`,
      ['notes.said ~ made.b', 'notes.said ~ made.c', 'notes.said ~ made.d', 'notes.said ~ made.e'],
    ],
    [
      'a check by an operator',
      `CREATE FUNCTION f(int, text) RETURNS bool LANGUAGE sql AS 'INSERT INTO public.notes (said) VALUES ($2); SELECT true';
       CREATE OPERATOR ### (FUNCTION = f, LEFTARG = int, RIGHTARG = text);
       CREATE TABLE made (a text, b text CHECK (1 ### b))`,
      ['notes.said ~ made.b'],
    ],
    [
      'a default whose function writes',
      `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS
         'INSERT INTO public.notes (said) SELECT email FROM public.people; SELECT NULL::text';
       CREATE TABLE made (a text DEFAULT f())`,
      ['notes.said = people.email'],
    ],
    [
      'a view, which says itself what it is derived from',
      'CREATE TABLE made (a text); CREATE VIEW v AS SELECT id, upper(email) AS a, now() AS b FROM people',
      [],
    ],
    [
      'a view of a function that reads, and one of that',
      `CREATE FUNCTION f() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM public.people';
       CREATE VIEW v AS SELECT id, f() AS a FROM posts; CREATE VIEW w AS SELECT id, a AS b FROM v`,
      ['v.a ~ people.email', 'v.a ~ posts.id', 'w.b ~ posts.id', 'w.b ~ v.a', 'w.b ~ v.id'],
    ],
    [
      'a materialized view of an operator',
      `CREATE FUNCTION f(int, text) RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM public.people';
       CREATE OPERATOR ### (FUNCTION = f, LEFTARG = int, RIGHTARG = text);
       CREATE MATERIALIZED VIEW m AS SELECT 1 ### title AS a FROM posts`,
      ['m.a ~ people.email', 'm.a ~ posts.title'],
    ],
    [
      'a view that calls what writes what it is given',
      `${KEEPS}; CREATE VIEW v AS SELECT id FROM people WHERE f(email)`,
      ['notes.said ~ people.email'],
    ],
    [
      'a column that is computed by a function that says it looks at nothing',
      `CREATE FUNCTION f(text) RETURNS text IMMUTABLE LANGUAGE sql AS 'SELECT max(email) FROM public.people';
       CREATE TABLE made (a text, b text GENERATED ALWAYS AS (f(a)) STORED)`,
      ['made.b ~ made.a', 'made.b ~ people.email'],
    ],
    [
      'a policy',
      `${KEEPS}; CREATE TABLE made (a text, n int); CREATE POLICY p ON made USING (f(a))`,
      ['notes.said ~ made.a', 'notes.said ~ made.n'],
    ],
    [
      'a policy that reads another table',
      `${KEEPS}; CREATE TABLE made (a text);
       CREATE POLICY p ON made USING (EXISTS (SELECT FROM people WHERE f(email)))`,
      [
        'notes.said ~ made.a',
        'notes.said ~ people.born',
        'notes.said ~ people.email',
        'notes.said ~ people.id',
      ],
    ],
    [
      'an index',
      `CREATE FUNCTION f(text) RETURNS bool IMMUTABLE LANGUAGE sql AS 'INSERT INTO public.notes (said) VALUES ($1); SELECT true';
       CREATE TABLE made (a text); CREATE INDEX ON made (f(a))`,
      ['notes.said ~ made.a'],
    ],
    [
      'a view that is too much to understand',
      `CREATE VIEW v AS SELECT id, title FROM posts WHERE ${'('.repeat(1_300)}id${' + 1)'.repeat(1_300)} > 0`,
      ['v.id ~ posts.id', 'v.id ~ posts.title', 'v.title ~ posts.id', 'v.title ~ posts.title'],
    ],
    ['a check that moves nothing', "CREATE TABLE made (a text CHECK (length(a) > 0 AND a LIKE 'x%'))", []],
    [
      'names without a schema, as any path may find them',
      trigger('INSERT INTO notes (said) VALUES (NEW.title);'),
      ['notes.said ~ posts.title', 'other.notes.said ~ posts.title'],
    ],
  ])('%s', async (_name, sql, expected) => {
    expect(await standing(sql)).toEqual([...expected].sort())
  })

  test('names without a schema, however many other schemas there are', async () => {
    const many = Array.from({ length: 12 }, (_, i) => `s${i}`)
    const made = many.map((name) => `CREATE SCHEMA ${name}; CREATE TABLE ${name}.kept (a text)`).join(';')
    const found = await standing(`${made}; ${trigger('INSERT INTO kept (a) VALUES (NEW.title);')}`)
    await bench.client.query(many.map((name) => `DROP SCHEMA ${name} CASCADE`).join(';'))
    expect(found).toEqual(many.map((name) => `${name}.kept.a ~ posts.title`).sort())
  })

  test('a text put together: any column that is named into any with room for a text', async () => {
    const found = await standing(trigger("EXECUTE 'INSERT INTO posts SELECT id, email FROM ' || TG_ARGV[0];"))
    expect(found).toContain('posts.title ~ people.email')
    expect(found.filter((one) => /^\w+\.(id|n) /.test(one))).toEqual([])
  })

  test.each([['audit-log'], ['2024_log'], ['the log'], ['it"s'], ["it's"], ['übersicht'], ['cafe\u0301']])(
    'a text put together with the table `%s` as an argument, and in the body',
    async (name) => {
      const quoted = `"${name.replaceAll('"', '""')}"`
      const inArgument = trigger("EXECUTE format('INSERT INTO %I SELECT $1', TG_ARGV[0]) USING NEW.title;")
      const inBody = trigger(
        `EXECUTE TG_ARGV[0] || ' ${quoted.replaceAll("'", "''")} SELECT $1' USING NEW.title;`,
      )
      for (const made of [inArgument.replace("'people'", `'${name.replaceAll("'", "''")}'`), inBody]) {
        const found = await standing(`CREATE TABLE ${quoted} (a text); ${made}`)
        await bench.client.query(`DROP TABLE ${quoted}`)
        expect(found).toContain(`${name}.a ~ posts.title`)
      }
    },
  )
})

const code = (sql: string) =>
  withMade(sql, (catalog) => {
    const found = catalog.code?.('public', 'f')
    return (
      found && {
        reads: found.reads.map(named).sort(),
        writes: found.writes.map(named).sort(),
        moves: [...new Set(found.moves.map(line))].sort(),
      }
    )
  })

describe('what calling a function does', () => {
  test('one that looks at nothing is not told of', async () => {
    expect(
      await code("CREATE FUNCTION f(text) RETURNS text LANGUAGE sql AS 'SELECT upper($1)'"),
    ).toBeUndefined()
  })

  test('one that reads', async () => {
    const sql = "CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT max(email) FROM public.people'"
    expect(await code(sql)).toEqual({ reads: ['people.email'], writes: [], moves: [] })
  })

  test('one that writes what it is given', async () => {
    const sql = `CREATE FUNCTION f(text) RETURNS void LANGUAGE sql AS 'INSERT INTO public.posts (title) VALUES ($1)'`
    expect(await code(sql)).toEqual({ reads: [], writes: ['posts.title'], moves: [] })
  })

  test.each(['sql', 'plpgsql'])(
    'one in %s that is given by default what another reads, and writes it',
    async (language) => {
      const body = 'INSERT INTO public.posts (title) VALUES ($1)'
      const sql = `CREATE FUNCTION g() RETURNS text STABLE LANGUAGE sql AS 'SELECT max(email) FROM public.people';
      CREATE FUNCTION f(a text DEFAULT g()) RETURNS void LANGUAGE ${language} AS '${language === 'sql' ? body : `BEGIN ${body}; END`}'`
      expect(await code(sql)).toEqual({
        reads: ['people.email'],
        writes: ['posts.title'],
        moves: ['posts.title ~ people.email'],
      })
    },
  )

  test('one that is given by default what reads nothing brings nothing more anywhere', async () => {
    const sql = `CREATE FUNCTION f(a text DEFAULT upper('x') || now()::text) RETURNS void LANGUAGE sql AS
      'SELECT email FROM public.people; INSERT INTO public.posts (title) VALUES ($1)'`
    expect(await code(sql)).toEqual({ reads: ['people.email'], writes: ['posts.title'], moves: [] })
  })

  test('one that is a part of an extension', async () => {
    const { client, keeper } = bench
    await client.query(`CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT max(email) FROM public.people';
      ALTER EXTENSION plpgsql ADD FUNCTION f()`)
    keeper.invalidate()
    const reads = (await bench.catalog()).code?.('public', 'f')?.reads.map(named)
    await client.query('ALTER EXTENSION plpgsql DROP FUNCTION f(); DROP FUNCTION f()')
    expect(reads).toEqual(['people.email'])
  })

  test('overloads together', async () => {
    const sql = `CREATE FUNCTION f() RETURNS text LANGUAGE sql AS 'SELECT max(email) FROM public.people';
      CREATE FUNCTION f(text) RETURNS void LANGUAGE sql AS 'INSERT INTO public.posts (title) VALUES ($1)'`
    expect(await code(sql)).toEqual({ reads: ['people.email'], writes: ['posts.title'], moves: [] })
  })

  test('one that calls itself', async () => {
    const sql = `CREATE FUNCTION f(text) RETURNS text LANGUAGE plpgsql AS
      'BEGIN INSERT INTO public.posts (title) SELECT email FROM public.people; RETURN f($1); END'`
    expect((await code(sql))?.moves).toEqual(['posts.title = people.email'])
  })

  test('one that hands on what it is given', async () => {
    const sql = `CREATE FUNCTION g(text) RETURNS void LANGUAGE sql AS 'INSERT INTO public.posts (title) VALUES ($1)';
      CREATE FUNCTION f(text) RETURNS void LANGUAGE plpgsql AS 'BEGIN PERFORM public.g($1); END'`
    expect(await code(sql)).toEqual({ reads: [], writes: ['posts.title'], moves: [] })
  })

  test('one that calls another by a text put together', async () => {
    const sql = `CREATE FUNCTION g() RETURNS text LANGUAGE sql AS 'SELECT max(email) FROM public.people';
      CREATE FUNCTION f(t text) RETURNS text LANGUAGE plpgsql AS
        $f$ DECLARE r text; BEGIN EXECUTE t || '.g()' INTO r; RETURN r; END $f$`
    expect(await code(sql)).toMatchObject({ reads: ['people.email'] })
  })

  test.each([['f'], ['g']])('two that call one another, %s asked for first', async (first) => {
    const sql = `CREATE FUNCTION f() RETURNS text LANGUAGE plpgsql AS
        'BEGIN PERFORM public.g(); RETURN (SELECT max(email) FROM public.people); END';
      CREATE FUNCTION g() RETURNS text LANGUAGE plpgsql AS
        'BEGIN INSERT INTO public.notes (said) VALUES (public.f()); RETURN NULL; END'`
    const found = await withMade(sql, (catalog) =>
      [first, 'f', 'g'].map((name) => [...new Set(catalog.code?.('public', name)?.moves.map(line))].sort()),
    )
    const all = ['notes.said ~ people.email']
    expect(found).toEqual([all, all, all])
  })
})

test('what changed between two readings counts, in a body, in what it calls and in its tables', async () => {
  await bench.client.query(`
    CREATE TABLE steps (a text, b text);
    CREATE FUNCTION inner_step() RETURNS text LANGUAGE sql AS 'SELECT max(email) FROM public.people';
    CREATE FUNCTION outer_step() RETURNS text LANGUAGE sql AS 'SELECT public.inner_step()';
    CREATE FUNCTION step() RETURNS trigger LANGUAGE plpgsql AS
      'BEGIN NEW.b := public.outer_step(); RETURN NEW; END';
    CREATE TRIGGER step BEFORE INSERT ON steps FOR EACH ROW EXECUTE FUNCTION step()`)
  const after = async (sql: string): Promise<readonly string[]> => {
    await bench.client.query(sql)
    bench.keeper.invalidate()
    return [...new Set(((await bench.catalog()).standing ?? []).map(line))].sort()
  }
  expect(await after('SELECT 1')).toEqual(['steps.b ~ people.email'])
  expect(await after('CREATE TABLE unrelated (a text)')).toEqual(['steps.b ~ people.email'])
  const other = `CREATE OR REPLACE FUNCTION inner_step() RETURNS text LANGUAGE sql AS 'SELECT max(said) FROM public.notes'`
  expect(await after(other)).toEqual(['steps.b ~ notes.said'])
  expect(await after('ALTER TABLE notes RENAME COLUMN said TO told')).toEqual([])
  expect(await after('ALTER TABLE notes RENAME COLUMN told TO said')).toEqual(['steps.b ~ notes.said'])
  const nearer = 'CREATE SCHEMA nearer; CREATE TABLE nearer.notes (said text)'
  expect(await after(nearer)).toEqual(['steps.b ~ notes.said'])
  const bare = `CREATE OR REPLACE FUNCTION inner_step() RETURNS text LANGUAGE sql SET search_path = nearer
    AS 'SELECT max(said) FROM notes'`
  const everywhere = ['steps.b ~ nearer.notes.said', 'steps.b ~ notes.said', 'steps.b ~ other.notes.said']
  expect(await after(bare)).toEqual(everywhere.sort())
  expect(await after('DROP TABLE nearer.notes')).toEqual([
    'steps.b ~ notes.said',
    'steps.b ~ other.notes.said',
  ])
  expect(await after('CREATE TABLE nearer.notes (said text)')).toEqual(everywhere.sort())
  await bench.client.query(
    'DROP TABLE steps; DROP FUNCTION step(), outer_step(), inner_step(); DROP SCHEMA nearer CASCADE',
  )
}, 60_000)
