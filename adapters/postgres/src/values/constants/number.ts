import type { ConstantReader } from './constant.ts'

const INTEGER = /^[+-]?\d{1,19}$/
const FLOAT = /^[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:e[+-]?\d{1,3})?$/i

/** int2, int4, int8: a whole number that fits. */
export const readInteger =
  (size: 2 | 4 | 8): ConstantReader =>
  (value) => {
    if (!INTEGER.test(value)) return null
    if (size < 8) return shortInteger(size, Number(value))
    const number = BigInt(value.replace(/^\+/, ''))
    if (BigInt.asIntN(size * 8, number) !== number) return null
    const wide = Buffer.alloc(8)
    wide.writeBigInt64BE(number)
    return { text: number.toString(), binary: wide.subarray(8 - size) }
  }

const shortInteger = (size: number, number: number): ReturnType<ConstantReader> => {
  const most = 2 ** (size * 8 - 1)
  if (number < -most || number >= most) return null
  const binary = Buffer.allocUnsafe(size)
  binary.writeIntBE(number, 0, size)
  // `-0` is no integer's text.
  return { text: String(number + 0), binary }
}

/** float4, float8: a finite number. */
export const readFloat =
  (size: 4 | 8): ConstantReader =>
  (value) => {
    const number = FLOAT.test(value) ? Number(value) : Number.NaN
    const stored = size === 4 ? Math.fround(number) : number
    if (!Number.isFinite(stored)) return null
    const binary = Buffer.alloc(size)
    if (size === 4) binary.writeFloatBE(stored)
    else binary.writeDoubleBE(stored)
    return { text: String(number), binary }
  }

/** oid and its like: a whole number without a sign that fits four bytes. */
export const readUnsigned: ConstantReader = (value) => {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : Number.NaN
  if (!(number < 2 ** 32)) return null
  const binary = Buffer.alloc(4)
  binary.writeUInt32BE(number)
  return { text: String(number), binary }
}
