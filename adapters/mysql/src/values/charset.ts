import { Buffer, isUtf8 } from 'node:buffer'
import type { CellMasker } from '@sluice/core/mask/plan'

/** The collation of what is no text: bytes, and numbers as texts. */
export const BINARY_CHARSET = 63

/** How texts of a collation are read and written. */
export type Charset = {
  /** Null: not a text of it, or of a character set in which only ASCII can be told. */
  readonly decode: (bytes: Uint8Array) => string | null
  readonly encode: (text: string) => Buffer
  /** The most bytes of a character. */
  readonly widest: number
}

/**
 * Masks texts of a character set with a masker of texts in UTF-8: as they are where ASCII means ASCII, and else decoded.
 * What is no text of the character set becomes `otherwise`.
 */
export const inCharset = (
  mask: CellMasker,
  { decode, encode }: Charset,
  otherwise: Uint8Array,
): CellMasker => {
  if (encode(' ').length === 1) return mask
  return (cell) => {
    const text = decode(cell)
    const plain = text === null ? null : Buffer.from(text, 'utf8')
    const shown = plain === null ? otherwise : mask(plain)
    if (shown === plain) return cell
    return shown === null ? null : encode(view(shown).toString('utf8'))
  }
}

const view = ({ buffer, byteOffset, length }: Uint8Array): Buffer => Buffer.from(buffer, byteOffset, length)

/**
 * Every character set in which ASCII means ASCII. Of another than UTF-8 it is not known where a character ends: a text
 * that is no UTF-8 tells nothing.
 */
const asciiSuperset = (widest: number): Charset => ({
  decode: (bytes) => (isUtf8(bytes) ? view(bytes).toString('utf8') : null),
  encode: (text) => Buffer.from(text, 'utf8'),
  widest,
})

const swapped = (bytes: Uint8Array): Buffer => Buffer.from(bytes).swap16()

const utf16le: Charset = {
  decode: (bytes) => (bytes.length % 2 === 0 ? view(bytes).toString('utf16le') : null),
  encode: (text) => Buffer.from(text, 'utf16le'),
  widest: 4,
}

/** ucs2 and utf16, whose first byte is the high one. */
const utf16 = (widest: number): Charset => ({
  decode: (bytes) => (bytes.length % 2 === 0 ? swapped(bytes).toString('utf16le') : null),
  encode: (text) => Buffer.from(text, 'utf16le').swap16(),
  widest,
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
    asciiSuperset(3),
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
    asciiSuperset(4),
    [
      [45, 46],
      [224, 247],
      [255, 323],
      [608, 634],
    ],
  ],
]

/** MariaDB, `mysys/charset-def.c`: 256 collations for each of utf8mb3, utf8mb4, ucs2, utf16, utf32, in this order. */
const FAMILIES: readonly Charset[] = [asciiSuperset(3), asciiSuperset(4), utf16(2), utf16(4), utf32]

const SINGLE = asciiSuperset(1)

/** How texts of a collation are read and written; one that is not known has ASCII at least. */
export const charsetOf = (collation: number): Charset => {
  if (collation >= FAMILIES_FROM) return FAMILIES[(collation - FAMILIES_FROM) >> 8] ?? SINGLE
  for (const [charset, ranges] of RANGES)
    if (ranges.some(([from, to]) => collation >= from && collation <= to)) return charset
  return SINGLE
}
