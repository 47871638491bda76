import { expect, test } from '@jest/globals'
import type { ScanSpec } from '@sluice/core/mask/plan'
import type { TransformSpec } from '@sluice/core/mask/transform'
import { columnType } from '../../src/messages/column-types.ts'
import { maskerFor } from '../../src/values/masker.ts'

const UTF8MB4 = 45

/** A text as an e-mail mask makes it, for a column of so many characters. */
const masked = (text: string, characters: number): string => {
  const column = { name: 'mail', type: columnType.VAR_STRING, format: 'text', flags: 0, decimals: 0 } as const
  const mask = maskerFor(Buffer.alloc(32, 1))(
    { kind: 'email' },
    { ...column, charset: UTF8MB4, length: characters * 4 },
    undefined,
  )
  return Buffer.from(mask(Buffer.from(text)) ?? '').toString()
}

test.each([
  ['ana@example.com', 100, 'a***@example.com'],
  ['ana@example.com', 15, 'a***@example.co'],
  ['a@b.c', 6, 'a***@b'],
  ['ána@example.com', 100, 'á***@example.com'],
  ['no address', 100, '[redacted]'],
  ['no address', 4, '[red'],
])('%s in a column of %i characters', (text, characters, expected) => {
  expect(masked(text, characters)).toBe(expected)
})

/** What a transform makes of bytes in a column of the collation. */
const made = (
  bytes: Buffer,
  transform: TransformSpec | ScanSpec,
  charset: number,
  declared = 'varchar(100)',
): Buffer => {
  const column = { name: 'x', type: columnType.VAR_STRING, format: 'text', flags: 0, decimals: 0 } as const
  const mask = maskerFor(Buffer.alloc(32, 1))(
    transform,
    { ...column, charset, length: 0, extended: declared },
    undefined,
  )
  return Buffer.from(mask(bytes) ?? '')
}

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const LATIN1 = 8
const GBK = 28
const SJIS = 13
const GB18030 = 248
const SWE7 = 10
const KOI8R = 7
const UTF16LE = 56

/** `SELECT HEX(CONVERT('gelöscht' USING …))`. */
test.each([
  ['latin1', LATIN1, '67656c f6 73636874'],
  ['gbk, which has no such letter', GBK, '67656c 3f 73636874'],
  ['koi8r, likewise', KOI8R, '67656c 3f 73636874'],
  ['a character set that is not known beyond ASCII', SWE7, '67656c 3f 73636874'],
  ['utf16le', UTF16LE, '67006500 6c00f600 73006300 68007400'],
  ['utf8mb4', UTF8MB4, '67656c c3b6 73636874'],
])('a constant and a label are written in %s', (_name, charset, bytes) => {
  const constant = { kind: 'constant', value: 'gelöscht' } as const
  expect(made(Buffer.from('x'), constant, charset)).toEqual(hex(bytes))
  expect(made(Buffer.from('x'), constant, charset, "enum('a','gelöscht')")).toEqual(hex(bytes))
})

test.each([
  ['latin1', LATIN1, 'e9'],
  ['gbk', GBK, 'a8a6'],
  ['utf16le', UTF16LE, 'e900'],
])('a hash is the same in %s as in UTF-8', (_name, charset, bytes) => {
  const shown = made(hex(bytes), { kind: 'hash' }, charset).toString('latin1').replaceAll('\0', '')
  expect(shown).toBe(made(Buffer.from('é'), { kind: 'hash' }, UTF8MB4).toString())
})

test('an address is masked in its own character set', () => {
  const address = Buffer.from('J\xf6rg@example.com', 'latin1')
  expect(made(address, { kind: 'email' }, LATIN1).toString()).toBe('J***@example.com')
  expect(made(hex('83 68 40 61 2e 62'), { kind: 'email' }, SJIS)).toEqual(hex('83 68 2a 2a 2a 40 61 2e 62'))
})

test.each([
  ['four bytes of gb18030', GB18030, '81 30 84 36'],
  ['two bytes of gb18030', GB18030, '81 41'],
  ['two bytes of sjis', SJIS, '83 68'],
  ['one byte of sjis', SJIS, 'b1'],
])('a character of %s hides no number behind it', (_name, charset, before) => {
  const number = Buffer.from('4111111111111111')
  const stars = Buffer.from('*'.repeat(16))
  const shown = made(Buffer.concat([hex(before), number, hex(before)]), { kind: 'scan' }, charset)
  // Only characters of four bytes are not written again.
  const kept = before.length > 8 ? Buffer.from('?') : hex(before)
  expect(shown).toEqual(Buffer.concat([kept, stars, kept]))
})
