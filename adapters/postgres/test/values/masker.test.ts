import { createHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { buildCatalog } from '@sluice/core/catalog/build'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { TypeShape } from '@sluice/core/catalog/type-shape'
import type { TransformSpec } from '@sluice/core/mask/transform'
import { maskerFor } from '../../src/values/masker.ts'
import { shapeOf } from '../../src/values/structures.ts'
import { typeNamed, typeOids } from '../../src/values/type-names.ts'
import { isReadable } from './accepts.ts'
import { builtInTypes, key, sampleCells, transforms } from './requests.ts'

const masker = maskerFor(key)

const mask = (
  transform: TransformSpec,
  type: number,
  format: 'text' | 'binary',
  cell: string | Buffer,
): string | null => {
  const made = masker(transform, { name: 'x', type, format }, undefined)(Buffer.from(cell))
  return made === null
    ? null
    : Buffer.from(made).toString(format === 'binary' && type !== typeOids.text ? 'hex' : 'utf8')
}

test('every type, both formats, every transform: NULL or a value of the type', () => {
  const wrong: string[] = []
  let values = 0
  // What is made of other types, the server reads in a test of its own.
  for (const { oid, name } of builtInTypes.filter((type) => shapeOf(type.oid, undefined) === undefined))
    for (const format of ['text', 'binary'] as const)
      for (const transform of transforms)
        for (const cell of sampleCells(name, format)) {
          const made = masker(transform, { name: 'x', type: oid, format }, undefined)(cell)
          if (made === null) continue
          values += 1
          if (!isReadable(name, format, Buffer.from(made)))
            wrong.push(
              `${name} ${format} ${JSON.stringify(transform)}: ${Buffer.from(made).toString('latin1')}`,
            )
        }
  expect(wrong).toEqual([])
  // The types that have room for something: were everything NULL, the test would prove nothing.
  expect(values).toBeGreaterThan(1000)
})

test('a type that is not known becomes NULL', () => {
  for (const transform of transforms)
    for (const type of [0, 2249, 2287, 16_384, 99_999])
      for (const format of ['text', 'binary'] as const)
        expect(mask(transform, type, format, 'ana@example.com')).toBeNull()
})

test('of floats that may be rounded nothing but a constant is made, wherever they are', () => {
  const rounded = maskerFor(key, 'rounded')
  const made = (transform: TransformSpec, type: number, format: 'text' | 'binary', cell: Buffer) =>
    rounded(transform, { name: 'x', type, format }, undefined)(cell)
  const number: TransformSpec = { kind: 'number', bucket: 10_000 }
  for (const [type, array] of [
    [typeOids.float4, 1021],
    [typeOids.float8, 1022],
  ] as const)
    for (const transform of [number, { kind: 'hash' }] as const) {
      expect(made(transform, type, 'text', Buffer.from('7e+04'))).toBeNull()
      expect(made(transform, array, 'text', Buffer.from('{7e+04}'))?.toString() ?? '{NULL}').toBe('{NULL}')
    }
  expect(made({ kind: 'constant', value: '5' }, typeOids.float8, 'text', Buffer.from('7e+04'))).toEqual(
    Buffer.from('5'),
  )
  const binary = Buffer.alloc(8)
  binary.writeDoubleBE(65_001)
  expect(Buffer.from(made(number, typeOids.float8, 'binary', binary) ?? []).readDoubleBE()).toBe(60_000)
  expect(made(number, typeOids.numeric, 'text', Buffer.from('65001'))).toEqual(Buffer.from('60000'))
})

/** A catalog that knows nothing but these types. */
const knowing = (...shapes: readonly TypeShape[]): Catalog =>
  buildCatalog(1, { database: 'd', relations: [], columns: [], routines: [], types: shapes }, () => [])

const maskedMail = (catalog: Catalog): string | undefined =>
  masker(
    { kind: 'email' },
    { name: 'x', type: 16_385, format: 'binary' },
    catalog,
  )(Buffer.from('ana@example.com'))?.toString()

test('citext is text where it is the extension of that name', () => {
  const shape = { id: 16_385, name: 'app.citext', kind: 'base' } as const
  expect(maskedMail(knowing({ ...shape, extension: 'citext' }))).toBe('a***@example.com')
  expect(maskedMail(knowing({ ...shape, extension: undefined }))).toBeUndefined()
})

describe('text', () => {
  test.each<[TransformSpec, string, string | null]>([
    [{ kind: 'redact' }, 'ana', '[redacted]'],
    [{ kind: 'null' }, 'ana', null],
    [{ kind: 'constant', value: 'n/a' }, 'ana', 'n/a'],
    [{ kind: 'email' }, 'ana@example.com', 'a***@example.com'],
    [{ kind: 'partial', first: 0, last: 4 }, '4111111111111111', '************1111'],
  ])('%j of %s is %s in both formats', (transform, cell, expected) => {
    expect(mask(transform, typeOids.text, 'text', cell)).toBe(expected)
    expect(mask(transform, typeOids.text, 'binary', cell)).toBe(expected)
  })

  test('what is not UTF-8 keeps nothing', () => {
    const latin1 = Buffer.from('Müller, Jürgen', 'latin1')
    expect(mask({ kind: 'partial', first: 3, last: 3 }, typeOids.text, 'text', latin1)).toBe('[redacted]')
  })

  test('the padding of char(n) is no part of the value', () => {
    const hash = (type: number, cell: string): string | null => mask({ kind: 'hash' }, type, 'text', cell)
    expect(hash(typeOids.bpchar, 'ana   ')).toBe(hash(typeOids.varchar, 'ana'))
    expect(hash(typeOids.varchar, 'ana ')).not.toBe(hash(typeOids.varchar, 'ana'))
    expect(mask({ kind: 'email' }, typeOids.bpchar, 'text', 'ana@example.com   ')).toBe('a***@example.com')
  })

  test('a name is cut between two characters', () => {
    const cut = mask({ kind: 'constant', value: 'é'.repeat(40) }, typeOids.name, 'text', 'x')
    expect(cut).toBe('é'.repeat(31))
  })
})

describe('a moment with a zone', () => {
  const moment = '1984-12-31 23:30:00-05'
  const { timestamptz, timestamp } = typeOids

  test('becomes the first one of its unit in UTC', () => {
    const year = mask({ kind: 'date', unit: 'year' }, timestamptz, 'text', moment)
    expect(year).toBe('1985-01-01 00:00:00+00')
    // Microseconds since 2000-01-01 00:00 UTC.
    const binary = Buffer.alloc(8)
    binary.writeBigInt64BE(BigInt(Date.UTC(1985, 0, 1, 4, 30) - Date.UTC(2000, 0, 1)) * 1000n)
    const first = Buffer.alloc(8)
    first.writeBigInt64BE(BigInt(Date.UTC(1985, 0, 1) - Date.UTC(2000, 0, 1)) * 1000n)
    expect(mask({ kind: 'date', unit: 'year' }, timestamptz, 'binary', binary)).toBe(first.toString('hex'))
  })

  test('has a hash, the same for the same moment', () => {
    const hash = mask({ kind: 'hash' }, timestamptz, 'text', moment)
    expect(hash).toMatch(/^(?:19|20)\d\d-\d\d-\d\d \d\d:\d\d:\d\d\+00$/)
    expect(mask({ kind: 'hash' }, timestamptz, 'text', '1985-01-01 04:30:00+00')).toBe(hash)
  })

  test('can be a constant with its zone or without', () => {
    const bare = '1970-01-01 10:00:00'
    for (const value of [bare, `${bare}+00`])
      expect(mask({ kind: 'constant', value }, timestamptz, 'text', moment)).toBe(`${bare}+00`)
    expect(mask({ kind: 'constant', value: `${bare}+00` }, timestamp, 'text', moment)).toBeNull()
  })
})

describe('hash', () => {
  test('is the HMAC of the value, in text', () => {
    const expected = createHmac('sha256', key).update('ana').digest('hex').slice(0, 32)
    expect(mask({ kind: 'hash' }, typeOids.text, 'text', 'ana')).toBe(expected)
  })

  test('of a uuid is one uuid of version 8 in both formats', () => {
    const [text] = sampleCells('uuid', 'text')
    const [binary] = sampleCells('uuid', 'binary')
    const made = mask({ kind: 'hash' }, typeOids.uuid, 'text', text ?? '')
    expect(made).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(mask({ kind: 'hash' }, typeOids.uuid, 'binary', binary ?? '')).toBe(made?.replaceAll('-', ''))
  })

  test('of bytea is the same for the hex, the escape and the binary format', () => {
    const made = mask({ kind: 'hash' }, typeOids.bytea, 'binary', Buffer.of(0, 255, 65, 92))
    expect(mask({ kind: 'hash' }, typeOids.bytea, 'text', '\\x00ff415c')).toBe(`\\x${made}`)
    expect(mask({ kind: 'hash' }, typeOids.bytea, 'text', '\\000\\377A\\\\')).toBe(`\\x${made}`)
  })

  test('of jsonb is the same in both formats', () => {
    const text = mask({ kind: 'hash' }, typeOids.jsonb, 'text', '{"a": 1}')
    const binary = mask({ kind: 'hash' }, typeOids.jsonb, 'binary', '\x01{"a": 1}')
    expect(binary).toBe(Buffer.from(`\x01${text}`).toString('hex'))
  })

  test('refuses to work without a key', () => {
    expect(() => maskerFor(new Uint8Array())).toThrow('masking key is empty')
  })
})

test.each([
  ['text', typeOids.text],
  ['character varying(40)', typeOids.varchar],
  ['numeric(10,2)', typeOids.numeric],
  ['numeric(3,-2)', typeOids.numeric],
  ['timestamp(3) with time zone', typeOids.timestamptz],
  ['pg_catalog.name', typeOids.name],
  ['TEXT', typeOids.text],
  ['text[]', 1009],
  ['uuid[]', 2951],
  ['character varying(40)[]', 1015],
  ['daterange', 3912],
  ['tsmultirange[]', 6152],
  ['timestamp(3) without time zone[]', 1115],
  ['app.text[]', 0],
  ['app.text', 0],
  ['app.email', 0],
  ['"text"', 0],
  ['', 0],
])('the type named %s is %i', (name, oid) => {
  expect(typeNamed(name, undefined)).toBe(oid)
})

describe('arrays and rows', () => {
  const place = { id: 16_400, name: 'app.place', kind: 'composite', fields: [25, 23] } as const
  const shown = (transform: TransformSpec, type: number, cell: string): string | null => {
    const made = masker(transform, { name: 'x', type, format: 'text' }, knowing(place))(Buffer.from(cell))
    return made === null ? null : Buffer.from(made).toString()
  }

  test.each<[string, TransformSpec, number, readonly string[], string | null]>([
    [
      'how many elements',
      { kind: 'redact' },
      1009,
      ['{}', '{a}', '{a,NULL,"b c"}', '{{a},{b}}', 'garbage'],
      '{"[redacted]"}',
    ],
    ['that there are none', { kind: 'constant', value: 'x' }, 1009, ['{}', '{a,b}'], '{x}'],
    ['numbers in arrays', { kind: 'redact' }, 1007, ['{}', '{1,2}'], null],
    ['which fields are NULL', { kind: 'redact' }, 16_400, ['(,)', '(a,5)', '("",)'], '("[redacted]",)'],
  ])('what tells nothing does not tell %s', (_title, transform, type, cells, expected) => {
    expect(new Set(cells.map((cell) => shown(transform, type, cell)))).toEqual(new Set([expected]))
  })

  test.each<[TransformSpec, number, string, string | null]>([
    [{ kind: 'partial', first: 1, last: 0 }, 1009, '{ana,NULL,"b, c"}', '{a**,NULL,b***}'],
    [{ kind: 'number', bucket: 10 }, 1007, '[0:1]={17,NULL}', '[0:1]={10,NULL}'],
    [{ kind: 'date', unit: 'year' }, 1182, '{{1984-07-19},{infinity}}', '{{1984-01-01},{NULL}}'],
    [{ kind: 'number', bucket: 10 }, 16_400, '(a,17)', '("[redacted]",10)'],
    [{ kind: 'number', bucket: 10 }, 3904, '[17,25)', '[10,20)'],
    [{ kind: 'partial', first: 1, last: 0 }, 1009, '{ana', null],
    [{ kind: 'partial', first: 1, last: 0 }, 1009, '{ana}}', null],
    [{ kind: 'partial', first: 1, last: 0 }, 16_400, '(a,1,secret)', null],
    [{ kind: 'partial', first: 1, last: 0 }, 16_400, '(a)', null],
  ])('%j of type %i, %s: %s', (transform, type, cell, expected) => {
    expect(shown(transform, type, cell)).toBe(expected)
  })
})
