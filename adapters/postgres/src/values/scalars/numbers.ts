import { hashedNumber, hashedSmall } from '@sluice/core/mask/hashed'
import { readFloat, readInteger, readUnsigned } from '../constants/number.ts'
import { readNumeric } from '../constants/numeric.ts'
import { type Precision, precisionOf } from '../modifiers.ts'
import type { Scalar } from './scalar.ts'

const ROOM = new Set(['number', 'fpe'] as const)
/** Of numbers that are not encrypted digit by digit. */
const NUMBER_ONLY = new Set(['number'] as const)

const ascii = (cell: Buffer): string => cell.toString('latin1')

/** int2, int4, int8. */
export const integer = (size: 2 | 4 | 8): Scalar => ({
  read: (cell, format) => {
    if (format === 'text') return ascii(cell)
    if (cell.length !== size) return null
    return size === 8 ? String(cell.readBigInt64BE()) : String(cell.readIntBE(0, size))
  },
  write: readInteger(size),
  room: ROOM,
  hashed: size === 8 ? hashedNumber((1n << 63n) - 1n) : hashedSmall(2 ** (size * 8 - 1) - 1),
})

/** oid and its like: four bytes without a sign. */
export const unsigned: Scalar = {
  read: (cell, format) => {
    if (format === 'text') return ascii(cell)
    return cell.length === 4 ? String(cell.readUInt32BE()) : null
  },
  write: readUnsigned,
  room: ROOM,
  hashed: hashedNumber((1n << 32n) - 2n),
}

/** float4, float8: the neutral text is the number as JavaScript prints it, with as many digits as it needs. */
export const float = (size: 4 | 8): Scalar => ({
  read: (cell, format) => {
    if (format === 'binary' && cell.length !== size) return null
    const stored =
      format === 'text' ? Number(ascii(cell)) : size === 4 ? cell.readFloatBE() : cell.readDoubleBE()
    return String(size === 4 ? Math.fround(stored) : stored)
  },
  write: readFloat(size),
  room: NUMBER_ONLY,
  mayBeRounded: true,
  hashed: hashedNumber(size === 4 ? 1n << 24n : 1n << 53n),
})

/** How many digits the number has at most that stands for the hash of a numeric: as many as any client can hold. */
const HASH_DIGITS = 15

/** As many digits as a transform reads; NaN, infinity and longer numbers have no neutral text. */
const DIGITS = /^-?\d{1,100}(?:\.\d{1,100})?$/

/** numeric: digits without zeros at the end of the fraction. */
export const numeric = (modifier: number | undefined): Scalar => {
  const declared = precisionOf(modifier)
  return {
    read: (cell, format) => {
      const text = format === 'text' ? ascii(cell) : numericText(cell)
      if (text === null || !DIGITS.test(text)) return null
      return text.includes('.') ? text.replace(/\.?0+$/, '') : text
    },
    write: readNumeric(declared),
    // Of the numbers with as many digits one in a thousand, or fewer, ends in the zeros of a scale below 0.
    room: declared !== undefined && declared.scale < 0 ? NUMBER_ONLY : ROOM,
    ...hashedNumeric(declared),
  }
}

/** A whole number of as many digits as the precision has before the point; none: there is no room for a hash. */
const hashedNumeric = (declared: Precision | undefined): Pick<Scalar, 'hashed'> => {
  const digits = declared === undefined ? HASH_DIGITS : declared.precision - Math.max(declared.scale, 0)
  if (digits <= 0) return {}
  const number = hashedNumber(10n ** BigInt(Math.min(digits, HASH_DIGITS)) - 1n)
  const zeros = '0'.repeat(Math.max(-(declared?.scale ?? 0), 0))
  return { hashed: zeros === '' ? number : (hex) => number(hex) + zeros }
}

const SIGNS: Readonly<Record<number, string>> = { 0: '', 0x4000: '-' }
/** More groups than this before or behind the point are more than 100 digits. */
const GROUPS_MOST = 26

/** `numeric_send`: groups of four digits, the power of 10000 of the first, sign (or NaN, infinity), scale. */
const numericText = (cell: Buffer): string | null => {
  if (cell.length < 8) return null
  const groups = cell.readUInt16BE(0)
  const weight = cell.readInt16BE(2)
  const sign = SIGNS[cell.readUInt16BE(4)]
  const scale = cell.readUInt16BE(6)
  if (sign === undefined || cell.length !== 8 + groups * 2) return null
  if (groups > GROUPS_MOST * 2 || Math.abs(weight) > GROUPS_MOST || scale > 100) return null
  const group = (at: number): string =>
    String(at >= 0 && at < groups ? cell.readUInt16BE(8 + at * 2) : 0).padStart(4, '0')
  let whole = ''
  for (let at = 0; at <= weight; at++) whole += group(at)
  let fraction = ''
  for (let at = weight + 1; fraction.length < scale; at++) fraction += group(at)
  fraction = fraction.slice(0, scale)
  return `${sign}${whole.replace(/^0+(?=\d)/, '') || '0'}${fraction === '' ? '' : `.${fraction}`}`
}
