import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { ResultColumn } from '@sluice/core/mask/plan'
import type { TransformSpec } from '@sluice/core/mask/transform'
import { maskerFor } from '../../src/values/masker.ts'
import { typeNamed } from '../../src/values/type-names.ts'
import { Bench, VERSIONS } from '../analysis/servers.ts'
import { key, transforms } from './requests.ts'

const TEST_MS = 120_000

/** Types that are made of declared ones. */
const SCHEMA = `
CREATE SCHEMA app;
CREATE DOMAIN app.iso AS char(2);
CREATE DOMAIN app.deep AS app.iso;
CREATE DOMAIN app.must_bits AS bit(11) NOT NULL;
CREATE DOMAIN app.codes AS varchar(3)[];
CREATE TYPE app.place AS (iso char(2), zip varchar(5), gone char(1), share numeric(4,2), codes varchar(3)[], own app.iso);
ALTER TYPE app.place DROP ATTRIBUTE gone;
CREATE TYPE app.bits AS (bits app.must_bits, place app.place);
CREATE DOMAIN app.must_place AS app.bits NOT NULL;`

const PLACE = '(de,12345,12.34,"{abc,de}",fr)'
const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** A type, as a column is declared to be, and literals of it: such as masks make longer texts or numbers of. */
const DECLARED: readonly (readonly [type: string, ...literals: readonly string[]])[] = [
  ['char', 'x'],
  ['char(2)', 'de', 'ß', 'é😀'],
  ['char(40)', 'ana@example.com'],
  ['varchar(3)', 'a@b', 'x', '', '字字字'],
  ['varchar(9)', 'ab@x.com', 'é@x.com', '-5', '12345678'],
  ['varchar(16)', '2024-07-19T10:11', '4111111111111111'],
  ['varchar(31)', 'ana@example.com'],
  ['varchar(32)', 'ana@example.com'],
  ['varchar(3000)', '😀'.repeat(3000)],
  ['varchar(3)[]', '{abc,NULL,x}', '{{abc},{é}}', '{}'],
  ['char(2)[]', '{de,x}'],
  ['numeric(4,2)', '12.34', '-99.99', '0', '5'],
  ['numeric(2,2)', '0.12', '0'],
  ['numeric(2,4)', '0.0012', '-0.0099'],
  ['numeric(3,-3)', '123000', '-999000', '0'],
  ['numeric(12,2)', '9999999999.99', '61250.75', '-1234567.00'],
  ['numeric(30)', '123456789012345678901234567890'],
  ['numeric(4,2)[]', '{12.34,NULL,-99.99}'],
  ['bit(3)', '101'],
  ['bit(3)[]', '{101}'],
  ['varbit(3)', '10'],
  ['timestamp(0)', '1984-07-19 10:11:12'],
  ['timestamptz(3)', '1984-07-19 10:11:12.345+02'],
  ['time(0)', '10:11:12'],
  ['interval(0)', '1 day'],
  ['app.iso', 'de'],
  ['app.deep', 'de'],
  ['app.iso[]', '{de,fr}'],
  ['app.must_bits', '10101010101'],
  ['app.codes', '{abc,de}'],
  ['app.place', PLACE, '(,,,,)'],
  ['app.place[]', `{${quoted(PLACE)}}`],
  ['app.must_place', `(10101010101,${quoted(PLACE)})`],
]

/** Constants that are too long for most of them, too large, or have too many places. */
const constants = ['hidden', '12.345', '123456', '-0.5', '99.999', '1000', '0.00', '0.01'].map(
  (value): TransformSpec => ({ kind: 'constant', value }),
)

const formats = ['text', 'binary'] as const
type Format = (typeof formats)[number]

/** Cells of a table's column as the server sends them. */
const cellsOf = async (bench: Bench, table: string, format: Format): Promise<readonly Buffer[]> => {
  const { rows: types } = await bench.client.query<{ send: string }>(
    `select t.typsend::text as send from pg_type t join pg_attribute a on a.atttypid = t.oid
     where a.attrelid = $1::regclass and a.attname = 'v'`,
    [table],
  )
  const value = format === 'text' ? 'v' : `encode(${types[0]?.send}(v), 'hex')`
  const asIs = { getTypeParser: () => (cell: string) => cell }
  const query = { text: `select ${value} as v from ${table}`, types: asIs }
  const { rows } = await bench.client.query<{ v: string }>(query as never)
  return rows.map(({ v }) => Buffer.from(v, format === 'text' ? 'utf8' : 'hex'))
}

/** The column as a RowDescription tells it, which has a domain by its base, and as the catalog alone, for a COPY. */
const describedOf = async (
  bench: Bench,
  catalog: Catalog,
  table: string,
): Promise<Readonly<Record<'query' | 'copy', Omit<ResultColumn, 'format'>>>> => {
  const { fields } = await bench.client.query(`select v from ${table} limit 0`)
  const [field] = fields
  const column = catalog.relation('app', table.slice('app.'.length))?.columns[0]
  if (field === undefined || column === undefined) throw new Error(`no column in ${table}`)
  const { dataTypeModifier, dataTypeID, tableID, columnID } = field
  return {
    query: {
      name: 'v',
      type: dataTypeID,
      origin: { relation: tableID, ordinal: columnID },
      ...(dataTypeModifier < 0 ? {} : { modifier: dataTypeModifier }),
    },
    copy: {
      name: 'v',
      type: typeNamed(column.type, catalog.types),
      ...(column.modifier === undefined ? {} : { modifier: column.modifier }),
    },
  }
}

describe.each(VERSIONS)('PostgreSQL %s', (version) => {
  let bench: Bench
  let catalog: Catalog

  beforeAll(async () => {
    const tables = DECLARED.map(([type, ...literals], at) => {
      const values = literals.map((literal) => `('${literal}')`).join()
      return `CREATE TABLE app.t${at} (v ${type}); INSERT INTO app.t${at} VALUES ${values};`
    })
    bench = await Bench.open(version, SCHEMA + tables.join(''))
    catalog = await bench.catalog()
  }, TEST_MS)

  afterAll(() => bench?.close(), TEST_MS)

  /** What the server says of a masked cell that comes back into the column; undefined: it is a value of it as it stands. */
  const refusal = async (table: string, format: Format, cell: Buffer): Promise<string | undefined> => {
    const text = `insert into ${table} values ($1) returning v is not distinct from $1 as same`
    try {
      // `pg` sends a Buffer in the binary format and a string in the text format.
      const values = [format === 'binary' ? cell : cell.toString()]
      const { rows } = await bench.client.query<{ same: boolean }>({ text, values })
      return rows[0]?.same ? undefined : 'another value'
    } catch (error) {
      return (error as Error).message
    }
  }

  test.each(DECLARED.map(([type], at) => [type, `app.t${at}`] as const))(
    'a masked %s goes back into its column as it is',
    async (type, table) => {
      const described = await describedOf(bench, catalog, table)
      const wrong: string[] = []
      const made = new Map<string, readonly [Format, Buffer]>()
      const raw = { text: await cellsOf(bench, table, 'text'), binary: await cellsOf(bench, table, 'binary') }
      for (const transform of [...transforms, ...constants])
        for (const from of ['query', 'copy'] as const)
          for (const format of formats)
            for (const cell of raw[format]) {
              const masked = maskerFor(key)(transform, { ...described[from], format }, catalog)(cell)
              const where = `${format} ${JSON.stringify(transform)} ${from}`
              if (masked !== null)
                made.set(`${format} ${Buffer.from(masked).toString('hex')}`, [format, Buffer.from(masked)])
              else if (type.startsWith('app.must')) wrong.push(`${where}: NULL`)
            }
      for (const [format, cell] of made.values()) {
        const said = await refusal(table, format, cell)
        if (said !== undefined) wrong.push(`${format} ${cell.toString('latin1')}: ${said}`)
      }
      expect(wrong).toEqual([])
      expect(made.size === 0).toBe(/^(?:bit|varbit|interval)/.test(type))
    },
    TEST_MS,
  )
})
