import { describe, expect, test } from '@jest/globals'
import { clientSession, filledGateway } from '../harness/filled-gateway.ts'
import { allowAll } from '../harness/gateway.ts'

/** Whatever is not masked may be done, so that nothing is refused by another rule. */
const policy = `${allowAll}  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact }
`

const { gateway, direct } = filledGateway(
  `
CREATE TABLE people (id int PRIMARY KEY, email text, score int);
INSERT INTO people VALUES (1, 'rosebud', 1), (2, 'xanadu', 2);
CREATE TABLE item (id int PRIMARY KEY, title text, parent int);
INSERT INTO item VALUES (1, 'one', NULL), (2, 'two', 1);
CREATE TABLE notes (id int, body text);
CREATE VIEW seen AS SELECT id, email AS plain FROM people;
CREATE FUNCTION told(which int) RETURNS text LANGUAGE sql STABLE AS 'SELECT email FROM people WHERE id = which';
CREATE PROCEDURE gives(which int, INOUT v text) LANGUAGE plpgsql AS 'BEGIN SELECT email INTO v FROM people WHERE id = which; END';
`,
  { policy, principals: { rita: { groups: ['admins'] } } },
)

const rita = clientSession(gateway, 'rita')

describe('to whom something is masked, a block of code runs that has nothing to do with it:', () => {
  const FOREIGN_KEY = `DO $$ BEGIN ALTER TABLE "item" ADD CONSTRAINT "item_parent" FOREIGN KEY ("parent") REFERENCES "public"."item"("id")
    ON DELETE no action; EXCEPTION WHEN duplicate_object THEN null; END $$`

  test.each([
    [
      'a type that may be there',
      "CREATE TYPE mood AS ENUM ('a'); EXCEPTION WHEN duplicate_object THEN null",
      'SELECT 1 FROM pg_type WHERE typname = $1',
      'mood',
    ],
    [
      'a column that the catalog is asked for',
      "IF NOT EXISTS (SELECT FROM information_schema.columns WHERE table_name = 'item' AND column_name = 'extra') THEN ALTER TABLE item ADD COLUMN extra text; END IF",
      'SELECT 1 FROM pg_attribute WHERE attname = $1',
      'extra',
    ],
    [
      'a type of a column',
      "IF (SELECT data_type FROM information_schema.columns WHERE table_name = 'notes' AND column_name = 'id') <> 'bigint' THEN ALTER TABLE notes ALTER COLUMN id TYPE bigint; END IF",
      "SELECT 1 FROM pg_attribute WHERE attrelid = 'notes'::regclass AND atttypid = $1::regtype",
      'bigint',
    ],
    [
      'a role',
      "IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN CREATE ROLE reader NOLOGIN; END IF",
      'SELECT 1 FROM pg_roles WHERE rolname = $1',
      'reader',
    ],
    [
      'a constant that EXECUTE runs',
      "EXECUTE 'CREATE INDEX item_title ON item (title)'",
      'SELECT 1 FROM pg_class WHERE relname = $1',
      'item_title',
    ],
    [
      'what an error says of a table without masks',
      "ALTER TABLE item ADD COLUMN another text; EXCEPTION WHEN OTHERS THEN RAISE NOTICE '%', SQLERRM",
      'SELECT 1 FROM pg_attribute WHERE attname = $1',
      'another',
    ],
    [
      'variables that hold what is not masked',
      "DECLARE r record; n int := 0; BEGIN FOR r IN SELECT id, title FROM item WHERE id = 2 LOOP n := n + r.id; INSERT INTO notes VALUES (n, r.title || 'x'); END LOOP; END",
      'SELECT 1 FROM notes WHERE id = 2 AND body = $1',
      'twox',
    ],
    [
      'rows of a table beside its masked columns',
      'DECLARE r record; BEGIN FOR r IN SELECT id FROM people WHERE score > 1 LOOP UPDATE people SET score = 7 WHERE id = r.id; END LOOP; END',
      'SELECT 1 FROM people WHERE id = 2 AND score = $1',
      '7',
    ],
  ])('%s', async (_, body, question, value) => {
    const { rowCount } = await direct().query(question, [value])
    expect(rowCount).toBe(0)
    await rita().query(`DO $$ BEGIN ${body}; END $$`)
    expect((await direct().query(question, [value])).rowCount).toBe(1)
  })

  test('in a transaction and in a text that makes tables', async () => {
    await rita().query('BEGIN')
    await rita().query('CREATE TABLE job (id int PRIMARY KEY, item_id int)')
    await rita().query(
      FOREIGN_KEY.replaceAll('item_parent', 'job_item')
        .replace('"item"', '"job"')
        .replace('("parent")', '("item_id")'),
    )
    await rita().query('DO $$ BEGIN INSERT INTO job VALUES (1, 2); END $$')
    await rita().query('COMMIT')
    await rita().query(
      `CREATE TABLE task (id int); ${FOREIGN_KEY}; ${FOREIGN_KEY}; CREATE TABLE more (id int)`,
    )
    const { rows } = await direct().query("SELECT conname FROM pg_constraint WHERE contype = 'f' ORDER BY 1")
    expect(rows.map(({ conname }) => conname)).toEqual(['item_parent', 'job_item'])
    await rita().query('DROP TABLE job, task, more')
  })
})

describe('INVARIANT (no-unproven-column): refused is a block that could bring a masked value anywhere:', () => {
  const EMAIL = '(SELECT email FROM people WHERE id = 1)'

  test.each([
    ['says it', `BEGIN RAISE NOTICE '%', ${EMAIL}; END`],
    [
      'fails with it',
      `BEGIN RAISE EXCEPTION 'x' USING DETAIL = ${EMAIL}; EXCEPTION WHEN OTHERS THEN NULL; END`,
    ],
    [
      'puts it by a variable',
      `DECLARE v text; BEGIN SELECT email INTO v FROM people WHERE id = 1; INSERT INTO notes VALUES (1, v); END`,
    ],
    ['declares it', `DECLARE v people.email%TYPE := ${EMAIL}; BEGIN INSERT INTO notes VALUES (1, v); END`],
    [
      'by a row',
      `DECLARE r record; BEGIN SELECT * INTO r FROM people WHERE id = 1; INSERT INTO notes VALUES (1, r.email); END`,
    ],
    [
      'by a row as a whole',
      `DECLARE r record; BEGIN SELECT people INTO r FROM people WHERE id = 1; INSERT INTO notes VALUES (1, r::text); END`,
    ],
    [
      'by a loop',
      `DECLARE r record; BEGIN FOR r IN SELECT p.* FROM people p WHERE id = 1 LOOP INSERT INTO notes VALUES (1, r.email); END LOOP; END`,
    ],
    ['by an array', `DECLARE a text[]; BEGIN a[1] := ${EMAIL}; INSERT INTO notes VALUES (1, a[1]); END`],
    [
      'by a constant of EXECUTE',
      `DECLARE v text; BEGIN EXECUTE 'SELECT email FROM people WHERE id = 1' INTO v; INSERT INTO notes VALUES (1, v); END`,
    ],
    ['given to EXECUTE', `BEGIN EXECUTE 'INSERT INTO notes VALUES (1, $1)' USING ${EMAIL}; END`],
    [
      'put together for EXECUTE',
      `DECLARE c text := 'email'; v text; BEGIN EXECUTE 'SELECT ' || c || ' FROM people WHERE id = 1' INTO v; END`,
    ],
    [
      'by RETURNING',
      `DECLARE v text; BEGIN UPDATE people SET score = 1 WHERE id = 1 RETURNING email INTO v; INSERT INTO notes VALUES (1, v); END`,
    ],
    [
      'by a cursor',
      `DECLARE c CURSOR FOR SELECT email FROM people WHERE id = 1; v text; BEGIN OPEN c; FETCH c INTO v; INSERT INTO notes VALUES (1, v); END`,
    ],
    [
      'by a view',
      `DECLARE v text; BEGIN SELECT plain INTO v FROM seen WHERE id = 1; INSERT INTO notes VALUES (1, v); END`,
    ],
    ['by a function', `DECLARE v text; BEGIN v := told(1); INSERT INTO notes VALUES (1, v); END`],
    ['by a procedure', `DECLARE v text; BEGIN CALL gives(1, v); INSERT INTO notes VALUES (1, v); END`],
    [
      'by the text of an error',
      `BEGIN PERFORM ${EMAIL}::int; EXCEPTION WHEN OTHERS THEN INSERT INTO notes VALUES (1, SQLERRM); END`,
    ],
    [
      'by the detail of an error',
      `DECLARE v text; BEGIN UPDATE people SET id = NULL WHERE id = 1; EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS v = PG_EXCEPTION_DETAIL; INSERT INTO notes VALUES (1, v); END`,
    ],
    [
      'by that of a definition',
      `DECLARE v text; BEGIN ALTER TABLE people ADD CHECK (id > 5); EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS v = PG_EXCEPTION_DETAIL; INSERT INTO notes VALUES (1, v); END`,
    ],
    [
      'by that of a unique index',
      `DECLARE v text; BEGIN UPDATE people SET score = 3 WHERE id < 3; CREATE UNIQUE INDEX i ON people (score); EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS v = PG_EXCEPTION_DETAIL; INSERT INTO notes VALUES (1, v); END`,
    ],
    ['by a branch', `BEGIN IF ${EMAIL} LIKE 'r%' THEN INSERT INTO notes VALUES (1, 'r'); END IF; END`],
    [
      'by a branch of CASE',
      `BEGIN CASE WHEN EXISTS (SELECT 1 FROM people WHERE email > 'm') THEN INSERT INTO notes VALUES (1, 'r'); ELSE NULL; END CASE; END`,
    ],
    [
      'by failing',
      `BEGIN ASSERT ${EMAIL} > 'm'; EXCEPTION WHEN OTHERS THEN INSERT INTO notes VALUES (1, 'r'); END`,
    ],
    [
      'by FOUND',
      `BEGIN PERFORM 1 FROM people WHERE email LIKE 'r%'; IF FOUND THEN INSERT INTO notes VALUES (1, 'r'); END IF; END`,
    ],
    [
      'by how many rows',
      `DECLARE n int; BEGIN UPDATE people SET score = 1 WHERE email LIKE 'r%'; GET DIAGNOSTICS n = ROW_COUNT; INSERT INTO notes VALUES (n, 'r'); END`,
    ],
    ['by STRICT', `DECLARE v int; BEGIN SELECT id INTO STRICT v FROM people WHERE email LIKE 'r%'; END`],
    ['by a payload', `BEGIN PERFORM pg_notify('c', ${EMAIL}); END`],
    ['by a setting', `BEGIN PERFORM set_config('a.b', ${EMAIL}, false); END`],
    [
      'by a text that is a query',
      `DECLARE v text; BEGIN v := query_to_xml('SELECT email FROM people WHERE id = 1', true, true, '')::text; INSERT INTO notes VALUES (1, v); END`,
    ],
    [
      'by statistics',
      `DECLARE v text; BEGIN SELECT histogram_bounds::text INTO v FROM pg_stats WHERE tablename = 'people' AND attname = 'email'; INSERT INTO notes VALUES (1, v); END`,
    ],
    [
      'in a block inside',
      `BEGIN EXECUTE 'DO ''DECLARE v text; BEGIN SELECT email INTO v FROM people WHERE id = 1; INSERT INTO notes VALUES (1, v); END'''; END`,
    ],
    [
      'under another name',
      `DECLARE v text; BEGIN ALTER TABLE people RENAME COLUMN email TO plain; SELECT plain INTO v FROM people WHERE id = 1; INSERT INTO notes VALUES (1, v); END`,
    ],
    [
      'of a table under another name',
      `DECLARE v text; BEGIN ALTER TABLE people RENAME TO folk; SELECT email INTO v FROM folk WHERE id = 1; INSERT INTO notes VALUES (1, v); END`,
    ],
    [
      'by a table of its own',
      `DECLARE v text; BEGIN CREATE TEMP TABLE t AS SELECT email AS x FROM people WHERE id = 1; SELECT x INTO v FROM t WHERE true; INSERT INTO notes VALUES (1, v); END`,
    ],
    [
      'where a name is a column first',
      `#variable_conflict use_column\nDECLARE plain text; BEGIN ALTER TABLE people ADD COLUMN plain text; UPDATE people SET plain = email WHERE id = 1; INSERT INTO notes SELECT 1, plain FROM people WHERE id = 1; END`,
    ],
  ])('%s', async (_, body) => {
    await direct().query('BEGIN')
    await direct().query(`DO $block$ ${body} $block$`)
    await direct().query('ROLLBACK')
    const before = await direct().query('SELECT * FROM notes')
    for (const first of [undefined, 'CREATE TABLE other (id int)']) {
      await rita().query('BEGIN')
      if (first) await rita().query(first)
      await expect(rita().query(`DO $block$ ${body} $block$`)).rejects.toMatchObject({
        code: '42501',
        message: expect.stringMatching(/sluice:(?:masked-flow|inference)/),
      })
      await rita().query('ROLLBACK')
    }
    expect((await direct().query('SELECT * FROM notes')).rows).toEqual(before.rows)
  })

  test('by a cursor of the session, and says what to do', async () => {
    await rita().query('BEGIN')
    await rita().query('DECLARE c CURSOR FOR SELECT email FROM people')
    const fetches = rita().query(
      "DO $$ DECLARE v text; c refcursor := 'c'; BEGIN FETCH c INTO v; INSERT INTO notes VALUES (1, v); END $$",
    )
    await expect(fetches).rejects.toMatchObject({
      code: '42501',
      hint: expect.stringContaining('texts that EXECUTE runs'),
    })
    await rita().query('ROLLBACK')
  })
})
