import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeBind } from '@sluice/adapter-postgres/messages/bind'
import { encodeDescribe } from '@sluice/adapter-postgres/messages/describe'
import { encodeFunctionCall } from '@sluice/adapter-postgres/messages/function-call'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { readEntries } from '@sluice/audit/read'
import pg from 'pg'
import { filledGateway } from '../harness/filled-gateway.ts'
import { allowAll } from '../harness/gateway.ts'
import { RawClient } from '../harness/raw-client.ts'

const readsOnly = `
version: 1
rules:
  - { id: reads, effect: allow, when: "statement.effects.all(e, e in ['read', 'session'])" }
`

const masked = `
version: 1
rules:
  - { id: reads, effect: allow, when: "statement.effects.all(e, e in ['read', 'session'])" }
  - { id: vault, effect: mask, columns: "column.name == 'secret'", with: redact }
`

/** What is declared immutable or stable is run by the planner, whatever it does. */
const schema = `
CREATE TABLE log (n integer);
CREATE TABLE vault (k integer, secret text);
INSERT INTO vault VALUES (1, 'the vault is open');
CREATE FUNCTION write_down(integer) RETURNS integer LANGUAGE plpgsql AS
  'BEGIN INSERT INTO public.log VALUES ($1); RETURN $1; END';
CREATE FUNCTION w(integer) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS
  'BEGIN PERFORM public.write_down($1); RETURN $1; END';
CREATE FUNCTION secret_of(integer) RETURNS text STABLE LANGUAGE sql AS
  'SELECT secret FROM public.vault WHERE k = $1';
CREATE FUNCTION reads_only(integer) RETURNS bigint STABLE LANGUAGE sql AS
  'SELECT count(*) FROM public.vault WHERE k = $1';
CREATE SEQUENCE seq;
CREATE DOMAIN writing AS text CHECK (w(length(VALUE)) > 0);
CREATE DOMAIN writing_too AS writing;
CREATE TYPE pair AS (a integer, b writing);
CREATE TABLE pairs (p pair);
CREATE FUNCTION takes(writing) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION tell(text) RETURNS boolean STABLE LANGUAGE plpgsql AS
  'BEGIN RAISE EXCEPTION ''%'', (SELECT secret FROM public.vault); END';
CREATE DOMAIN telling AS text CHECK (tell(VALUE));
CREATE TABLE written (c writing);
CREATE DOMAIN clean AS text CHECK (VALUE ~ 'x');
CREATE SCHEMA harmless;
CREATE FUNCTION harmless.f(integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT $1 + 1';
CREATE DOMAIN harmless.t AS text;
CREATE SCHEMA harmful;
CREATE DOMAIN harmful.t AS text CHECK (public.w(length(VALUE)) > 0);
CREATE FUNCTION harmful.f(integer) RETURNS integer IMMUTABLE LANGUAGE sql AS 'SELECT public.w($1)';
`

let raw: RawClient

const { gateway, direct } = filledGateway(schema, { policy: allowAll })

beforeEach(async () => {
  gateway().usePolicy(allowAll)
  await direct().query('TRUNCATE log')
  raw = await RawClient.login(gateway().connection('ana'))
})

afterEach(() => raw.close())

const parse = (sql: string, name = ''): Buffer => encodeParse({ name, sql, parameterTypes: [] })
const bind = (statement = ''): Buffer =>
  encodeBind({ portal: '', statement, parameterFormats: [], values: [], resultFormats: [] })

const exchange = (...messages: readonly Buffer[]): Promise<string[]> => {
  raw.send(...messages, encodeSync())
  return raw.ready()
}

const logged = async (): Promise<number[]> => {
  const { rows } = await direct().query<{ n: number }>('SELECT n FROM log ORDER BY n')
  return rows.map(({ n }) => n)
}

/** Decision and outcome of each record of a text that says `word`. */
const recorded = async (word: string): Promise<string[]> => {
  await gateway().audit.durable(gateway().audit.append(end))
  const entries = [...readEntries(gateway().journal)].map(({ entry }) => entry)
  return entries.flatMap((entry) => {
    if (entry.type !== 'statement.opened' || !entry.canonical.includes(word)) return []
    const closed = entries.find((one) => one.type === 'statement.closed' && one.statement === entry.statement)
    return [`${entry.decision} ${closed?.type === 'statement.closed' ? closed.outcome : 'open'}`]
  })
}

const end = { type: 'control', at: 0, action: 'test.read', detail: {} } as const

describe('INVARIANT (record-before-effect): what the planner runs', () => {
  test('is recorded though nothing is executed', async () => {
    expect(await exchange(parse('SELECT w(1) AS bound'), bind())).toEqual([
      'ParseComplete',
      'BindComplete',
      'ReadyForQuery I',
    ])
    expect(await logged()).toEqual([1])
    expect(await recorded('bound')).toEqual(['allow completed'])
  })

  test.each([
    "SELECT nextval('seq') AS unbound_1",
    'SELECT pg_sleep(0) AS unbound_2',
    'SELECT reads_only(1) AS unbound_3',
  ])('is nothing, and recorded as that, where it does no more than look: %s', async (sql) => {
    await exchange(parse(sql), bind())
    expect(await recorded(/unbound_\d/.exec(sql)?.[0] ?? '')).toEqual(['allow skipped'])
  })

  test('is recorded once where a driver executes it', async () => {
    const client = new pg.Client(gateway().connection('ana'))
    await client.connect()
    const { rows } = await client.query({ text: 'SELECT w(2) AS driven, $1::int AS n', values: [7] })
    expect(rows).toEqual([{ driven: 2, n: 7 }])
    await client.end()
    expect(await recorded('driven')).toEqual(['allow completed'])
  })

  test('does not run where policy has come to refuse it since it was prepared', async () => {
    await exchange(parse('SELECT w(3) AS reloaded', 's'))
    gateway().usePolicy(readsOnly)
    expect(await exchange(bind('s'))).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
    expect(await recorded('reloaded')).toEqual(['deny refused'])
  })

  test('does not run where the search path has come to lead to what is refused', async () => {
    gateway().usePolicy(readsOnly)
    await raw.query('SET search_path = harmless')
    expect(await exchange(parse('SELECT f(4) AS led', 's'), bind('s'))).toContain('BindComplete')
    await raw.query('SET search_path = harmful')
    expect(await exchange(bind('s'))).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
  })

  test('tells no value in its error without a record', async () => {
    const sql = 'SELECT n FROM log WHERE n = secret_of(1)::int'
    expect(await exchange(parse(sql), bind())).toEqual([
      'ParseComplete',
      'ErrorResponse 22P02',
      'ReadyForQuery I',
    ])
    expect(await recorded('secret_of')).toEqual(['allow failed'])
  })
})

const oidOf = async (type: string): Promise<number> => {
  const { rows } = await direct().query<{ oid: number }>('SELECT $1::regtype::oid AS oid', [type])
  return rows[0]?.oid ?? 0
}
const typed = (type: number): Buffer =>
  encodeParse({ name: 's', sql: `SELECT $1 AS typed_${type}`, parameterTypes: [type] })
const bindValue = (value: string): Buffer =>
  encodeBind({
    portal: '',
    statement: 's',
    parameterFormats: [],
    values: [Buffer.from(value)],
    resultFormats: [],
  })

describe('INVARIANT (record-before-effect): what making the value of a parameter runs', () => {
  const values = [
    ['writing', 'abc'],
    ['writing_too', 'abc'],
    ['writing[]', '{abc}'],
    ['pair', '(1,abc)'],
    ['pairs', '("(1,abc)")'],
  ] as const

  test.each(values)('is recorded: %s', async (name, value) => {
    const type = await oidOf(name)
    expect(await exchange(typed(type), bindValue(value))).toContain('BindComplete')
    expect(await logged()).toContain(3)
    expect(await recorded(`typed_${type}`)).toEqual(['allow completed'])
  })

  test.each(values)('is decided, at Parse and at Bind: %s', async (name, value) => {
    const type = await oidOf(name)
    await exchange(typed(type))
    gateway().usePolicy(readsOnly)
    expect(await exchange(bindValue(value))).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    expect(await exchange(typed(type))).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
  })

  test('is decided in a FunctionCall', async () => {
    gateway().usePolicy(readsOnly)
    const { rows } = await direct().query<{ oid: number }>("SELECT 'takes'::regproc::oid AS oid")
    const functionId = rows[0]?.oid ?? 0
    raw.send(
      encodeFunctionCall({ functionId, argumentFormats: [], args: [Buffer.from('abc')], resultFormat: 0 }),
    )
    expect(await raw.ready()).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
  })

  test('is decided where SQL prescribed the type', async () => {
    await raw.query('PREPARE s (writing) AS SELECT $1 AS by_sql')
    gateway().usePolicy(readsOnly)
    expect(await exchange(bindValue('abc'))).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
    gateway().usePolicy(allowAll)
    expect(await exchange(bindValue('abc'))).toEqual(['BindComplete', 'ReadyForQuery I'])
    expect(await logged()).toEqual([3])
  })

  test('is not what the server infers: a table’s column is the table’s business', async () => {
    gateway().usePolicy(readsOnly.replace("['read',", "['read', 'write',"))
    const insert = encodeParse({ name: 's', sql: 'INSERT INTO written VALUES ($1)', parameterTypes: [0] })
    const describe = encodeDescribe({ target: 'statement', name: 's' })
    expect(await exchange(insert, describe, bindValue('abc'))).toContain('BindComplete')
    expect(await exchange(bindValue('abc'))).toContain('BindComplete')
  })

  test('is nothing where a domain only compares', async () => {
    gateway().usePolicy(readsOnly)
    const type = await oidOf('clean')
    expect(await exchange(typed(type), bindValue('x'))).toContain('BindComplete')
    expect(await recorded(`typed_${type}`)).toEqual([])
  })
})

describe('INVARIANT (record-before-effect): what making the value of a constant runs, as the statement is read', () => {
  test.each([
    ["SELECT '{abc}'::writing[] AS read_1", 'read_1'],
    ["SELECT ARRAY['abc']::writing[] AS read_2", 'read_2'],
    ["SELECT '(1,abc)'::pair AS read_3", 'read_3'],
  ])('is recorded: %s', async (sql, name) => {
    expect(await exchange(parse(sql))).toEqual(['ParseComplete', 'ReadyForQuery I'])
    expect(await recorded(name)).toEqual(['allow completed'])
  })

  test('has run by then', async () => {
    await exchange(parse("SELECT '{abc}'::writing[]"))
    expect(await logged()).toEqual([3])
  })

  test.each([
    'EXECUTE nobody_1',
    "EXECUTE nobody_2 ('{abc}'::writing[])",
    'FETCH nobody_3',
    "PREPARE nobody_4 AS SELECT '{abc}'::writing[]",
    "COPY (SELECT '{abc}'::writing[] AS nobody_5) TO STDOUT",
  ])('is nothing of what is read only as it is executed: %s', async (sql) => {
    expect(await exchange(parse(sql))).toEqual(['ParseComplete', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
    expect(await recorded(/nobody_\d/.exec(sql)?.[0] ?? '')).toEqual([])
  })

  test('is decided and recorded as a Describe has it read again', async () => {
    await raw.query('SET search_path = harmless')
    await exchange(parse("SELECT ('{abc}'::t[])::text AS again", 's'))
    await raw.query('SET search_path = harmful')
    const describe = encodeDescribe({ target: 'statement', name: 's' })
    gateway().usePolicy(readsOnly)
    expect(await exchange(describe)).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
    gateway().usePolicy(allowAll)
    expect(await exchange(describe)).toEqual(['ParameterDescription', 'RowDescription', 'ReadyForQuery I'])
    expect(await logged()).toEqual([3])
    expect(await recorded('again')).toEqual(['deny refused', 'allow completed'])
  })

  test('is nothing of what is cast later', async () => {
    await exchange(parse('SELECT $1::writing, c::writing AS not_yet FROM (SELECT now()::text AS c) AS t'))
    expect(await logged()).toEqual([])
    expect(await recorded('not_yet')).toEqual([])
  })

  test.each([
    ['Query', encodeQuery({ sql: "SELECT '{abc}'::telling[]" })],
    ['Parse', Buffer.concat([parse("SELECT '{abc}'::telling[]"), encodeSync()])],
  ])('tells no masked value in its error: %s', async (_message, bytes) => {
    const told = async (): Promise<string> => {
      raw.send(bytes)
      return (await raw.ready()).join()
    }
    raw.lineOf = ({ payload }) => payload.toString()
    expect(await told()).toContain('the vault is open')
    gateway().usePolicy(masked)
    const withheld = await told()
    expect(withheld).toContain('P0001')
    expect(withheld).not.toContain('vault is open')
  })
})
