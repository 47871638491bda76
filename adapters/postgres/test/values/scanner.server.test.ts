import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { TypeShape } from '@sluice/core/catalog/type-shape'
import { keepsCell } from '@sluice/core/mask/plan'
import { SCAN_LIMIT_BYTES } from '@sluice/core/scan/scan'
import { maskerFor } from '../../src/values/masker.ts'
import { scannerFor } from '../../src/values/scanner.ts'
import { Bench } from '../analysis/servers.ts'
import { SCHEMA } from './literals.ts'
import { key } from './requests.ts'

const START_MS = 60_000
let bench: Bench
let catalog: Catalog

beforeAll(async () => {
  bench = await Bench.open('debian', SCHEMA)
  catalog = await bench.catalog()
}, START_MS)

afterAll(() => bench?.close(), START_MS)

type Format = 'text' | 'binary'
const formats = ['text', 'binary'] as const

const cellOf = async (sql: string, send: string, format: Format): Promise<Buffer> => {
  const text = format === 'text' ? `select ${sql} as v` : `select encode(${send}(${sql}), 'hex') as v`
  const asIs = { getTypeParser: () => (cell: string) => cell }
  const { rows } = await bench.client.query<{ v: string }>({ text, types: asIs } as never)
  return Buffer.from(rows[0]?.v ?? '', format === 'text' ? 'utf8' : 'hex')
}

const oidOf = async (type: string): Promise<number> => {
  const { rows } = await bench.client.query<{ oid: number }>('select $1::regtype::oid::int8::int as oid', [
    type,
  ])
  return rows[0]?.oid ?? 0
}

const MAIL = 'ana@example.com'
const STARS = '*'.repeat(MAIL.length)

/** A value with an address in it, the type's function that sends it, and what the client sees of it. */
const seen: readonly (readonly [type: string, sql: string, send: string, shown: string])[] = [
  ['text', `'to ${MAIL}!'`, 'textsend', `to ${STARS}!`],
  ['varchar', `'${MAIL}'`, 'varcharsend', STARS],
  ['bpchar', `'${MAIL}'`, 'bpcharsend', STARS],
  ['name', `'${MAIL}'`, 'namesend', STARS],
  ['xml', `'<a b="${MAIL}">4111111111111111</a>'`, 'xml_send', '<a b="xxxxxxxxxxxxxxx">xxxxxxxxxxxxxxxx</a>'],
  ['json', `'{"a": "${MAIL}", "b": 4111111111111111}'`, 'json_send', `{"a": "${STARS}", "b": null}`],
  ['jsonb', `'{"a": "${MAIL}", "b": 4111111111111111}'`, 'jsonb_send', `{"a": "${STARS}", "b": null}`],
  ['tsvector', `'''${MAIL}'':2 ''fat'':1'`, 'tsvectorsend', "'fat':1 'xxxxxxxxxxxxxxx':2"],
  ['text[]', `'{"a, ${MAIL}",NULL,x}'`, 'array_send', `{"a, ${STARS}",NULL,x}`],
  ['json[]', `array['"${MAIL}"'::json]`, 'array_send', `{"\\"${STARS}\\""}`],
  ['app.citext', `'${MAIL}'`, 'app.citextsend', STARS],
  ['app.citext[]', `'{${MAIL}}'`, 'array_send', `{${STARS}}`],
  ['app.hstore', `'"a"=>"${MAIL}", "${MAIL}"=>NULL'`, 'app.hstore_send', `"a"=>"${STARS}", "${STARS}"=>NULL`],
  ['app.place', `row('${MAIL}', 1, null, null, 7, 'x')`, 'record_send', `(${STARS},1,,,7,x)`],
  ['app.people', `row(1, row('${MAIL}', null, null)::app.person)`, 'record_send', `(1,"(${STARS},,)")`],
]

describe('what looks personal is blotted out, in both formats alike', () => {
  test.each(seen)('%s %s', async (type, sql, send, shown) => {
    const oid = await oidOf(type)
    for (const format of formats) {
      const cell = await cellOf(`(${sql})::${type}`, send, format)
      const made = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: oid, format }, catalog)(cell)
      const bytes = Buffer.from(made ?? [])
      expect(bytes.toString('latin1')).not.toContain(MAIL)
      const { rows } = await bench.client.query<{ t: string }>({
        text: `select $1::${type}::text as t`,
        values: [format === 'binary' ? bytes : bytes.toString()],
      })
      expect([format, rows[0]?.t.trim()]).toEqual([format, shown])
    }
  })

  test('as many characters as there were, so that a varchar(15) still takes them', async () => {
    for (const format of formats) {
      const cell = await cellOf("'zoë@example.com'::varchar(15)", 'varcharsend', format)
      const made = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 1043, modifier: 19, format }, catalog)(
        cell,
      )
      expect(made?.toString()).toBe('*'.repeat(15))
    }
  })

  test('a row of no declared type', async () => {
    for (const format of formats) {
      const cell = await cellOf(`row('${MAIL}'::text, 5)`, 'record_send', format)
      const made = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 2249, format }, catalog)(cell)
      const expected = Buffer.from(cell.toString('latin1').replace(MAIL, STARS), 'latin1')
      expect(Buffer.from(made ?? [])).toEqual(expected)
    }
  })
})

/** Types that the catalog does not tell apart, and those of whose parts it knows no more than that they may be texts. */
const others: readonly (readonly [type: string, sql: string, send: string, found?: string])[] = [
  ['anyarray', `array['${MAIL}', 'x']`, 'array_send'],
  ['cstring[]', `'{${MAIL}}'::cstring[]`, ''],
  ['pg_roles', `jsonb_populate_record(null::pg_roles, '{"rolname": "${MAIL}"}')`, 'record_send'],
  [
    'information_schema.sql_identifier[]',
    `array['${MAIL}']::information_schema.sql_identifier[]`,
    'array_send',
  ],
  ['tsquery', `'''${MAIL}'' & x'::tsquery`, 'tsquerysend'],
  ['jsonpath', `'$.a ? (@ == "${MAIL}")'::jsonpath`, 'jsonpath_send'],
  ['aclitem', `replace(makeaclitem(10, 10, 'SELECT', true)::text, '/', '"${MAIL}"/')`, ''],
  ['app.words', `'["${MAIL}",z)'::app.words`, 'range_send'],
  ['app.words[]', `array['["${MAIL}",z)'::app.words]`, 'array_send'],
  ['app.words_multirange', `'{["${MAIL}",z)}'::app.words_multirange`, 'multirange_send'],
  ['app.ltree', `'Top.4111111111111111'::app.ltree`, 'app.ltree_send', '4111111111111111'],
]

test.each(others)('what looks personal is found in %s', async (type, sql, send, found = MAIL) => {
  const oid = await oidOf(type)
  for (const format of formats) {
    if (format === 'binary' && send === '') continue
    const mask = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: oid, format }, catalog)
    const cell = await cellOf(sql, send, format)
    expect(cell.toString('latin1')).toContain(found)
    const shown = Buffer.from(mask(cell) ?? []).toString('latin1')
    expect([format, shown]).toEqual([format, expect.not.stringContaining(found)])
    if (format === 'text') expect(shown).toBe(cell.toString().replace(found, '*'.repeat(found.length)))
    const harmless = await cellOf(sql.replace(found, 'nobody'), send, format)
    expect(mask(harmless)).toBe(harmless)
  }
})

/** Rows of no declared type within one another, which one masker has at the same time. */
test.each([
  `row('${MAIL}'::text, row(1))`,
  `row(row(1), '${MAIL}'::text)`,
  `row(row('${MAIL}'::text, row(1)), 1)`,
])('rows within rows: %s', async (sql) => {
  for (const format of formats) {
    const cell = await cellOf(sql, 'record_send', format)
    const made = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 2249, format }, catalog)(cell)
    const expected = Buffer.from(cell.toString('latin1').replace(MAIL, STARS), 'latin1')
    expect([format, Buffer.from(made ?? [])]).toEqual([format, expected])
  }
})

test('a value in binary of a type that is not told is NULL where something is found in it', async () => {
  const mask = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 0, format: 'binary' }, catalog)
  for (const [type, sql, send] of seen) {
    expect([type, mask(await cellOf(`(${sql})::${type}`, send, 'binary'))]).toEqual([type, null])
    const harmless = sql.replaceAll(MAIL, 'nobody').replaceAll('4111111111111111', '7')
    const cell = await cellOf(`(${harmless})::${type}`, send, 'binary')
    expect(mask(cell)).toBe(cell)
  }
  expect(mask(Buffer.alloc(SCAN_LIMIT_BYTES + 1, 'x'))).toBeNull()
})

const CARD = '4111111111111111'

const padded = (begin: string, length: number): string => `rpad('${begin} ', ${length}, '- ')`

/** In arrays and rows the length stands right before a text: its last byte may be that of a digit or a letter. */
test('what begins a text is found behind whatever length that has', async () => {
  const mask = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 0, format: 'binary' }, catalog)
  const bare = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 25, format: 'binary' }, catalog)
  const lengths = [...Array(240).keys()].map((more) => 17 + more)
  for (const length of [...lengths, 304, 0x3030, 0x3131, 0x412e, 0x10031, 0x13131]) {
    const found = [
      await cellOf(`array[1::text, ${padded(CARD, length)}]`, 'array_send', 'binary'),
      await cellOf(`row(256, ${padded(CARD, length)}, 1)`, 'record_send', 'binary'),
    ]
    expect([length, ...found.map((cell) => mask(cell))]).toEqual([length, null, null])
    const harmless = await cellOf(
      `array[1::text, ${padded('4111111111111112', length)}]`,
      'array_send',
      'binary',
    )
    expect(mask(harmless)).toBe(harmless)
    const plain = Buffer.from(`${CARD} `.padEnd(length, '- '))
    expect(bare(plain)).not.toBe(plain)
  }
}, 60_000)

const counted = (count: number) =>
  `array_to_tsvector(array['${CARD}'] || array(select 'z' || g from generate_series(2, ${count}) g))`

const placed = (place: number) => `'''-'':1,${place + 1} ''${CARD}'':${place} ''z'':1'::tsvector`

/** In a tsvector the count of the lexemes, or a position of the one before, stands right before a lexeme. */
test('a lexeme is found behind whatever stands before it', async () => {
  const known = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 3614, format: 'binary' }, catalog)
  const untold = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 0, format: 'binary' }, catalog)
  const counts = [...Array(130).keys()].map((more) => counted(1 + more))
  const places = [...Array(256).keys(), 0x3030, 0x3041, 0x3141].map((more) => placed(1 + more))
  for (const sql of [...counts, ...places]) {
    const cell = await cellOf(sql, 'tsvectorsend', 'binary')
    const expected = Buffer.from(cell.toString('latin1').replace(CARD, 'x'.repeat(16)), 'latin1')
    expect([sql, Buffer.from(known(cell) ?? [])]).toEqual([sql, expected])
    expect([sql, untold(cell)]).toEqual([sql, null])
    const harmless = Buffer.from(cell.toString('latin1').replace(CARD, '4111111111111112'), 'latin1')
    expect(known(harmless)).toBe(harmless)
    expect(untold(harmless)).toBe(harmless)
  }
}, 60_000)

const places = (count: number): Buffer => Buffer.from('00ffff61ff'.repeat(count), 'hex')

const words = (count: number): Promise<Buffer> =>
  cellOf(
    `(select string_agg('word' || g, ' & ') from generate_series(1, ${count}) g)::tsquery`,
    'tsquerysend',
    'binary',
  )

/** Behind each zero a text may begin, whose search would take a thousand times the time of one that goes through the cell once. */
test('a cell with more places where a text may begin than are searched is NULL', async () => {
  const untold = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 0, format: 'binary' }, catalog)
  const most = places(2048)
  expect(untold(most)).toBe(most)
  expect(untold(places(2049))).toBeNull()
  const tsquery = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 3615, format: 'binary' }, catalog)
  const some = await words(500)
  expect(tsquery(some)).toBe(some)
  expect(tsquery(await words(50_000))).toBeNull()
})

test.each([
  '<a>-----BEGIN PRIVATE KEY-----</a>',
  '<k><a>-----BEGIN PRIVATE KEY-----</a><b>-----END PRIVATE KEY-----</b></k>',
])('xml stays well-formed where what is found has no end: %s', async (document) => {
  for (const format of formats) {
    const cell = await cellOf(`'${document}'::xml`, 'xml_send', format)
    const mask = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 142, format }, catalog)
    expect(mask(cell)?.toString()).toBe('[redacted]')
  }
  const whole = await cellOf(
    `'<a>-----BEGIN PRIVATE KEY-----x-----END PRIVATE KEY-----</a>'::xml`,
    'xml_send',
    'text',
  )
  expect(scan(142, whole)).toMatch(/^<a>x{53}<\/a>$/)
})

test('a lexeme without an end takes nothing of those behind it along', async () => {
  const begin = '-----BEGIN PRIVATE KEY-----'
  const cell = await cellOf(`'''${begin}'':1 ''z'':2'::tsvector`, 'tsvectorsend', 'binary')
  const mask = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 3614, format: 'binary' }, catalog)
  const expected = Buffer.from(cell.toString('latin1').replace(begin, 'x'.repeat(begin.length)), 'latin1')
  expect(Buffer.from(mask(cell) ?? [])).toEqual(expected)
})

/** Documents of a type that is not told, and what the client sees of their text form. */
const escaped: readonly (readonly [sql: string, send: string, shown: string])[] = [
  [String.raw`'"ana\u0040example.com"'::json`, 'json_send', `"${STARS}"`],
  [
    String.raw`'{"a": "\u0034111111111111111", "b": 1}'::json`,
    'json_send',
    `{"a": "${'*'.repeat(16)}", "b": 1}`,
  ],
  [String.raw`'["card\n4111111111111111"]'::json`, 'json_send', String.raw`["card\n${'*'.repeat(16)}"]`],
  [String.raw`'["card\n4111111111111111"]'::jsonb`, 'jsonb_send', String.raw`["card\n${'*'.repeat(16)}"]`],
  [String.raw`array['"ana\u0040example.com"'::json]`, 'array_send', '[redacted]'],
  [String.raw`row(1, array['"ana\u0040example.com"'::json])`, 'record_send', '[redacted]'],
]

const untold = (format: Format, cell: Buffer): string | undefined =>
  maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 0, format }, catalog)(cell)?.toString()

test.each(escaped)('escapes hide nothing where the type is not told: %s', async (sql, send, shown) => {
  expect(untold('text', await cellOf(sql, send, 'text'))).toBe(shown)
  expect(untold('binary', await cellOf(sql, send, 'binary'))).toBeUndefined()
})

/** What text looks like that holds one, or part of one: nothing tells that it has escapes. */
const inTexts: readonly (readonly [sql: string, shown: string])[] = [
  ...escaped.map(([sql, , shown]): [string, string] => [sql, shown]),
  [String.raw`'log: card\n4111111111111111'`, '[redacted]'],
  [String.raw`'\nAKIAIOSFODNN7EXAMPLE'`, '[redacted]'],
  [String.raw`'\tDE89370400440532013000 ana@example.com'`, '[redacted]'],
  [
    String.raw`'{"body": "{\"n\": \"card\\n4111111111111111\"}", "k": "x"}'::json`,
    '{"body": "[redacted]", "k": "x"}',
  ],
  [`'<p>ana&#64;example.com</p>'`, '[redacted]'],
  [`'<p>ana&amp;#x0040;example.com</p>'`, '[redacted]'],
  [`'{"html": "<p>&#43;49 30 12345678</p>"}'`, '{"html": "[redacted]"}'],
]

test.each(inTexts)('escapes hide nothing in text: %s', async (sql, shown) => {
  const cell = await cellOf(`(${sql})::text`, 'textsend', 'text')
  for (const type of ['text', 'varchar', 'app.citext'])
    for (const format of formats) {
      const column = { name: 'x', type: await oidOf(type), format }
      expect(maskerFor(key)({ kind: 'scan' }, column, catalog)(cell)?.toString()).toBe(shown)
    }
})

test.each([
  ['<a>ana&#64;example.com</a>', '[redacted]'],
  ['<a>&#x2b;49 30 12345678</a>', '[redacted]'],
  ['<a>&amp;#64; &lt;&#8364;&#10; C:\\new</a>', undefined],
])('references hide nothing in xml: %s', async (document, shown) => {
  for (const format of formats) {
    const cell = await cellOf(`'${document}'::xml`, 'xml_send', format)
    const mask = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: 142, format }, catalog)
    expect(mask(cell)?.toString()).toBe(shown ?? cell.toString())
  }
})

test.each([
  String.raw`'"\u0041na \u005c at \\ example.com"'::json`,
  String.raw`'["C:\\users\\new\n"]'::json`,
])('escapes that hide nothing stay: %s', async (sql) => {
  for (const format of formats) {
    const cell = await cellOf(sql, 'json_send', format)
    for (const type of [0, 25]) {
      const mask = maskerFor(key)({ kind: 'scan' }, { name: 'x', type, format }, catalog)
      expect(mask(cell)).toBe(cell)
    }
  }
})

test('the very same cell comes back where nothing is found, and types without texts are not looked at', async () => {
  for (const [type, sql, send] of seen)
    for (const format of formats) {
      const harmless = sql.replaceAll(MAIL, 'nobody').replaceAll('4111111111111111', '7')
      const cell = await cellOf(`(${harmless})::${type}`, send, format)
      const oid = await oidOf(type)
      const masker = maskerFor(key)({ kind: 'scan' }, { name: 'x', type: oid, format }, catalog)
      expect([type, format, masker(cell) === cell]).toEqual([type, format, true])
    }
  for (const type of ['int4', 'numeric[]', 'date', 'uuid', 'app.mood', 'app.must', 'int4range', 'bytea'])
    expect(
      maskerFor(key)({ kind: 'scan' }, { name: 'x', type: await oidOf(type), format: 'text' }, catalog),
    ).toBe(keepsCell)
})

const row = (id: number, fields: readonly number[]): [number, TypeShape] => [
  id,
  { id, name: `app.deep${id}`, kind: 'composite', fields },
]

test('what lies too deep to be followed is NULL, and its type where it does not is not', () => {
  const [text, int4, first, last] = [25, 23, 20_000, 20_015]
  const between = Array.from({ length: last - first }, (_, i) => row(first + i + 1, [first + i]))
  const types = new Map([row(first, [text, int4]), ...between, row(1, [last, int4, text])])
  const mask = scannerFor({ name: 'x', type: 1, format: 'text' }, types)
  expect(mask(Buffer.from(`(,7,${MAIL})`))?.toString()).toBe(`(,7,${STARS})`)
})

const unknown = (cell: Buffer, format: Format): string | undefined =>
  scannerFor({ name: 'x', type: 99_999, format }, catalog.types)(cell)?.toString()

test('a type that the catalog does not know yet is searched', () => {
  expect(unknown(Buffer.from(`(7,${MAIL})`), 'text')).toBe(`(7,${STARS})`)
  expect(unknown(Buffer.from(`(7,${MAIL})`), 'binary')).toBeUndefined()
  expect(unknown(Buffer.from('(7,x)'), 'binary')).toBe('(7,x)')
})

const scan = (type: number, cell: Buffer): string | undefined => {
  const made = maskerFor(key)({ kind: 'scan' }, { name: 'x', type, format: 'text' }, catalog)(cell)
  return made === null ? undefined : Buffer.from(made).toString()
}

test('a cell that is too long to be searched is redacted whole', () => {
  expect(scan(25, Buffer.alloc(SCAN_LIMIT_BYTES, 'x'))).toHaveLength(SCAN_LIMIT_BYTES)
  expect(scan(25, Buffer.alloc(SCAN_LIMIT_BYTES + 1, 'x'))).toBe('[redacted]')
  expect(scan(114, Buffer.alloc(SCAN_LIMIT_BYTES + 1, ' '))).toBe('"[redacted]"')
})

test('malformed containers become NULL', () => {
  for (const type of [1009, 2249])
    expect(
      maskerFor(key)({ kind: 'scan' }, { name: 'x', type, format: 'binary' }, catalog)(
        Buffer.from('garbage'),
      ),
    ).toBeNull()
})
