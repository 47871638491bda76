import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeBind } from '@sluice/adapter-postgres/messages/bind'
import { encodeClose } from '@sluice/adapter-postgres/messages/close'
import { encodeDescribe } from '@sluice/adapter-postgres/messages/describe'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { filledGateway, rawSession } from '../harness/filled-gateway.ts'
import { execute, RawClient, run } from '../harness/raw-client.ts'

/** Two tables of one name: of the one an address is masked, the other is closed. */
const schema = `
CREATE TABLE people (id integer, email text, title text);
INSERT INTO people VALUES (1, 'ann@sentinel.example', 'Dr');
CREATE SCHEMA quiet;
CREATE TABLE quiet.people (id integer, email text, title text);
INSERT INTO quiet.people VALUES (1, 'quiet', 'quiet');
CREATE SCHEMA plain;
CREATE VIEW plain.card AS SELECT title FROM public.people;
CREATE TABLE notes (t text);
CREATE ROLE quiet;
GRANT USAGE ON SCHEMA quiet TO quiet;
GRANT SELECT ON ALL TABLES IN SCHEMA quiet, public TO quiet;
CREATE ROLE guest;
GRANT SELECT ON ALL TABLES IN SCHEMA quiet, public TO guest;
CREATE FUNCTION peek() RETURNS text LANGUAGE sql STABLE SET search_path = quiet AS 'SELECT title FROM people';
`
const policy = `
version: 1
rules:
  - { id: use, effect: allow }
  - { id: no-opaque, effect: deny, when: "statement.opaque != ''" }
  - id: closed
    effect: deny
    when: "statement.tables.exists(t, t.schema == 'quiet' && t.name == 'people')"
  - id: later
    effect: deny
    when: "statement.verb == 'select' && statement.tables.exists(t, t.schema == 'later')"
  - id: pii
    effect: mask
    columns: "column.schema == 'public' && column.table == 'people' && column.name == 'email'"
    with: redact
    unless: "principal.id == 'dora@example.com'"
`

const { gateway } = filledGateway(schema, { policy })
const { raw, logInAs } = rawSession(gateway)

const SENTINEL = /sentinel/i
const DENIED = 'ErrorResponse 42501'
const queries = (...sqls: string[]): Buffer => Buffer.concat(sqls.map((sql) => encodeQuery({ sql })))
const runs = (...sqls: string[]): Buffer => Buffer.concat(sqls.map((sql) => run(sql)))

/** Each way to send the same statements: what the last of them brings must not hang on it. */
const ways: readonly (readonly [string, (...sqls: string[]) => Promise<string[]>])[] = [
  [
    'one simple query after the other',
    async (...sqls) => {
      const lines: string[] = []
      for (const sql of sqls) lines.push(...(await raw().query(sql)))
      return lines
    },
  ],
  [
    'simple queries sent at once',
    async (...sqls) => {
      raw().send(queries(...sqls))
      return await raw().ready(sqls.length)
    },
  ],
  [
    'one pipeline',
    async (...sqls) => {
      raw().send(runs(...sqls), encodeSync())
      return await raw().ready()
    },
  ],
  [
    'one pipeline, a Sync behind each',
    async (...sqls) => {
      raw().send(...sqls.flatMap((sql) => [run(sql), encodeSync()]))
      return await raw().ready(sqls.length)
    },
  ],
]

test('DISCARD ALL takes back settings, temporary tables and prepared statements', async () => {
  await raw().query('CREATE TEMP TABLE people (title text)')
  await raw().query('PREPARE p AS SELECT title FROM quiet.people')
  await raw().query('SET search_path = quiet')
  await raw().query('DISCARD ALL')
  const lines = (await raw().query('SELECT title, email FROM people')).join()
  expect(lines).toContain('DataRow Dr|')
  expect(lines).not.toMatch(SENTINEL)
  expect((await raw().query('EXECUTE p')).join()).toContain('ErrorResponse')
})

describe.each(ways)('by %s', (_way, send) => {
  test('SET search_path decides which table is meant', async () => {
    expect(await send('SET search_path = quiet', 'SELECT title FROM people')).toContain(DENIED)
  })

  test('set_config does too', async () => {
    const lines = await send("SELECT set_config('search_path', 'quiet', false)", 'SELECT title FROM people')
    expect(lines).toContain(DENIED)
  })

  test.each([
    'SET ROLE quiet',
    'SET SESSION AUTHORIZATION quiet',
    "SELECT set_config('role', 'quiet', false)",
    "UPDATE pg_settings SET setting = 'quiet' WHERE name = 'role'",
  ])('%s leads to another schema of one’s own', async (become) => {
    expect(await send(become, 'SELECT title FROM people')).toContain(DENIED)
  })

  test.each(['RESET search_path', 'RESET ALL', 'SET search_path TO DEFAULT'])(
    '%s takes SET back',
    async (reset) => {
      const lines = await send('SET search_path = quiet', reset, 'SELECT title, email FROM people')
      expect(lines.join()).toContain('DataRow Dr|')
      expect(lines.join()).not.toMatch(SENTINEL)
    },
  )

  test('the search_path of a function is over when it is', async () => {
    const lines = await send('SELECT peek()', 'SELECT title, email FROM people')
    expect(lines.join()).toContain('DataRow Dr|')
    expect(lines.join()).not.toMatch(SENTINEL)
  })

  test('SET LOCAL ends with its transaction', async () => {
    const lines = await send(
      'BEGIN',
      'SET LOCAL search_path = quiet',
      'ROLLBACK',
      'SELECT title, email FROM people',
    )
    expect(lines.join()).toContain('DataRow Dr|')
    expect(lines.join()).not.toMatch(SENTINEL)
  })

  test('ROLLBACK TO takes a setting back', async () => {
    const lines = await send(
      'SET search_path = plain',
      'BEGIN',
      'SAVEPOINT s',
      'SET search_path = public',
      'ROLLBACK TO s',
      'SET search_path = quiet',
      'ROLLBACK TO s',
      'SELECT title FROM card',
      'COMMIT',
    )
    expect(lines).toContain('DataRow Dr')
  })

  test('a temporary table that hides a table is what is read', async () => {
    const lines = await send(
      'CREATE TEMP TABLE people (id integer, email text)',
      'INSERT INTO pg_temp.people VALUES (1, NULL)',
      'SELECT email FROM people',
      'DROP TABLE pg_temp.people',
      'SELECT email FROM people',
    )
    expect(lines.join()).not.toMatch(SENTINEL)
    expect(lines.filter((line) => line.startsWith('Error'))).toEqual([])
  })

  test('what DDL of a transaction made is masked, since nothing is known of it yet', async () => {
    const lines = await send(
      'BEGIN',
      'CREATE VIEW fresh AS SELECT email AS title FROM public.people',
      'SELECT title FROM fresh',
      'SELECT upper(title) FROM fresh',
      'ROLLBACK',
    )
    expect(lines.join()).not.toMatch(SENTINEL)
  })

  test('a table that the transaction uncovered is masked, though the catalog still has the one before it', async () => {
    await raw().query('CREATE TEMP TABLE people (id integer, email text, title text)')
    const lines = await send(
      'BEGIN',
      'DROP TABLE pg_temp.people',
      'SELECT upper(email) FROM people',
      'SELECT lower(email) FROM people',
      'ROLLBACK',
    )
    expect(lines.join()).not.toMatch(SENTINEL)
    expect(lines.join()).not.toMatch(/SENTINEL/)
    expect(lines.filter((line) => line.startsWith('Error'))).toEqual([])
    expect(await raw().query('SELECT title FROM public.people')).toContain('DataRow Dr')
  })

  test('what is masked gets no other name', async () => {
    const lines = await send(
      'BEGIN',
      'ALTER TABLE public.people RENAME COLUMN email TO other',
      'SELECT other FROM public.people',
      'ROLLBACK',
    )
    expect(lines).toContain(DENIED)
    expect(lines.join()).not.toMatch(SENTINEL)
  })

  test('standard_conforming_strings = off changes where a string ends', async () => {
    // With the setting off the backslash quotes the quote, and what follows it is part of the string.
    const tricky = `SELECT '\\' AS a, (SELECT email FROM people) AS b --' AS c`
    const lines = await send('SET standard_conforming_strings = off', tricky)
    expect(lines.join()).not.toMatch(SENTINEL)
    const other = `SELECT '\\'' || (SELECT email FROM people) || '\\'' AS b`
    expect((await send('SET standard_conforming_strings = off', other)).join()).not.toMatch(SENTINEL)
    const on = `SELECT '\\', email, '\\' FROM people`
    expect((await send('SET standard_conforming_strings = on', on)).join()).not.toMatch(SENTINEL)
  })
})

const TITLE = 'SELECT title FROM people'
const STEALS = `SELECT '\\' --' || (SELECT string_agg(email, ',') FROM public.people)`

/** A transaction that failed under the search path `quiet`, or that of the session; behind a savepoint, maybe. */
const failed: Readonly<Record<string, readonly string[]>> = {
  'with settings of the session': ['BEGIN', 'SELECT 1/0'],
  'with settings of its own': [
    'BEGIN',
    'SAVEPOINT s',
    'SET LOCAL search_path = plain',
    'SELECT title FROM card',
    'SELECT 1/0',
  ],
  'in a savepoint': ['BEGIN', 'SAVEPOINT s', 'SELECT 1/0'],
}

/** What ends it, or its failure; the database tells of that at the Sync alone. */
const ends = ['ROLLBACK', 'ROLLBACK TO s', 'COMMIT', 'ROLLBACK AND CHAIN', "PREPARE TRANSACTION 'x'"]

describe.each(Object.entries(failed))(
  'in one pipeline with the end of a failed transaction %s',
  (_name, begun) => {
    const fitting = ends.filter((end) => !end.includes(' s') || begun.includes('SAVEPOINT s'))

    test.each(fitting)('behind %s what was set counts', async (end) => {
      await prepare('p', TITLE)
      for (const sql of begun) await raw().query(sql)
      raw().send(runs(end, 'SET search_path = quiet', TITLE), encodeSync())
      expect(await raw().ready()).toContain(DENIED)
      await raw().query('ROLLBACK')
      for (const sql of begun) await raw().query(sql)
      raw().send(runs(end, 'SET search_path = quiet'), execute('p'), encodeSync())
      expect(await raw().ready()).toContain(DENIED)
    })

    test.each(fitting)('behind %s a string ends where the database ends it', async (end) => {
      for (const sql of begun) await raw().query(sql)
      raw().send(runs(end, 'SET standard_conforming_strings = off', STEALS), encodeSync())
      expect((await raw().ready()).join()).not.toMatch(SENTINEL)
    })

    test.each(fitting)('behind %s what was set in it counts no more', async (end) => {
      for (const sql of begun) await raw().query(sql)
      raw().send(runs(end, TITLE), encodeSync())
      expect(await raw().ready()).toContain('DataRow Dr')
    })
  },
)

const prepare = async (name: string, sql: string): Promise<void> => {
  raw().send(encodeParse({ name, sql, parameterTypes: [] }), encodeSync())
  expect(await raw().ready()).toEqual(['ParseComplete', 'ReadyForQuery I'])
}

describe('what was prepared is read again at Execute', () => {
  test('after SET search_path', async () => {
    await prepare('p', 'SELECT title FROM people')
    await raw().query('SET search_path = quiet')
    raw().send(execute('p'), encodeSync())
    expect(await raw().ready()).toContain(DENIED)
  })

  test('after another session’s CREATE OR REPLACE VIEW', async () => {
    await prepare('v', 'SELECT upper(title) FROM plain.card')
    raw().send(execute('v'), encodeSync())
    expect(await raw().ready()).toContain('DataRow DR')
    const other = await RawClient.login(gateway().connection('dora'))
    expect(
      await other.query('CREATE OR REPLACE VIEW plain.card AS SELECT email AS title FROM public.people'),
    ).toContain('CommandComplete CREATE VIEW')
    raw().send(execute('v'), encodeSync())
    expect((await raw().ready()).join()).not.toMatch(SENTINEL)
    await other.query('CREATE OR REPLACE VIEW plain.card AS SELECT title FROM public.people')
    other.close()
  })

  test('after ALTER TABLE renames columns', async () => {
    await raw().query('CREATE TABLE public.swap (a text, b text)')
    await raw().query("INSERT INTO public.swap SELECT 'plain', 'plain'")
    await prepare('s', 'SELECT a FROM public.swap')
    await raw().query('ALTER TABLE public.people RENAME TO people_then')
    await raw().query('ALTER TABLE public.swap RENAME TO people')
    await raw().query('ALTER TABLE public.people RENAME COLUMN a TO email')
    await raw().query("UPDATE public.people SET email = 'now sentinel' WHERE b = 'plain'")
    raw().send(execute('s'), encodeSync())
    expect((await raw().ready()).join()).not.toMatch(SENTINEL)
    await raw().query('DROP TABLE public.people')
    await raw().query('ALTER TABLE public.people_then RENAME TO people')
  })
})

/** What another session does, that leads the first to other tables, and how it takes that back. */
const leadsOff: readonly (readonly [readonly string[], string])[] = [
  [
    [
      'CREATE SCHEMA later AUTHORIZATION guest',
      'CREATE TABLE later.people (title text)',
      'GRANT SELECT ON later.people TO guest',
    ],
    'DROP SCHEMA later CASCADE',
  ],
  [
    ['BEGIN', 'CREATE SCHEMA later AUTHORIZATION guest CREATE TABLE people (title text)', 'COMMIT'],
    'DROP SCHEMA later CASCADE',
  ],
  [['GRANT USAGE ON SCHEMA quiet TO guest'], 'REVOKE USAGE ON SCHEMA quiet FROM guest'],
  [['BEGIN', 'GRANT USAGE ON SCHEMA quiet TO public', 'COMMIT'], 'REVOKE ALL ON SCHEMA quiet FROM public'],
  [['GRANT quiet TO guest'], 'REVOKE quiet FROM guest'],
  [['ALTER SCHEMA quiet OWNER TO guest'], 'REASSIGN OWNED BY guest TO CURRENT_USER'],
  [['ALTER ROLE guest SUPERUSER'], 'ALTER ROLE guest NOSUPERUSER'],
  [["DO 'BEGIN GRANT quiet TO guest; END'"], 'REVOKE quiet FROM guest'],
]

describe.each(leadsOff)('what another session does to a search path counts at once: %j', (led, back) => {
  let other: RawClient
  const lead = async (): Promise<void> => {
    for (const sql of led) expect((await other.query(sql)).join()).not.toContain('Error')
  }
  beforeEach(async () => {
    other = await RawClient.login(gateway().connection('dora'))
    await raw().query('SET ROLE guest')
    await raw().query('SET search_path = later, quiet, public')
  })
  afterEach(async () => {
    await other.query(back)
    other.close()
  })

  test('for what is sent then, and what was prepared, until it is taken back', async () => {
    await prepare('p', TITLE)
    raw().send(execute('p'), encodeSync())
    expect(await raw().ready()).toContain('DataRow Dr')
    await lead()
    raw().send(execute('p'), encodeSync())
    expect(await raw().ready()).toContain(DENIED)
    expect(await raw().query(TITLE)).toContain(DENIED)
    expect((await other.query(back)).join()).not.toContain('Error')
    expect(await raw().query(TITLE)).toContain('DataRow Dr')
  })

  test('in the midst of a transaction', async () => {
    await raw().query('BEGIN')
    expect(await raw().query(TITLE)).toContain('DataRow Dr')
    await lead()
    raw().send(run(TITLE), encodeSync())
    expect(await raw().ready()).toContain(DENIED)
  })
})

test('a question that cannot be put, since the pipeline failed meanwhile, hangs nothing', async () => {
  raw().send(
    run('SET search_path = public'),
    encodeDescribe({ target: 'portal', name: 'nowhere' }),
    run('SELECT title FROM people'),
    encodeSync(),
  )
  expect((await raw().ready()).slice(-2)).toEqual(['ErrorResponse 34000', 'ReadyForQuery I'])
  expect(await raw().query('SELECT title FROM people')).toContain('DataRow Dr')
})

const parse = (name: string, sql: string): Buffer => encodeParse({ name, sql, parameterTypes: [] }, 'latin1')
const bind = (name: string): Buffer =>
  Buffer.concat([
    encodeBind(
      { portal: '', statement: name, parameterFormats: [], values: [], resultFormats: [] },
      'latin1',
    ),
    encodeExecute({ portal: '', maxRows: 0 }),
  ])
const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

describe('names that the gateway may measure otherwise than the database', () => {
  test.each([
    ['SQL_ASCII', utf8('é'.repeat(20))],
    ['LATIN1', 'é'.repeat(40)],
    ['UTF8', utf8('é'.repeat(40))],
    ['WIN1252', '\x80'.repeat(30)],
    ['UTF8', 'x'.repeat(70)],
  ])('under client_encoding %s one statement is never taken for another', async (encoding, stem) => {
    await logInAs({ ...gateway().connection('ana'), parameters: { client_encoding: encoding } })
    const lines: string[] = []
    const send = async (...messages: Buffer[]): Promise<void> => {
      raw().send(...messages, encodeSync())
      lines.push(...(await raw().ready()))
    }
    const [a, b] = [`${stem}A`, `${stem}B`]
    const [plain, secret] = [
      'SELECT upper(title) FROM public.people',
      'SELECT upper(email) FROM public.people',
    ]
    await send(parse(b, secret))
    await send(parse(a, plain))
    await send(bind(b))
    await send(encodeClose({ target: 'statement', name: b }, 'latin1'))
    await send(parse(b, secret))
    await send(bind(a))
    await send(encodeClose({ target: 'statement', name: a }, 'latin1'))
    await send(parse(a, plain))
    await send(encodeClose({ target: 'statement', name: b }, 'latin1'))
    await send(parse(b, secret))
    await send(bind(a))
    expect(lines.join()).not.toMatch(SENTINEL)
  })

  test('nor when the encoding changes in between', async () => {
    const sql = async (text: string): Promise<string[]> => await raw().query(text)
    raw().send(parse(utf8('é'), 'SELECT upper(title) FROM public.people'), encodeSync())
    await raw().ready()
    await sql('SET client_encoding = SQL_ASCII')
    raw().send(encodeClose({ target: 'statement', name: utf8('é') }, 'latin1'), encodeSync())
    await raw().ready()
    raw().send(parse(utf8('é'), 'SELECT upper(email) FROM public.people'), encodeSync())
    await raw().ready()
    await sql('SET client_encoding = UTF8')
    raw().send(bind(utf8('é')), encodeSync())
    expect((await raw().ready()).join()).not.toMatch(SENTINEL)
  })

  test('nor by PREPARE and DECLARE', async () => {
    expect(await raw().query('PREPARE é AS SELECT upper(email) FROM public.people')).toContain(DENIED)
    await raw().query('BEGIN')
    const declared = await raw().query('DECLARE é CURSOR FOR SELECT upper(email) FROM public.people')
    expect(declared).toContain(DENIED)
  })
})

test('a prepared statement of a table that was made anew is masked as before', async () => {
  const dora = await RawClient.login(gateway().connection('dora'))
  await dora.query('CREATE TABLE remade AS SELECT title FROM people')
  const describe = encodeDescribe({ target: 'statement', name: 's' })
  const select = encodeParse({ name: 's', sql: 'SELECT title FROM remade', parameterTypes: [] })
  raw().send(select, describe, encodeSync(), execute('s'), encodeSync())
  expect(await raw().ready(2)).toContain('DataRow Dr')
  await dora.query('DROP TABLE remade')
  await dora.query('CREATE TABLE remade AS SELECT title FROM people')
  dora.close()
  for (let times = 0; times < 2; times += 1) {
    raw().send(execute('s'), encodeSync())
    expect(await raw().ready()).toContain('DataRow Dr')
  }
})
