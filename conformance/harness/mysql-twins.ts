import type { Chance } from '@sluice/testkit/chance'

const TEXTS = [
  '',
  '0',
  '1',
  'a',
  '12abc',
  '4111222',
  '-5.5e3',
  '1e400',
  '99999999999999999999',
  '{"a": 1}',
  '[1, 2]',
  'null',
  '2020-01-31',
  '10:11:12',
  'a%b_c',
  "it''s",
  'äöü ☃',
  '😀',
  'ends ',
  ' begins',
  'UPPER lower',
  '<a>x</a>',
  'z'.repeat(45),
  '2001:db8::1',
  '192.0.2.1',
  'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  'ff00',
  'YWJj',
]
const DATES = ['1970-01-01', '2020-02-29', '9999-12-31', '1000-01-01', '2024-12-31']
const BYTES = ['', '00', 'ff', '00ff10', '61626364', 'c3a4', 'f09f9880', 'c328', '30']
const quoted = (of: readonly string[]): readonly string[] => of.map((one) => `'${one}'`)
const NINES = '9'.repeat(65)

/** Columns of many types, and what may stand in them: what a value is like may make a function fail, or give NULL. */
const COLUMNS: readonly (readonly [name: string, type: string, values: readonly string[]])[] = [
  ['m_vc', 'varchar(60)', quoted(TEXTS)],
  ['m_tx', 'text', quoted(TEXTS)],
  ['m_bin', 'varchar(60) COLLATE utf8mb4_bin', quoted(TEXTS)],
  ['m_la', 'varchar(50) CHARACTER SET latin1', quoted(TEXTS.filter((one) => /^[ -ü]*$/.test(one)))],
  ['m_bl', 'blob', BYTES.map((one) => `x'${one}'`)],
  ['m_vb', 'varbinary(20)', BYTES.map((one) => `x'${one}'`)],
  ['m_da', 'date', quoted(DATES)],
  ['m_dt', 'datetime(3)', quoted(DATES.map((one) => `${one} 01:02:03.125`))],
  ['m_ts', 'timestamp NULL', quoted(['2011-03-01 01:02:03', '2037-03-01 01:02:03', '1999-12-31 23:59:59'])],
  ['m_ti', 'time', quoted(['00:00:00', '838:59:59', '-838:59:59', '12:00:00'])],
  ['m_ye', 'year', ['1901', '2155', '2000', '0']],
  ['m_it', 'int', ['0', '1', '-1', '2147483647', '-2147483648', '42']],
  ['m_bu', 'bigint unsigned', ['0', '1', '18446744073709551615', '9223372036854775808']],
  ['m_bs', 'bigint', ['0', '-9223372036854775808', '9223372036854775807', '3']],
  ['m_de', 'decimal(11,3)', ['0', '1.005', '-99999999.999', '99999999.999']],
  ['m_hd', 'decimal(65,0)', ['0', NINES, `-${NINES}`, '1']],
  ['m_db', 'double', ['0', '1.5', '-1e308', '1.7e308', '1e-300', '-0.0']],
  ['m_fl', 'float', ['0', '1.5', '3.4e38', '-3.4e38']],
  ['m_bi', 'bit(12)', ["b'0'", "b'1'", "b'111111111111'", "b'101010101010'"]],
  ['m_en', "enum('red', 'blue', '0', '')", quoted(['red', 'blue', '0', ''])],
  ['m_se', "set('x', 'y', '1')", quoted(['', 'x', 'x,y', '1'])],
  ['m_js', 'json', quoted(['{"a": 1}', '[]', '[1, {"b": "x"}]', 'null', '"text"', '12', '1e308'])],
]

/** All of them are masked. */
export const twinColumns: readonly string[] = COLUMNS.map(([name]) => name)

const ROWS = 7

/**
 * Two tables that are alike but for the values of masked columns: which of them are NULL, and all else, is the same. Beside
 * these there are `id` and `o_tx`.
 */
export const twins = (chance: Chance, ...names: readonly [string, string]): string =>
  names
    .map((name) => {
      const columns = COLUMNS.map(([column, type]) => `${column} ${type} COMMENT 'sluice: pii.x'`)
      const rows = Array.from({ length: ROWS }, (_, row) => {
        const values = COLUMNS.map(([, , of], i) => ((row * 7 + i * 3) % 5 === 0 ? 'NULL' : chance.pick(of)))
        return `(${row + 1}, 'open ${row}', ${values.join(', ')})`
      })
      return `CREATE TABLE ${name} (id int PRIMARY KEY, o_tx varchar(40), ${columns.join(', ')});
        INSERT INTO ${name} VALUES ${rows.join(',\n')};`
    })
    .join('\n')
