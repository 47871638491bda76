import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { encodeBind } from '@sluice/adapter-postgres/messages/bind'
import { encodeCopyFail } from '@sluice/adapter-postgres/messages/copy-fail'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import { encodeFlush } from '@sluice/adapter-postgres/messages/flush'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { execute, line, RawClient } from '../harness/raw-client.ts'
import { shopSchema } from '../harness/shop.ts'

/** Whatever is not understood is allowed: only the masks stand before the values. */
const policy = `
version: 1
rules:
  - { id: use, effect: allow, when: "statement.opaque == '' || statement.opaque != ''" }
  - { id: cards, effect: mask, columns: "column.name == 'card' || column.name == 'email'", with: redact }
  - { id: words, effect: mask, columns: "column.name == 'word'", with: { constant: gelöscht } }
  - { id: hidden, effect: mask, columns: "column.name == 'а' || column.schema == 'é'", with: redact }
`
/** Names that only an encoding tells apart from others. */
const schema = `
CREATE TABLE letters ("Á" text, "а" text, "Ð°" text);
INSERT INTO letters VALUES ('plain', 'sentinel', 'plain');
CREATE TABLE places (code text);
INSERT INTO places VALUES ('plain');
CREATE TABLE cards (card text);
INSERT INTO cards VALUES ('sentinel'), (NULL);
CREATE TYPE state AS ENUM ('gelöscht', 'da');
CREATE DOMAIN must AS state NOT NULL;
CREATE TABLE words (word text);
CREATE TABLE states (word state);
CREATE TABLE musts (word must);
CREATE TABLE documents (word json);
CREATE TABLE lists (word text[]);
INSERT INTO words VALUES ('sentinel');
INSERT INTO states VALUES ('da');
INSERT INTO musts VALUES ('da');
INSERT INTO documents VALUES ('"sentinel"');
INSERT INTO lists VALUES ('{sentinel}');
CREATE SCHEMA "é";
CREATE TABLE "é".places (code text);
INSERT INTO "é".places VALUES ('sentinel');
`
/** A view that calls code of the users' own. */
const views = `
CREATE FUNCTION noted() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN count(*) FROM products; END $$;
CREATE VIEW noting AS SELECT *, noted() FROM customers;
`
const RAW = /4111-2222|sentinel/i

const named = (name: string, times: number): string => `"${name.repeat(times)}"`
/** The inner query has the name or it has not, as the database cuts names: then the outer one's is meant. */
const cut = (inner: string, value: string, outer: string, else_: string): string =>
  `SELECT (SELECT ${outer} FROM (SELECT ${value} AS ${inner} FROM customers LIMIT 1) s) AS x FROM (SELECT ${else_} AS ${outer} FROM customers) c`

/** Databases by their encodings; \`nihon\` asks its sessions for an encoding that cannot be read safely. */
const databases = {
  shop: 'UTF8',
  nihon: 'UTF8',
  latin: 'LATIN1',
  ascii: 'SQL_ASCII',
  eucjp: 'EUC_JP',
} as const
type DatabaseName = keyof typeof databases

let server: RunningPostgres
const gateways = new Map<string, TestGateway>()
let client: RawClient | undefined

const direct = async (database: string, ...sqls: readonly string[]): Promise<void> => {
  const superuser = new pg.Client({ connectionString: server.connectionString(database) })
  await superuser.connect()
  for (const sql of sqls) await superuser.query(sql)
  await superuser.end()
}

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  for (const [name, encoding] of Object.entries(databases)) {
    await direct('postgres', `CREATE DATABASE ${name} TEMPLATE template0 ENCODING '${encoding}' LOCALE 'C'`)
    await direct(name, shopSchema)
  }
  await direct('shop', schema)
  await direct('shop', views)
  await direct('nihon', `ALTER DATABASE nihon SET client_encoding = 'SJIS'`)
  for (const database of Object.keys(databases))
    gateways.set(database, await startGateway({ upstream: server, database, policy }))
}, 240_000)

afterAll(async () => {
  for (const gateway of gateways.values()) await gateway.close()
  await server?.stop()
})

afterEach(() => client?.close())

const login = async (database: DatabaseName, encoding?: string): Promise<RawClient> => {
  const gateway = gateways.get(database) as TestGateway
  const parameters: Record<string, string> = encoding === undefined ? {} : { client_encoding: encoding }
  client = await RawClient.login({ ...gateway.connection('ana'), parameters })
  // With every byte of it, so that nothing hides in a message that has no words.
  client.lineOf = (message) => `${line(message)}\n${message.payload.toString('latin1')}`
  return client
}

const raw = (sql: string): Buffer =>
  Buffer.concat([encodeParse({ name: '', sql, parameterTypes: [] }, 'latin1'), execute()])
const query = (sql: string): Buffer => encodeQuery({ sql }, 'latin1')
const asked = async (on: RawClient, sql: string): Promise<string> => {
  on.send(query(sql))
  return (await on.ready()).join('\n')
}
const utf8 = (text: string): string => Buffer.from(text).toString('latin1')

/** Every name of encodings that use ASCII bytes inside characters, and spellings of them. */
const unsafe =
  `BIG5 win950 Windows-950 GBK WIN936 windows936 win.9.3.6 UHC WIN949 windows_949 SJIS Shift_JIS shiftjis
  mskanji WIN932 windows932 shift_jis_2004 JOHAB GB18030`.split(/\s+/)

test.each(unsafe)('nobody connects with client_encoding %s', async (encoding) => {
  await expect(login('shop', encoding)).rejects.toThrow('ErrorResponse 42501')
})

test.each([
  'utf-8',
  'UNICODE',
  'Latin-1',
  'iso8859-15',
  'WIN1252',
  'windows-1251',
  'KOI8',
  'EUC_JP',
  'euc-kr',
  'SQL_ASCII',
])('client_encoding %s is one to connect with', async (encoding) => {
  const connected = await login('shop', encoding)
  expect(await asked(connected, 'SELECT title FROM products')).toContain('Product 1')
  expect(await asked(connected, 'SELECT card FROM customers')).not.toMatch(RAW)
  expect(await asked(connected, `SET client_encoding = '${encoding}'`)).toContain('CommandComplete SET')
  expect(await asked(connected, `COPY products TO STDOUT (ENCODING '${encoding}')`)).toContain('Product 1')
})

test('a database whose sessions have an encoding that cannot be read safely lets in who asks for another', async () => {
  await expect(login('nihon')).rejects.toThrow('ErrorResponse 08P01')
  const connected = await login('nihon', 'UTF8')
  expect(await asked(connected, 'RESET client_encoding; SELECT card FROM customers')).not.toMatch(RAW)
})

const COPIED = `COPY (SELECT '表', card, 'ポ' FROM customers) TO STDOUT (DELIMITER '|'`

test.each(unsafe)('COPY in %s is refused', async (encoding) => {
  const connected = await login('shop')
  const said = await asked(connected, utf8(`${COPIED}, ENCODING '${encoding}')`))
  expect(said).toContain('ErrorResponse')
  expect(said).not.toMatch(RAW)
})

test.each(['LATIN1', 'UTF8'])('a COPY is given up in %s with words beyond ASCII', async (encoding) => {
  const connected = await login('shop', encoding)
  connected.send(query('COPY places FROM STDIN'))
  await connected.next()
  connected.send(encodeCopyFail({ message: 'annul\xe9' }, 'latin1'))
  expect(await connected.ready()).toEqual([
    expect.stringMatching(encoding === 'UTF8' ? /^ErrorResponse 22021/ : /^ErrorResponse 57014.*/),
    expect.stringMatching(/^ReadyForQuery I/),
  ])
  expect(await asked(connected, 'SELECT title FROM products')).toContain('Product 1')
})

/** Tables whose values become a constant beyond ASCII. */
const constants = ['words', 'states', 'musts', 'documents', 'lists']

test.each(constants)('a constant is shown as it is, or not at all: %s', async (table) => {
  const inUtf8 = utf8('gelöscht')
  expect(await asked(await login('shop'), `SELECT word FROM ${table}`)).toContain(inUtf8)
  client?.close()
  for (const encoding of ['LATIN1', 'WIN1251', 'EUC_JP', 'SQL_ASCII']) {
    const connected = await login('shop', encoding)
    for (const sql of [`SELECT word FROM ${table}`, `COPY ${table} TO STDOUT`]) {
      const said = await asked(connected, sql)
      expect(said).toContain('ReadyForQuery I')
      expect(said).not.toMatch(/ErrorResponse|sentinel|gel/)
    }
    expect(await asked(connected, `COPY ${table} TO STDOUT (ENCODING 'UTF8')`)).toContain(inUtf8)
    connected.close()
  }
  const own = await asked(await login('shop'), `COPY ${table} TO STDOUT (ENCODING 'LATIN1')`)
  expect(own).not.toMatch(/ErrorResponse|sentinel|gel/)
})

/** Of two rows one has no card. */
const MARKED = 'COPY cards TO STDOUT (FORMAT csv, NULL'

test.each(['LATIN1', 'WIN1251', 'UTF8'])(
  'what stands for NULL in COPY is in the encoding %s',
  async (encoding) => {
    const mark = encoding === 'UTF8' ? utf8('é') : 'é'
    const said = await asked(await login('shop', encoding), `${MARKED} '${mark}')`)
    expect(said).toContain(`\n[redacted]\n\nCopyData\n${mark}\n`)
  },
)

test('what stands for NULL beyond ASCII is refused where COPY has an encoding of its own', async () => {
  const own = await asked(await login('shop'), `${MARKED} '${utf8('é')}', ENCODING 'LATIN1')`)
  expect(own).toContain('ErrorResponse')
  client?.close()
  const same = await asked(await login('shop'), `${MARKED} '${utf8('é')}', ENCODING 'utf-8')`)
  expect(same).toContain(`CopyData\n${utf8('é')}\n`)
})

/** Ways to have another client_encoding from the next statement on. */
const settings = (encoding: string): readonly string[] => [
  `SET client_encoding = '${encoding}'`,
  `SET "CLIENT_encoding" TO '${encoding}'`,
  `SET LOCAL client_encoding = '${encoding}'`,
  `SET SESSION client_encoding = '${encoding}'`,
  `SET NAMES '${encoding}'`,
  `SELECT set_config('client_encoding', '${encoding}', false)`,
  `SELECT pg_catalog.set_config('Client_Encoding', '${encoding}', true)`,
  `SELECT set_config('client_encoding', '${encoding.slice(0, 2)}' || '${encoding.slice(2)}', false) FROM customers`,
  `SELECT set_config('client_' || 'encoding', '${encoding.slice(0, 2)}' || '${encoding.slice(2)}', false) FROM customers`,
  `DO $$ BEGIN SET client_encoding = '${encoding}'; END $$`,
  `DO $$ BEGIN PERFORM set_config('client_encoding', '${encoding}', false); END $$`,
  `PREPARE s AS SELECT set_config('client_encoding', '${encoding}', false); EXECUTE s`,
  `EXPLAIN ANALYZE SELECT set_config('client_encoding', '${encoding}', false)`,
]

describe.each(settings('WIN932'))('%s', (set) => {
  test('is refused, alone and in front of another statement', async () => {
    for (const sql of [set, `${set}; ${COPIED})`, `BEGIN; ${set}; ${COPIED})`]) {
      const connected = await login('shop')
      const said = await asked(connected, utf8(sql))
      expect(said).toContain('ErrorResponse 42501')
      expect(said).not.toMatch(RAW)
      connected.close()
    }
  })
})

test.each(settings('SJIS').filter((sql) => !sql.includes(';')))('in a pipeline, too: %s', async (set) => {
  const connected = await login('shop', 'LATIN1')
  connected.send(
    ...['BEGIN', set, `SELECT E'\x95\\' || card FROM customers --'`].map((sql) => raw(sql)),
    encodeFlush(),
    raw('ROLLBACK'),
    encodeSync(),
  )
  const said = (await connected.ready()).join('\n')
  expect(said).toContain('ErrorResponse 42501')
  expect(said).not.toMatch(RAW)
})

/** Which setting it is stands nowhere: the database is asked what came of it. */
const UNNAMED = `SELECT set_config('client_' || 'encoding', 'SJ' || 'IS', false)`

test.each([
  ['name', UNNAMED],
  ['value', `SELECT set_config('client_encoding', 'SJ' || 'IS', false)`],
])(
  'a setting whose %s is not written out: what stands behind it is read when the database has told',
  async (_what, set) => {
    const text = await asked(await login('shop'), utf8(`${set}; ${COPIED})`))
    expect(text).not.toMatch(RAW)
    const connected = await login('shop', 'LATIN1')
    connected.send(raw(set), raw(`SELECT E'\x95\\' || card FROM customers --'`), encodeSync())
    const said = (await connected.rest()).join('\n')
    expect(said).toContain('ErrorResponse 22021')
    expect(said).not.toMatch(RAW)
  },
)

/** As psycopg sets it. */
const setTo = (value: string): Buffer =>
  Buffer.concat([
    encodeParse({ name: '', sql: `SELECT set_config('client_encoding', $1, false)`, parameterTypes: [] }),
    encodeBind({
      portal: '',
      statement: '',
      parameterFormats: [],
      values: [Buffer.from(value)],
      resultFormats: [],
    }),
    encodeExecute({ portal: '', maxRows: 0 }),
    encodeSync(),
  ])

test('client_encoding may be set to a bound value: the session ends where that is none to be read safely', async () => {
  const connected = await login('shop')
  connected.send(setTo('latin1'))
  expect((await connected.ready()).join('\n')).not.toContain('ErrorResponse')
  expect(await asked(connected, `SELECT 'é', card FROM customers`)).toContain('[redacted]')
  connected.send(setTo('SJIS'), query('SELECT ROW(card) FROM customers'))
  const said = (await connected.rest()).join('\n')
  expect(said).toContain('ErrorResponse 22021')
  expect(said).not.toMatch(RAW)
  expect(said).not.toContain('redacted')
})

test('a text beyond ASCII behind a change of the encoding in its pipeline is not read in the one before', async () => {
  const connected = await login('shop')
  connected.send(
    raw(`SET client_encoding = 'LATIN1'`),
    raw(utf8(`SELECT 'é', card FROM customers`)),
    encodeSync(),
  )
  expect((await connected.rest()).join('\n')).not.toMatch(RAW)
  const other = await login('shop')
  await asked(other, `SET client_encoding = 'LATIN1'`)
  const said = await asked(other, `SELECT 'é', card FROM customers`)
  expect(said).toContain('[redacted]')
  expect(said).not.toContain('ErrorResponse')
})

test('settings that are none of these are set as ever', async () => {
  const connected = await login('shop')
  for (const sql of [
    `SET client_encoding TO DEFAULT`,
    "SET NAMES 'UTF8'",
    'SET NAMES DEFAULT',
    'RESET client_encoding',
    'RESET ALL',
    'DISCARD ALL',
    `SELECT set_config(name, 'view, foreign-table', false) FROM pg_settings WHERE name = 'restrict_nonsystem_relation_kind'`,
    `SELECT set_config('a.b', 'SJIS', false)`,
    `SELECT set_config('a.' || 'b', 'SJ' || 'IS', false)`,
  ])
    expect([sql, await asked(connected, sql)]).toEqual([sql, expect.not.stringContaining('ErrorResponse')])
})

test.each<[DatabaseName, string, string, string]>([
  ['latin', 'one that it does not cut', 'UTF8', utf8(cut(named('é', 31), "'x'", named('é', 40), 'email'))],
  ['latin', 'the same in its own encoding', 'LATIN1', cut(named('é', 31), "'x'", named('é', 40), 'email')],
  [
    'ascii',
    'one that it cuts in the middle of a character',
    'UTF8',
    utf8(cut(named('é', 31), "'x'", named('é', 40), 'email')),
  ],
  ['eucjp', 'one that it cuts earlier', 'UTF8', utf8(cut(named('é', 21), 'email', named('é', 22), "'x'"))],
  ['eucjp', 'two that it converts to one', 'UTF8', utf8(cut('"¦"', 'email', '"￤"', "'x'"))],
  ['shop', 'another table’s column', 'KOI8R', 'SELECT "\xc1" || \'\' FROM letters'],
  ['shop', 'a column in bytes', 'SQL_ASCII', `SELECT ${utf8('"а"')} || '' FROM letters`],
  ['shop', 'a schema of the search path', 'LATIN1', 'SET search_path = "é", public'],
])('a name is not taken for another in %s: %s (%s)', async (database, _what, encoding, sql) => {
  const connected = await login(database, encoding)
  // Else the database says that it cuts the name, which it cannot say of half a character.
  await asked(connected, 'SET client_min_messages = error')
  const said = await asked(connected, sql)
  expect(said + (await asked(connected, `SELECT code || '' FROM places`))).not.toMatch(RAW)
})

test('names beyond ASCII are read where they are certain', async () => {
  for (const [database, encoding, sql] of [
    ['shop', 'UTF8', utf8('SELECT Größe, "Größe" FROM (SELECT 1 AS GröSSe, 2 AS größe, 3 AS "Größe") s')],
    ['shop', 'LATIN1', 'SELECT größe FROM (SELECT 1 AS größe) s'],
    ['latin', 'UTF8', utf8('SELECT GRößE, "GRÖSSE" FROM (SELECT 1 AS größe, 2 AS "GRÖSSE") s')],
    ['latin', 'LATIN1', 'SELECT größe FROM (SELECT 1 AS größe) s'],
    ['ascii', 'UTF8', utf8('SELECT "größe" FROM (SELECT 1 AS "größe") s')],
    ['eucjp', 'UTF8', utf8('SELECT 名前 FROM (SELECT 1 AS "名前") s')],
    ['shop', 'WIN1252', `SELECT 1 AS x, 'größe' AS y`],
  ] as const) {
    const connected = await login(database, encoding)
    expect([sql, await asked(connected, sql)]).toEqual([sql, expect.stringContaining('DataRow')])
    connected.close()
  }
})

test('letters that a locale may fold are not read without quotes, and say so', async () => {
  const connected = await login('latin')
  const fold = 'SELECT (SELECT É FROM (SELECT 1 AS "É") s) FROM (SELECT email AS "é" FROM customers) c'
  expect(await asked(connected, utf8(fold))).toContain('ErrorResponse')
})

const bound = (portal: string, sql: string): Buffer =>
  Buffer.concat([
    encodeParse({ name: '', sql, parameterTypes: [] }),
    encodeBind({ portal, statement: '', parameterFormats: [], values: [], resultFormats: [] }),
  ])

test.each([
  ['', 'customers'],
  [' where it calls code itself', 'noting'],
])('what was bound before is not executed in another encoding%s', async (_where, table) => {
  const connected = await login('shop')
  connected.send(
    raw('BEGIN'),
    bound('p', `SELECT ROW('表', card, 'ポ') FROM ${table}`),
    encodeExecute({ portal: 'p', maxRows: 1 }),
    raw(UNNAMED),
    encodeExecute({ portal: 'p', maxRows: 0 }),
    encodeSync(),
  )
  const said = (await connected.rest()).join('\n')
  expect(said).toContain('ErrorResponse 22021')
  expect(said).not.toMatch(RAW)
  // The one from before, and what the setting is.
  expect(said.match(/DataRow/g)).toHaveLength(2)
})
