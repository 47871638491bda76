import { Buffer, isAscii, isUtf8 } from 'node:buffer'
import type { CellMasker } from '@sluice/core/mask/plan'
import { charsetOf as nameOf } from '../startup/collations.ts'

/** The collation of what is no text: bytes, and numbers as texts. */
export const BINARY_CHARSET = 63

/** How texts of a collation are read and written. */
export type Charset = {
  /** Null: not a text of it, or of a character set in which only ASCII can be told. */
  readonly decode: (bytes: Uint8Array) => string | null
  /** A character that it does not have, or of which that is not known, becomes a question mark, as the servers write one. */
  readonly encode: (text: string) => Buffer
  /** The most bytes of a character. */
  readonly widest: number
  /** Which bytes mean what they mean in UTF-8: those of every character, or all below 0x80. */
  readonly alike: 'utf8' | 'ascii' | 'none'
}

/**
 * Masks texts of a character set with a masker of texts in UTF-8: as they are where the character set is as much `alike`,
 * and else decoded. What is no text of the character set becomes `otherwise`.
 */
export const inCharset = (
  mask: CellMasker,
  { decode, encode, alike }: Charset,
  otherwise: Uint8Array,
  least: 'utf8' | 'ascii' = 'utf8',
): CellMasker => {
  if (alike === 'utf8' || alike === least) return mask
  const ascii = alike === 'ascii'
  return (cell) => {
    if (ascii && isAscii(cell)) return mask(cell)
    const text = decode(cell)
    const plain = text === null ? null : Buffer.from(text, 'utf8')
    const shown = plain === null ? otherwise : mask(plain)
    if (shown === plain) return cell
    return shown === null ? null : encode(view(shown).toString('utf8'))
  }
}

const view = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length)

const utf8 = (widest: number): Charset => ({
  decode: (bytes) => (isUtf8(bytes) ? view(bytes).toString('utf8') : null),
  encode: (text) => Buffer.from(text, 'utf8'),
  widest,
  alike: 'utf8',
})

const QUESTION_MARK = 0x3f
const LAST_ASCII = 0x7f

/** Of a character set that is not known more than ASCII: a text with more tells nothing. */
const unknown: Charset = {
  decode: (bytes) => (isAscii(bytes) ? view(bytes).toString('latin1') : null),
  encode: (text) => encodedBy(text, NO_CHARACTERS),
  widest: 1,
  alike: 'ascii',
}

/** The bytes of characters beyond ASCII. */
type Characters = ReadonlyMap<string, readonly number[]>

const NO_CHARACTERS: Characters = new Map()

const encodedBy = (text: string, characters: Characters): Buffer =>
  Buffer.from(
    Array.from(text).flatMap((character) => {
      const code = character.codePointAt(0) ?? 0
      return code <= LAST_ASCII ? [code] : (characters.get(character) ?? [QUESTION_MARK])
    }),
  )

/** ICU has fewer characters in `euc-kr` than the servers: it takes the first byte of others for a character. */
const FIRST_ALONE = /[\u0080-\u009f]/

/** WHATWG, "Encoding Standard": by its label there. Written are characters of two bytes at most. */
const byLabel = (label: string, widest: number, alike: 'ascii' | 'none'): Charset => {
  const decoder = new TextDecoder(label, { fatal: true })
  let characters: Characters | undefined
  return {
    decode: (bytes) => {
      try {
        const text = decoder.decode(bytes)
        return alike === 'none' && FIRST_ALONE.test(text) ? null : text
      } catch {
        return null
      }
    },
    encode: (text) => {
      if (isAscii(Buffer.from(text, 'utf8'))) return Buffer.from(text, 'latin1')
      characters ??= charactersOf(label, widest === 1 ? undefined : alike === 'ascii' ? 0xa1 : 0x40)
      return encodedBy(text, characters)
    },
    widest,
    alike,
  }
}

/** `least`: the least second byte of a character; undefined: it has one byte. */
const charactersOf = (label: string, least: number | undefined): Characters => {
  const decoder = new TextDecoder(label)
  const all = new Map<string, readonly number[]>()
  const add = (...bytes: readonly number[]): void => {
    const [character = '', more] = decoder.decode(Uint8Array.from(bytes))
    if (more === undefined && character !== '\ufffd' && !all.has(character)) all.set(character, bytes)
  }
  for (let first = LAST_ASCII + 1; first <= 0xff; first++) {
    add(first)
    for (let second = least ?? 0x100; second <= 0xff; second++) add(first, second)
  }
  return all
}

const swapped = (bytes: Uint8Array): Buffer => Buffer.from(bytes).swap16()

const utf16le: Charset = {
  decode: (bytes) => (bytes.length % 2 === 0 ? view(bytes).toString('utf16le') : null),
  encode: (text) => Buffer.from(text, 'utf16le'),
  widest: 4,
  alike: 'none',
}

/** ucs2 and utf16, whose first byte is the high one. */
const utf16 = (widest: number): Charset => ({
  decode: (bytes) => (bytes.length % 2 === 0 ? swapped(bytes).toString('utf16le') : null),
  encode: (text) => Buffer.from(text, 'utf16le').swap16(),
  widest,
  alike: 'none',
})

const MOST_CODE_POINT = 0x10ffff

const utf32: Charset = {
  decode: (bytes) => {
    if (bytes.length % 4 !== 0) return null
    const all = view(bytes)
    let text = ''
    for (let at = 0; at < all.length; at += 4) {
      const code = all.readUInt32BE(at)
      if (code > MOST_CODE_POINT) return null
      text += String.fromCodePoint(code)
    }
    return text
  },
  encode: (text) => {
    const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0)
    const bytes = Buffer.alloc(codes.length * 4)
    for (const [at, code] of codes.entries()) bytes.writeUInt32BE(code, at * 4)
    return bytes
  },
  widest: 4,
  alike: 'none',
}

/** MariaDB: collations above this are of families with a part for each character set (UCA 14.0.0). */
const FAMILIES_FROM = 2048

/**
 * Ids of collations by character set, `[from, to]`: `SELECT ID, CHARACTER_SET_NAME FROM information_schema.COLLATIONS`
 * of MySQL 9 and MariaDB 11.
 */
const RANGES: readonly (readonly [Charset, readonly (readonly [number, number])[]])[] = [
  [
    utf16(2),
    [
      [35, 35],
      [90, 90],
      [128, 151],
      [159, 159],
      [640, 666],
    ],
  ],
  [
    utf16(4),
    [
      [54, 55],
      [101, 124],
      [672, 698],
    ],
  ],
  [
    utf16le,
    [
      [56, 56],
      [62, 62],
    ],
  ],
  [
    utf32,
    [
      [60, 61],
      [160, 183],
      [736, 762],
    ],
  ],
  [
    utf8(3),
    [
      [33, 33],
      [76, 76],
      [83, 83],
      [192, 215],
      [223, 223],
      [576, 602],
    ],
  ],
  [
    utf8(4),
    [
      [45, 46],
      [224, 247],
      [255, 323],
      [608, 634],
    ],
  ],
]

/** MariaDB, `mysys/charset-def.c`: 256 collations for each of utf8mb3, utf8mb4, ucs2, utf16, utf32, in this order. */
const FAMILIES: readonly Charset[] = [utf8(3), utf8(4), utf16(2), utf16(4), utf32]

/** JSON and what it is computed from: UTF-8 that is told to be bytes. */
const binary = utf8(1)

const once = (label: string, widest: number, alike: 'ascii' | 'none'): (() => Charset) => {
  let made: Charset | undefined
  return () => (made ??= byLabel(label, widest, alike))
}

const single = (label: string): (() => Charset) => once(label, 1, 'ascii')

/** A second byte may be ASCII: from `@` on, or a letter (MySQL: `iseuc_kr_tail1`), or a digit. */
const mixed = (label: string, widest = 2): (() => Charset) => once(label, widest, 'none')

/** The others by their names, as far as the Encoding Standard has them. */
const NAMED: ReadonlyMap<string, () => Charset> = new Map([
  ['latin1', single('windows-1252')],
  ['latin2', single('iso-8859-2')],
  ['latin5', single('iso-8859-9')],
  ['latin7', single('iso-8859-13')],
  ['cp1250', single('windows-1250')],
  ['cp1251', single('windows-1251')],
  ['cp1256', single('windows-1256')],
  ['cp1257', single('windows-1257')],
  ['cp866', single('ibm866')],
  ['greek', single('iso-8859-7')],
  ['hebrew', single('iso-8859-8')],
  ['koi8r', single('koi8-r')],
  ['koi8u', single('koi8-u')],
  ['macroman', single('macintosh')],
  ['tis620', single('windows-874')],
  ['gb2312', once('gbk', 2, 'ascii')],
  ['ujis', once('euc-jp', 3, 'ascii')],
  ['eucjpms', once('euc-jp', 3, 'ascii')],
  ['euckr', mixed('euc-kr')],
  ['sjis', mixed('shift_jis')],
  ['cp932', mixed('shift_jis')],
  ['big5', mixed('big5')],
  ['gbk', mixed('gbk')],
  ['gb18030', mixed('gb18030', 4)],
])

/** How texts of a collation are read and written; one that is not known has ASCII at least. */
export const charsetOf = (collation: number): Charset => {
  if (collation === BINARY_CHARSET) return binary
  if (collation >= FAMILIES_FROM) return FAMILIES[(collation - FAMILIES_FROM) >> 8] ?? unknown
  for (const [charset, ranges] of RANGES)
    if (ranges.some(([from, to]) => collation >= from && collation <= to)) return charset
  return NAMED.get(nameOf(collation) ?? '')?.() ?? unknown
}
