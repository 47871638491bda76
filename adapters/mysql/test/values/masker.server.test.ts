import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import type { MaskPlan } from '@sluice/core/mask/plan'
import type { TransformSpec } from '@sluice/core/mask/transform'
import { hasMariadb, type RunningMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise'
import type { MysqlColumn } from '../../src/values/column.ts'
import { maskerFor } from '../../src/values/masker.ts'
import { uuid } from '../../src/values/scalars/network.ts'
import { MaskingStream, type Planner } from './masking-stream.ts'

const key = createHash('sha256').update('a key of a test').digest()
const masker = maskerFor(key)

/** Every type of MariaDB with two values of it; the second is an unusual one. */
const TYPES: readonly (readonly [string, string, string])[] = [
  ['tinyint', '42', '-128'],
  ['tinyint unsigned', '42', '255'],
  ['tinyint(1)', '1', '0'],
  ['smallint', '4711', '-32768'],
  ['smallint unsigned', '4711', '65535'],
  ['mediumint', '47110', '-8388608'],
  ['mediumint unsigned', '47110', '16777215'],
  ['int', '4711012', '-2147483648'],
  ['int unsigned', '4711012', '4294967295'],
  ['int(8) unsigned zerofill', '4711', '99999999'],
  ['bigint', '12345678901', '-9223372036854775808'],
  ['bigint unsigned', '12345678901', '18446744073709551615'],
  ['decimal(10,2)', '61250.75', '-99999999.99'],
  ['decimal(5,0) unsigned', '61250', '99999'],
  ['decimal(4,4)', '0.1234', '-0.9999'],
  ['decimal(65,30)', '1.5', '99999999999999999999999999999999999.5'],
  ['float', '1.5', '-3.4e38'],
  ['float(7,3)', '1.5', '-9999.999'],
  ['double', '2.25', '1.7e308'],
  ['date', "'1984-07-19'", "'9999-12-31'"],
  ['datetime', "'1984-07-19 10:11:12'", "'0000-00-00 00:00:00'"],
  ['datetime(6)', "'1984-07-19 10:11:12.123456'", "'1000-01-01'"],
  ['timestamp null', "'1984-07-19 10:11:12'", "'2038-01-18 03:14:07'"],
  ['timestamp(3) null', "'1984-07-19 10:11:12.5'", "'1971-01-01 00:00:00'"],
  ['time', "'10:11:12'", "'-838:59:59'"],
  ['time(4)', "'10:11:12.25'", "'838:59:59'"],
  ['year', '1984', '0'],
  ['bit(1)', "b'1'", "b'0'"],
  ['bit(17)', "b'10101010101010101'", "b'0'"],
  ['bit(64)', '18446744073709551615', '0'],
  ['char(2)', "'DE'", "''"],
  ['char(40)', "'Ana Silva'", "'ña 😀'"],
  ['varchar(60)', "'ana@example.com'", "'4111 1111 1111 1111'"],
  ['varchar(60) character set latin1', "'Müller'", "'ana@example.com'"],
  ['varchar(60) character set ucs2', "'Müller'", "'ana@example.com'"],
  ['text', "'1984-07-19'", "repeat('x', 70000)"],
  ['enum("a","b","it\'\'s")', "'a'", "'b'"],
  ['set("x","y")', "'x,y'", "''"],
  ['json', '\'{"a": [1, "ana@example.com"]}\'', "'17'"],
  ['binary(4)', "'ab'", "''"],
  ['varbinary(20)', "'ana'", "x'00ff'"],
  ['blob', "'ana@example.com'", "x'ffd8'"],
  ['uuid', "'123e4567-e89b-12d3-a456-426614174000'", 'uuid()'],
  ['inet4', "'10.1.2.3'", "'0.0.0.0'"],
  ['inet6', "'2001:db8::1'", "'::'"],
  ['point', 'point(1, 2)', 'point(3, 4)'],
  [
    'polygon',
    "ST_GeomFromText('POLYGON((0 0,0 2,2 2,0 0))')",
    "ST_GeomFromText('POLYGON((0 0,0 5,5 5,0 0))')",
  ],
  ['geometry', 'point(1, 2)', "ST_GeomFromText('LINESTRING(0 0,2 2)')"],
]

const TRANSFORMS: readonly TransformSpec[] = [
  { kind: 'redact' },
  { kind: 'null' },
  { kind: 'constant', value: 'a' },
  { kind: 'constant', value: '7' },
  { kind: 'constant', value: '1999-01-01' },
  { kind: 'partial', first: 1, last: 2 },
  { kind: 'email' },
  { kind: 'hash' },
  { kind: 'fpe', alphabet: 'digits' },
  { kind: 'date', unit: 'year' },
  { kind: 'number', bucket: 10 },
  { kind: 'json', paths: [{ path: '$.a', transform: { kind: 'redact' } }] },
]

const planOf =
  (transform: TransformSpec): Planner =>
  (columns: readonly MysqlColumn[]): MaskPlan => ({
    pass: false,
    // The first column says which table the value is of.
    cells: columns.map((column) => masker(transform, { ...column, extended: declared }, undefined)),
    exposed: [],
    masked: [],
  })

/** What the catalog would say of the column's type. */
let declared = ''
let server: RunningMariadb
let plain: Connection
let masked: Connection
let planner: Planner = () => undefined

const run = hasMariadb ? test : test.skip

beforeAll(async () => {
  if (!hasMariadb) return
  server = await startMariadb()
  plain = await createConnection({ socketPath: server.socket, user: 'root', multipleStatements: true })
  await plain.query("create database types; use types; set sql_mode = ''")
  for (const [at, [type, ...values]] of TYPES.entries())
    for (const [kind, extra] of [
      ['n', ''],
      ['z', ' not null'],
    ]) {
      await plain.query(
        `create table ${kind}${at} (v ${kind === 'z' ? type.replace(' null', '') : type}${extra}); insert into ${kind}${at} values ${values.map((v) => `(${v})`).join()}`,
      )
    }
  await plain.query("set sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE'")
  const stream = new MaskingStream(server.socket, (columns) => planner(columns))
  masked = await createConnection({
    stream,
    user: 'root',
    database: 'types',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    jsonStrings: true,
  })
}, 120_000)
afterAll(async () => {
  masked?.destroy()
  await plain?.end()
  await server?.stop()
})

type Read = { readonly text: readonly unknown[]; readonly binary: readonly unknown[] }

/** A geometry as its bytes. */
const plainly = (field: { type: string; buffer(): Buffer | null }, next: () => unknown): unknown =>
  field.type === 'GEOMETRY' ? field.buffer() : next()

const read = async (table: string): Promise<Read> => {
  const sql = `select v from ${table}`
  const [text] = await masked.query<RowDataPacket[]>({ sql, typeCast: plainly as never })
  const [binary] = await masked.execute<RowDataPacket[]>({ sql, typeCast: plainly as never })
  return { text: text.map(({ v }) => v), binary: binary.map(({ v }) => v) }
}

const shown = (value: unknown): string =>
  value === null
    ? 'NULL'
    : Buffer.isBuffer(value)
      ? `x'${value.toString('hex')}'`
      : `'${value as string | number}'`

/** In a binary row a fraction of nothing is not there. */
const plainest = (value: unknown): string => shown(value).replace(/(:\d\d)\.0+'$/, "$1'")

run(
  'every type, both protocols, every transform: the driver reads the same value of the type, or NULL where there may be one',
  async () => {
    const wrong: string[] = []
    let values = 0
    for (const [at, [type]] of TYPES.entries())
      for (const transform of TRANSFORMS)
        for (const kind of ['n', 'z']) {
          declared = type.replaceAll('"', "'")
          planner = planOf(transform)
          const { text, binary } = await read(`${kind}${at}`)
          planner = () => undefined
          const where = `${type}${kind === 'z' ? ' not null' : ''} ${JSON.stringify(transform)}`
          if (text.map(plainest).join() !== binary.map(plainest).join())
            wrong.push(`${where}: ${text.map(shown).join()} as text, ${binary.map(shown).join()} as binary`)
          for (const value of text) {
            if (value === null) {
              if (kind === 'z') wrong.push(`${where}: NULL`)
              continue
            }
            values += 1
            await accepted(`${kind}${at}`, value).catch((error: Error) =>
              wrong.push(`${where}: ${shown(value)}: ${error.message}`),
            )
          }
        }
    expect(wrong).toEqual([])
    // Were everything NULL, the test would prove nothing.
    expect(values).toBeGreaterThan(1000)
  },
  120_000,
)

/** The server takes the value into a column of the type, and nothing of it is cut off. */
const accepted = async (table: string, value: unknown): Promise<void> => {
  await plain.query('start transaction')
  await plain.query(`insert into ${table} values (?)`, [value])
  await plain.query('rollback')
}

run('a hash of a UUID is one that the server takes, whatever its ninth byte would be', async () => {
  const table = `n${TYPES.findIndex(([type]) => type === 'uuid')}`
  const hashes = Array.from({ length: 256 }, (_, byte) =>
    uuid.hashed?.(`${'9'.repeat(16)}${byte.toString(16).padStart(2, '0')}${'9'.repeat(14)}`),
  )
  expect(new Set(hashes).size).toBe(63)
  for (const hash of new Set(hashes)) await accepted(table, hash)
})

run('nothing of a value is left where it is redacted', async () => {
  planner = planOf({ kind: 'redact' })
  for (const [at, [type]] of TYPES.entries()) {
    declared = type.replaceAll('"', "'")
    const { text } = await read(`z${at}`)
    expect([type, new Set(text.map(shown)).size]).toEqual([type, 1])
  }
  planner = () => undefined
})

const raw: Planner = (columns) => ({
  pass: true,
  cells: columns.map(() => undefined),
  exposed: [],
  masked: [],
})

run('what is not masked passes as it is', async () => {
  for (const at of TYPES.keys()) {
    const direct = await read(`n${at}`)
    planner = raw
    expect(await read(`n${at}`)).toEqual(direct)
    planner = () => undefined
  }
})
