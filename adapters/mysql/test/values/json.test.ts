import { describe, expect, test } from '@jest/globals'
import { keepsCell } from '@sluice/core/mask/plan'
import { columnType } from '../../src/messages/column-types.ts'
import { charsetOf } from '../../src/values/charset.ts'
import type { MysqlColumn } from '../../src/values/column.ts'
import { maskerFor } from '../../src/values/masker.ts'

const masker = maskerFor(Buffer.alloc(32, 1))

const column = (charset: number, type: number = columnType.BLOB): MysqlColumn => ({
  name: 'doc',
  type,
  format: 'text',
  charset,
  length: 1000,
  flags: 0,
  decimals: 0,
  extended: 'json',
})

const DOCUMENT = '{"mail": "ana@example.com", "name": "Müller"}'

/** Collations: SELECT ID, COLLATION_NAME FROM information_schema.COLLATIONS. */
describe.each([
  ['utf8mb4_bin', 46],
  ['ucs2_bin', 90],
  ['utf16_bin', 55],
  ['utf16le_bin', 62],
  ['utf32_bin', 61],
])('a document in %s', (_name, charset) => {
  const { encode, decode } = charsetOf(charset)

  test('is searched', () => {
    const mask = masker({ kind: 'scan' }, column(charset), undefined)
    expect(decode(mask(encode(DOCUMENT)) ?? Buffer.alloc(0))).toBe(
      '{"mail": "***************", "name": "Müller"}',
    )
    const harmless = encode('{"name": "Müller"}')
    expect(mask(harmless)).toBe(harmless)
  })

  test('is masked, and stays one of the character set', () => {
    const inside = { path: '$.mail', transform: { kind: 'redact' } } as const
    const mask = masker({ kind: 'json', paths: [inside] }, column(charset), undefined)
    expect(decode(mask(encode(DOCUMENT)) ?? Buffer.alloc(0))).toBe('{"mail":"[redacted]","name":"Müller"}')
    const redacts = masker({ kind: 'redact' }, column(charset), undefined)
    expect(decode(redacts(encode(DOCUMENT)) ?? Buffer.alloc(0))).toBe('"[redacted]"')
  })

  test('that is no text of the character set is redacted', () => {
    const mask = masker({ kind: 'scan' }, column(charset), undefined)
    const broken = encode(DOCUMENT).subarray(1)
    expect(decode(mask(broken) ?? Buffer.alloc(0))).toBe('"[redacted]"')
  })
})

test('a document whose character set is not told is redacted where it is in none like ASCII', () => {
  const mask = masker({ kind: 'scan' }, column(63, columnType.JSON), undefined)
  expect(mask).not.toBe(keepsCell)
  expect(mask(charsetOf(55).encode(DOCUMENT))?.toString()).toBe(Buffer.from('"[redacted]"').toString())
})
