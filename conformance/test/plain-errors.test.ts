import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection } from 'mysql2/promise'
import pg from 'pg'
import { filledGateway } from '../harness/filled-gateway.ts'
import { type FilledMariadb, mariadbWith } from '../harness/filled-server.ts'
import { allowAll, startGateway, type TestGateway } from '../harness/gateway.ts'

const masks = `${allowAll.replace('version: 1', 'version: 1\ninference: off')}
  - { id: names, effect: mask, with: redact, columns: "column.name == 'name'" }
`

const tables = `
CREATE TABLE people (id int PRIMARY KEY, name varchar(40));
INSERT INTO people VALUES (1, 'ana@example.com');
CREATE TABLE stamped (n int PRIMARY KEY, at timestamp NULL);
INSERT INTO stamped (n) VALUES (1);
CREATE VIEW stamped_view AS SELECT n FROM stamped;
CREATE TABLE stamps (n int, FOREIGN KEY (n) REFERENCES stamped (n));
INSERT INTO stamps VALUES (1);
`

const triggers = `
CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.at := 'epoch'; RETURN NEW; END $$;
CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON stamped FOR EACH ROW EXECUTE FUNCTION stamp();
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = TG_ARGV[0]; END $$;
CREATE FUNCTION refuse_coded() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no' USING ERRCODE = 'SH001'; END $$;
CREATE TABLE coded (n int); CREATE TRIGGER c BEFORE INSERT ON coded FOR EACH ROW EXECUTE FUNCTION refuse_coded();
CREATE TABLE counted (n int); CREATE TRIGGER c BEFORE INSERT ON counted FOR EACH ROW EXECUTE FUNCTION refuse('41111');
`

/** A language whose errors come without a context as far as a catalog tells, and tables that run a function in it, or none. */
const untraced = `
CREATE LANGUAGE other HANDLER plpgsql_call_handler;
CREATE FUNCTION silent(n int) RETURNS int IMMUTABLE LANGUAGE other AS 'BEGIN RETURN 1; END';
CREATE FUNCTION silently(n int, m int) RETURNS bool IMMUTABLE LANGUAGE other AS 'BEGIN RETURN n <> m; END';
CREATE FUNCTION calls(n int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT silent(n)';
CREATE FUNCTION silent_row() RETURNS trigger LANGUAGE other AS 'BEGIN RETURN NEW; END';
CREATE OPERATOR <~> (FUNCTION = silently, LEFTARG = int, RIGHTARG = int);
CREATE DOMAIN checked AS int CHECK (silent(VALUE) = 1);
CREATE DOMAIN short AS text CHECK (VALUE <> coalesce(current_setting('app.by', true), ''));
CREATE TYPE kind AS ENUM ('a', 'b');
CREATE TABLE made (n int PRIMARY KEY, s short, k kind DEFAULT lower('A')::kind, by text DEFAULT current_setting('app.by', true),
  words tsvector GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, 'some ' || n)) STORED, twice int GENERATED ALWAYS AS (n * 2) STORED);
CREATE TABLE by_default (n int PRIMARY KEY, m int DEFAULT silent(1));
CREATE TABLE by_calls (n int PRIMARY KEY, m int DEFAULT calls(1));
CREATE TABLE by_operator (n int PRIMARY KEY, m bool GENERATED ALWAYS AS (n <~> 2) STORED);
CREATE TABLE by_domain (n int PRIMARY KEY, m text DEFAULT ((random()::int)::checked)::text);
CREATE TABLE by_generated (n int PRIMARY KEY, m int GENERATED ALWAYS AS (silent(n)) STORED);
CREATE TABLE by_type (n int PRIMARY KEY, m checked[]);
CREATE TABLE by_trigger (n int PRIMARY KEY, by text DEFAULT current_setting('app.by', true));
CREATE TRIGGER s BEFORE INSERT ON by_trigger FOR EACH ROW EXECUTE FUNCTION silent_row();
${['made', 'by_default', 'by_calls', 'by_operator', 'by_domain', 'by_generated', 'by_type', 'by_trigger'].map((table) => `INSERT INTO ${table} (n) VALUES (1);`).join('\n')}
`

const errors = [
  'INSERT INTO stamped (n) VALUES (1)',
  'INSERT INTO stamped (n) VALUES (NULL)',
  'INSERT INTO stamped_view (n) VALUES (1)',
  'INSERT INTO stamps VALUES (7)',
  'UPDATE stamped SET nowhere = 1',
  'UPDATE stamped SET n = 2',
  'DELETE FROM stamped WHERE n = 1',
  'DELETE FROM nowhere',
]

/** What drivers make exceptions of. */
const shown = async (asked: Promise<unknown>): Promise<Record<string, unknown>> => {
  const error = await asked.then(
    () => new Error('it runs'),
    (thrown: Error) => thrown,
  )
  const { message, ...rest } = error as Error & Record<string, unknown>
  const { stack: _stack, sql: _sql, file: _file, line: _line, routine: _routine, ...fields } = rest
  return { message, ...fields }
}

/** What the database itself answers, and what comes through the gateway. */
const bothSides = (sql: string) => {
  let direct: pg.Client
  let through: pg.Client
  // In front of the gateway's end.
  afterAll(async () => {
    await direct?.end()
    await through?.end()
  })
  const { server, gateway } = filledGateway(sql, { policy: masks })
  beforeAll(async () => {
    direct = new pg.Client(server().connectionString('postgres'))
    through = new pg.Client(gateway().connection('dora'))
    await direct.connect()
    await through.connect()
  })
  return {
    through: () => through,
    asked: (text: string, values: readonly string[] = []) =>
      Promise.all([direct, through].map((client) => shown(client.query(text, [...values])))),
  }
}

describe('an error of tables without masked columns is as the database gave it, also to whom names are masked: PostgreSQL', () => {
  const { asked } = bothSides(`${tables}${triggers}`)

  test.each([
    ...errors,
    'UPDATE stamped SET n = n / (n - 1)',
    "UPDATE stamped SET n = 'x'",
    'SET TRANSACTION READ ONLY; UPDATE stamped SET n = 1',
  ])('%s', async (sql) => {
    const [direct, through] = await asked(sql)
    expect(direct).toHaveProperty('code')
    expect(through).toEqual(direct)
  })

  test('a value that its column does not take', async () => {
    const [direct, through] = await asked('INSERT INTO stamped (n) VALUES ($1)', ['x'])
    expect(direct).toMatchObject({ code: '22P02' })
    expect(through).toEqual(direct)
  })

  test('a position in a masked value is not told', async () => {
    const [direct, through] = await asked('SELECT name::regtype FROM people')
    expect(direct).toMatchObject({ code: '42601', position: '4' })
    expect(through).toMatchObject({ code: '42601', message: expect.stringContaining('withheld') })
    expect(through).toMatchObject({ position: undefined })
  })

  test('a code that stands in a function is kept, of one that does not it is not told whether it is a value', async () => {
    const [direct, through] = await asked('INSERT INTO coded VALUES (1)')
    expect(direct).toMatchObject({ code: 'SH001', message: 'no' })
    expect(through).toMatchObject({ code: 'SH001', message: expect.stringContaining('withheld') })
    const [, counted] = await asked('INSERT INTO counted VALUES (1)')
    expect(counted).toMatchObject({ code: 'P0001' })
  })
})

describe('where some function is in a language whose errors have no context: PostgreSQL', () => {
  const { asked, through: client } = bothSides(`${tables}${untraced}`)

  test("an error of a table that runs none of the users' functions is as the database gave it", async () => {
    const [direct, through] = await asked('INSERT INTO made (n) VALUES (1)')
    expect(direct).toMatchObject({ code: '23505', constraint: 'made_pkey' })
    expect(through).toEqual(direct)
  })

  test.each(['by_default', 'by_calls', 'by_operator', 'by_domain', 'by_generated', 'by_type', 'by_trigger'])(
    'an error of a table that may run one is withheld: %s',
    async (table) => {
      const [direct, through] = await asked(`INSERT INTO ${table} (n) VALUES (1)`)
      expect(direct).toMatchObject({ code: '23505', constraint: `${table}_pkey` })
      expect(through).toMatchObject({ code: '23505', message: expect.stringContaining('withheld') })
      expect(through).toMatchObject({ constraint: undefined })
    },
  )

  test('an error of a table that is not known yet is withheld', async () => {
    await client().query('BEGIN')
    await client().query('CREATE TABLE fresh (n int PRIMARY KEY)')
    await client().query('INSERT INTO fresh VALUES (1)')
    const through = await shown(client().query('INSERT INTO fresh VALUES (1)'))
    await client().query('ROLLBACK')
    expect(through).toMatchObject({ code: '23505', message: expect.stringContaining('withheld') })
    expect(through).toMatchObject({ constraint: undefined })
  })
})

const mariadb = hasMariadb ? describe : describe.skip

mariadb('an error of tables without masked columns is as the database gave it: MariaDB', () => {
  let server: FilledMariadb
  let gateway: TestGateway
  const clients: Connection[] = []

  beforeAll(async () => {
    server = await mariadbWith(
      `${tables} CREATE TRIGGER stamp BEFORE INSERT ON stamped FOR EACH ROW SET NEW.at = now();
       CREATE TRIGGER again BEFORE UPDATE ON stamped FOR EACH ROW SET NEW.at = now();
       CREATE TABLE numbered (n int);
       CREATE TRIGGER numbers BEFORE INSERT ON numbered FOR EACH ROW
         BEGIN DECLARE m int DEFAULT NEW.n; SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = m; END;
       CREATE TABLE constant (n int);
       CREATE TRIGGER constants BEFORE INSERT ON constant FOR EACH ROW SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 30001;`,
    )
    gateway = await startGateway({ upstream: server, system: 'mariadb', database: 'shop', policy: masks })
    clients.push(
      await createConnection({ socketPath: server.socket, user: 'root', database: 'shop' }),
      await createConnection(gateway.connection('dora')),
    )
  }, 120_000)

  afterAll(async () => {
    for (const client of clients) await client.end()
    await gateway?.close()
    await server?.stop()
  })

  const numbers = (sql: string) =>
    Promise.all(clients.map(async (client) => (await shown(client.query(sql)))['errno']))

  test.each(errors)('%s', async (sql) => {
    const [direct, through] = await Promise.all(clients.map((client) => shown(client.query(sql))))
    expect(direct).toHaveProperty('errno')
    expect(through).toEqual(direct)
  })
  test('a number that stands in a trigger is kept, of one that does not it is not told whether it is a value', async () => {
    expect(await numbers('INSERT INTO constant VALUES (1)')).toEqual([30_001, 30_001])
    expect(await numbers('INSERT INTO numbered VALUES (4111)')).toEqual([4111, 1644])
    expect(await numbers('INSERT INTO numbered VALUES (1062)')).toEqual([1062, 1062])
  })
})
