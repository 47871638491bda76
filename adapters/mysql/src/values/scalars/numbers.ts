// MySQL Internals, "Binary Protocol Value": integers and floats are little-endian
import { hashedNumber, hashedSmall } from '@sluice/core/mask/hashed'
import { columnFlag } from '../../messages/column-types.ts'
import { ascii, type Scalar, type ScalarOf } from './scalar.ts'

/** `decimals` of a number whose digits behind the point are not fixed. */
const NOT_FIXED_DECIMALS = 31

const ROOM = new Set(['number', 'fpe'] as const)
const INTEGER = /^[+-]?\d{1,20}$/
const FLOAT = /^[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:e[+-]?\d{1,3})?$/i

/** TINYINT, SMALLINT, MEDIUMINT, INT, BIGINT: `bits` of value in `size` bytes of a binary row. */
export const integer =
  (size: 1 | 2 | 4 | 8, bits: number = size * 8): ScalarOf =>
  ({ format, flags, length }) => {
    const unsigned = (flags & columnFlag.UNSIGNED) !== 0
    const least = unsigned ? 0n : -(1n << BigInt(bits - 1))
    const most = (1n << BigInt(unsigned ? bits : bits - 1)) - 1n
    // A width beyond that of the widest type would be the database's to make the gateway write.
    const padded = (flags & columnFlag.ZEROFILL) === 0 ? 0 : Math.min(length, 255)
    const binary = format === 'binary'
    return {
      read: (cell) => (binary ? readBinary(cell, size, unsigned) : textOf(cell)),
      write: (text) => {
        const value = INTEGER.test(text) ? BigInt(text.replace(/^\+/, '')) : undefined
        if (value === undefined || value < least || value > most) return null
        return binary ? writeBinary(value, size) : ascii(String(value).padStart(padded, '0'))
      },
      room: ROOM,
      hashed: size === 8 ? hashedNumber(most) : hashedSmall(Number(most)),
      zero: '0',
    }
  }

/** Digits without the zeros that ZEROFILL puts before them. */
const textOf = (cell: Buffer): string => cell.toString('latin1').replace(/^(-?)0+(?=\d)/, '$1')

const readBinary = (cell: Buffer, size: number, unsigned: boolean): string | null => {
  if (cell.length !== size) return null
  if (size === 8) return String(unsigned ? cell.readBigUInt64LE() : cell.readBigInt64LE())
  return String(unsigned ? cell.readUIntLE(0, size) : cell.readIntLE(0, size))
}

const writeBinary = (value: bigint, size: number): Buffer => {
  const wide = Buffer.alloc(8)
  wide.writeBigUInt64LE(BigInt.asUintN(64, value))
  return wide.subarray(0, size)
}

const YEAR_FIRST = 1901
const YEAR_LAST = 2155

/** YEAR: 0, and 1901 to 2155. */
export const year: ScalarOf = ({ format }): Scalar => ({
  read: (cell) => (format === 'text' ? textOf(cell) : cell.length === 2 ? String(cell.readUInt16LE()) : null),
  write: (text) => {
    const value = /^\d{1,4}$/.test(text) ? Number(text) : -1
    if (value !== 0 && !(value >= YEAR_FIRST && value <= YEAR_LAST)) return null
    return format === 'text' ? ascii(String(value).padStart(4, '0')) : writeBinary(BigInt(value), 2)
  },
  room: new Set(['number']),
  hashed: (hex) => String(YEAR_FIRST + (Number.parseInt(hex.slice(0, 8), 16) % (YEAR_LAST - YEAR_FIRST + 1))),
  zero: '2000',
})

/** FLOAT, DOUBLE: the neutral text is the number as JavaScript prints it. */
export const float =
  (size: 4 | 8): ScalarOf =>
  ({ format, decimals, length }) => ({
    read: (cell) => {
      if (format === 'binary' && cell.length !== size) return null
      const stored =
        format === 'text'
          ? Number(cell.toString('latin1'))
          : size === 4
            ? cell.readFloatLE()
            : cell.readDoubleLE()
      if (size === 8) return String(stored)
      return String(Math.fround(format === 'text' ? stored : printed(stored, decimals)))
    },
    write: (text) => {
      const number = FLOAT.test(text) ? Number(text) : Number.NaN
      if (!(Math.abs(size === 4 ? Math.fround(number) : number) < floatEnd(length, decimals))) return null
      if (format === 'text') return ascii(floatText(number, decimals))
      const binary = Buffer.alloc(size)
      if (size === 4) binary.writeFloatLE(number)
      else binary.writeDoubleLE(number)
      return binary
    },
    room: new Set(['number']),
    hashed: hashedNumber(floatHashes(size, floatEnd(length, decimals))),
    zero: '0',
  })

/**
 * A FLOAT as the text protocol has it: six digits, or as many behind the point as declared. MariaDB: `my_gcvt` rounds what lies
 * in the middle to an even digit.
 */
const printed = (stored: number, decimals: number): number => {
  if (decimals < NOT_FIXED_DECIMALS) return Number(stored.toFixed(decimals))
  const [, digits = '', exponent = ''] = /^(-?\d\.\d{4}[02468])50*(e.*)$/.exec(stored.toExponential(20)) ?? []
  return Number(digits === '' ? stored.toPrecision(6) : digits + exponent)
}

/** FLOAT(M, D) ends before 10^(M-D): "Floating-Point Types". */
const floatEnd = (length: number, decimals: number): number =>
  decimals < NOT_FIXED_DECIMALS ? 10 ** Math.max(0, length - decimals) : Number.POSITIVE_INFINITY

/** How many whole numbers both the type and the column have. */
const floatHashes = (size: 4 | 8, end: number): bigint =>
  BigInt(Math.min(size === 4 ? 2 ** 24 : 2 ** 53, Math.max(1, end - 1)))

/** As MySQL prints it: an exponent has no plus sign. */
const floatText = (number: number, decimals: number): string =>
  decimals < NOT_FIXED_DECIMALS && Math.abs(number) < 1e21
    ? number.toFixed(decimals)
    : String(number).replace('e+', 'e')

const DECIMAL = /^([+-]?)(\d{1,100})(?:\.(\d{0,100}))?$/
/** DECIMAL(65, 38) is the widest there is. */
const MOST_SCALE = 38
/** As many digits as any client can hold. */
const HASH_DIGITS = 15

/** DECIMAL, which is a text in both protocols: as many digits behind the point as declared, and no more before it. */
export const decimal: ScalarOf = ({ length, decimals, flags }): Scalar => {
  const scale = decimals <= MOST_SCALE ? decimals : 0
  const signed = (flags & columnFlag.UNSIGNED) === 0
  const whole = Math.max(0, length - (scale > 0 ? 1 : 0) - (signed ? 1 : 0) - scale)
  const write = (text: string): Buffer | null => {
    const match = DECIMAL.exec(text)
    const [, sign = '', digits = '', fraction = ''] = match ?? []
    const plain = digits.replace(/^0+(?=\d)/, '')
    // Zero needs no digit before the point.
    const fits = plain === '0' || plain.length <= whole
    if (match === null || !fits || (sign === '-' && !signed)) return null
    const behind = fraction.slice(0, scale).padEnd(scale, '0')
    const nonZero = /[1-9]/.test(plain + behind)
    return ascii(`${sign === '-' && nonZero ? '-' : ''}${plain}${scale === 0 ? '' : `.${behind}`}`)
  }
  return {
    read: (cell) => {
      const text = textOf(cell)
      return text.includes('.') ? text.replace(/\.?0+$/, '') : text
    },
    write,
    room: ROOM,
    ...(whole === 0 ? {} : { hashed: hashedNumber(10n ** BigInt(Math.min(whole, HASH_DIGITS)) - 1n) }),
    zero: '0',
  }
}

/** BIT(n): bytes with the highest first, in both protocols. `length` is n. */
export const bit: ScalarOf = ({ length }): Scalar => {
  const bits = Math.min(Math.max(length, 1), 64)
  const size = Math.ceil(bits / 8)
  return {
    read: (cell) => (cell.length <= 8 ? String(BigInt(`0x0${cell.toString('hex')}`)) : null),
    write: (text) => {
      const value = /^\d{1,20}$/.test(text) ? BigInt(text) : -1n
      if (value < 0n || BigInt.asUintN(bits, value) !== value) return null
      return Buffer.from(value.toString(16).padStart(size * 2, '0'), 'hex')
    },
    room: new Set(['number']),
    hashed: (hex) => String(BigInt.asUintN(bits, BigInt(`0x${hex.slice(0, 16)}`))),
    zero: '0',
  }
}
