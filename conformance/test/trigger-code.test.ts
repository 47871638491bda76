import { afterEach, describe, expect, test } from '@jest/globals'
import { clientSession, filledGateway } from '../harness/filled-gateway.ts'
import { allowAll } from '../harness/gateway.ts'

/** Whatever is not masked may be done, so that nothing is refused by another rule. */
const policy = `${allowAll}  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact }
`

const STAMP = `CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger AS $$ BEGIN NEW.updated_at = now(); RETURN NEW; END; $$ LANGUAGE plpgsql`
const TRIGGER = 'CREATE TRIGGER touch BEFORE UPDATE ON people FOR EACH ROW EXECUTE FUNCTION set_updated_at()'
const REFUSED = { code: '42501', message: expect.stringMatching(/sluice:(?:masked-flow|inference)/) }

const { gateway, direct } = filledGateway(
  `
CREATE TABLE people (id int PRIMARY KEY, email text, score int, note text, updated_at timestamptz);
INSERT INTO people VALUES (1, 'rosebud', 1), (2, 'xanadu', 2);
CREATE TABLE notes (id int, body text);
CREATE FUNCTION audits() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO notes VALUES (NEW.id, NEW.email); RETURN NEW; END';
CREATE FUNCTION told() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE SCHEMA staff;
CREATE FUNCTION staff.keeps() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := NEW.email; RETURN NEW; END';
CREATE SCHEMA mine;
`,
  { policy, principals: { rita: { groups: ['admins'] } } },
)

const rita = clientSession(gateway, 'rita')

afterEach(async () => {
  await direct().query('DROP TRIGGER IF EXISTS touch ON people; DROP FUNCTION IF EXISTS set_updated_at()')
})

const isTouched = async (): Promise<boolean> => {
  await direct().query('UPDATE people SET updated_at = NULL')
  await rita().query('UPDATE people SET score = score + 1 WHERE id = 1')
  const { rows } = await direct().query('SELECT updated_at IS NOT NULL AS touched FROM people WHERE id = 1')
  return rows[0].touched
}

describe('to whom something is masked, a trigger may be made that only stamps rows:', () => {
  test.each([
    ['one by one', [STAMP, TRIGGER]],
    ['in a transaction', ['BEGIN', STAMP, TRIGGER, 'COMMIT']],
    ['in one text', [`${STAMP}; ${TRIGGER}`]],
    ['anew', [STAMP, TRIGGER, `${STAMP}; ${TRIGGER.replace('CREATE', 'CREATE OR REPLACE')}`]],
    ['by the name of its schema', [STAMP, TRIGGER.replace('set_updated', 'public.set_updated')]],
  ])('%s', async (_, texts) => {
    for (const text of texts) await rita().query(text)
    expect(await isTouched()).toBe(true)
  })

  test('with the table, and a row in it', async () => {
    await rita().query('BEGIN')
    await rita().query('CREATE TABLE job (id int, updated_at timestamptz)')
    await rita().query(STAMP)
    await rita().query(TRIGGER.replace('people', 'job'))
    await rita().query('INSERT INTO job VALUES (1, NULL)')
    await rita().query('UPDATE job SET id = 2 WHERE id = 1')
    await rita().query('COMMIT')
    const { rows } = await rita().query('SELECT id, updated_at IS NOT NULL AS touched FROM job')
    expect(rows).toEqual([{ id: 2, touched: true }])
    await rita().query('DROP TABLE job')
  })

  test.each([
    ['the time as it is elsewhere', "NEW.updated_at := (now() AT TIME ZONE 'utc')::timestamptz; RETURN NEW;"],
    [
      'by what it is called for',
      "IF TG_OP = 'UPDATE' THEN NEW.updated_at := CURRENT_TIMESTAMP; END IF; RETURN NEW;",
    ],
    ['by its argument', 'NEW.note := TG_ARGV[0]; NEW.updated_at := clock_timestamp(); RETURN NEW;'],
    ['that says so', "RAISE NOTICE 'touched %', TG_TABLE_NAME; NEW.updated_at := now(); RETURN NEW;"],
  ])('%s', async (_, body) => {
    await rita().query(
      `CREATE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS $$ BEGIN ${body} END $$`,
    )
    await rita().query(TRIGGER)
    expect(await isTouched()).toBe(true)
  })

  test('or refuses them', async () => {
    await rita().query(STAMP.replace('NEW.updated_at = now()', "RAISE EXCEPTION 'closed'"))
    await rita().query(TRIGGER)
    await expect(rita().query('UPDATE people SET score = 1 WHERE id = 1')).rejects.toMatchObject({
      code: 'P0001',
    })
  })
})

describe('INVARIANT (no-unproven-column): refused is', () => {
  test.each([
    ['what copies a value', 'NEW.note := NEW.email; RETURN NEW;'],
    ['what copies the one before', 'NEW.note := OLD.email; RETURN NEW;'],
    ['what asks for a value', "IF NEW.email LIKE 'r%' THEN NEW.note := 'r'; END IF; RETURN NEW;"],
    ['what asks whether it changes', 'IF NEW IS DISTINCT FROM OLD THEN NEW.note := 1; END IF; RETURN NEW;'],
    ['what reads a table', 'NEW.note := (SELECT email FROM people WHERE id = 1); RETURN NEW;'],
    ['what reads into a column', 'SELECT email INTO NEW.note FROM people WHERE id = 1; RETURN NEW;'],
    ['what writes a table', 'INSERT INTO notes VALUES (1, NEW.email); RETURN NEW;'],
    ['what returns another row', 'SELECT p.* INTO NEW FROM people p WHERE id = 2; RETURN NEW;'],
    ['what says a value', "RAISE NOTICE '%', NEW.email; RETURN NEW;"],
    ['what says a value by an option', "RAISE EXCEPTION 'x' USING DETAIL = OLD.email;"],
    ['what notifies', "PERFORM pg_notify('c', NEW.email); RETURN NEW;"],
    ['what runs a text', "EXECUTE 'INSERT INTO notes SELECT id, email FROM people'; RETURN NEW;"],
    ['what reads a setting', "NEW.note := current_setting('a.b'); RETURN NEW;"],
    ['what calls another', 'NEW.note := told(); RETURN NEW;'],
    ['what says what ran', 'GET DIAGNOSTICS NEW.note = PG_CONTEXT; RETURN NEW;'],
    [
      'what says what ran by a variable',
      'GET DIAGNOSTICS TG_OP = PG_CONTEXT; NEW.note := TG_OP; RETURN NEW;',
    ],
    [
      'what says how it failed',
      'BEGIN NEW.updated_at := now(); EXCEPTION WHEN OTHERS THEN NEW.note := SQLERRM; END; RETURN NEW;',
    ],
    [
      'what hides a value in a variable',
      'DECLARE tg_op text := OLD.email; BEGIN NEW.note := tg_op; RETURN NEW; END;',
    ],
    ['what has a row', 'DECLARE r people; BEGIN r := OLD; NEW.note := r.email; RETURN NEW; END;'],
  ])('%s', async (_, body) => {
    const text = `CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN ${body} END $$`
    await direct().query(`BEGIN; ${text}; ROLLBACK`)
    await expect(rita().query(text)).rejects.toMatchObject(REFUSED)
    await rita().query('BEGIN')
    await rita().query(STAMP)
    await expect(rita().query(text)).rejects.toMatchObject(REFUSED)
    await rita().query('ROLLBACK')
  })

  test('a function with arguments, of another language, or that is no trigger’s', async () => {
    for (const text of [
      "CREATE FUNCTION evil(v text) RETURNS int LANGUAGE plpgsql AS 'BEGIN RETURN 1 / position($a$a$a$ IN v); END'",
      "CREATE FUNCTION evil(v text) RETURNS text LANGUAGE sql AS 'SELECT v'",
      "CREATE PROCEDURE evil() LANGUAGE plpgsql AS 'BEGIN NULL; END'",
      STAMP.replace('AS $$', "SET session_replication_role = 'replica' AS $$"),
    ])
      await expect(rita().query(text)).rejects.toMatchObject(REFUSED)
  })

  const touchBy = (name: string): string => TRIGGER.replace('set_updated_at()', name)

  test.each([
    ['a trigger that calls what others made', touchBy('audits()')],
    [
      'one that moves values by the system’s own',
      touchBy("tsvector_update_trigger('note', 'english', 'email')"),
    ],
    ['one that skips what is equal', touchBy('suppress_redundant_updates_trigger()')],
    ['one that asks for a value', TRIGGER.replace('EXECUTE', "WHEN (NEW.email LIKE 'r%') EXECUTE")],
    [
      'one that asks whether it changes',
      TRIGGER.replace('EXECUTE', 'WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE'),
    ],
    ['one of a function that is not there', touchBy('nothing()')],
  ])('%s', async (_, text) => {
    await rita().query(STAMP)
    await expect(rita().query(text)).rejects.toMatchObject(REFUSED)
    await rita().query('BEGIN')
    await rita().query(STAMP)
    await expect(rita().query(text)).rejects.toMatchObject(REFUSED)
    await rita().query('ROLLBACK')
  })

  test('a trigger that a name leads elsewhere than it did', async () => {
    await direct().query(STAMP.replace('set_updated_at', 'mine.keeps'))
    await expect(rita().query(touchBy('staff.keeps()'))).rejects.toMatchObject(REFUSED)
    for (const path of ['mine, staff', 'staff, mine']) {
      await rita().query(`SET search_path = ${path}, public`)
      await expect(rita().query(touchBy('keeps()'))).rejects.toMatchObject(REFUSED)
    }
    await rita().query('SET search_path = mine, public')
    for (const first of [
      ['ALTER SCHEMA mine RENAME TO other', 'ALTER SCHEMA staff RENAME TO mine'],
      ['DROP FUNCTION mine.keeps()', 'ALTER SCHEMA staff RENAME TO other'],
    ]) {
      for (const name of ['keeps()', 'mine.keeps()', 'other.keeps()']) {
        await rita().query('BEGIN')
        for (const text of first) await rita().query(text)
        await expect(rita().query(touchBy(name))).rejects.toMatchObject(REFUSED)
        await rita().query('ROLLBACK')
      }
    }
    await direct().query('DROP FUNCTION mine.keeps()')
  })

  test('a function of the name of one that code of others may call', async () => {
    for (const name of ['mine.audits', 'mine.told', 'mine.now'])
      await expect(rita().query(STAMP.replace('set_updated_at', name))).rejects.toMatchObject(REFUSED)
    await rita().query(STAMP)
    await rita().query(STAMP.replace('set_updated_at', 'mine.set_updated_at'))
  })

  test('to change what a function of others does, and the name of one', async () => {
    await rita().query(STAMP)
    await expect(rita().query('ALTER FUNCTION audits() RENAME TO keeps')).rejects.toMatchObject(REFUSED)
    await expect(rita().query('ALTER FUNCTION set_updated_at() RENAME TO keeps')).rejects.toMatchObject(
      REFUSED,
    )
  })

  test('a trigger whose function became another past the gateway', async () => {
    await rita().query(STAMP)
    await direct().query(
      "CREATE OR REPLACE FUNCTION set_updated_at() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.note := NEW.email; RETURN NEW; END'",
    )
    await rita().query('CREATE TABLE seen (id int)')
    await expect(rita().query(TRIGGER)).rejects.toMatchObject(REFUSED)
    await rita().query('DROP TABLE seen')
  })
})

test('the functions that the server has for triggers itself are known', async () => {
  const { rows } = await direct().query(
    `SELECT proname FROM pg_proc WHERE prorettype = 'trigger'::regtype AND pronargs = 0 AND oid < 16384 ORDER BY 1`,
  )
  await rita().query('BEGIN')
  for (const { proname } of rows) {
    const made = STAMP.replace('set_updated_at', `public."${proname}"`)
    await rita().query('SAVEPOINT s')
    await rita().query(made)
    await expect(rita().query(TRIGGER.replace('set_updated_at()', `"${proname}"()`))).rejects.toMatchObject(
      REFUSED,
    )
    await rita().query('ROLLBACK TO s')
  }
  await rita().query('ROLLBACK')
  expect(rows.length).toBeGreaterThan(10)
})
