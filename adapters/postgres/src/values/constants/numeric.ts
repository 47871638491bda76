import { isWithin, type Precision } from '../modifiers.ts'
import type { ConstantReader } from './constant.ts'

const DECIMAL = /^([+-]?)(\d{1,100})(?:\.(\d{0,100}))?$/
const POSITIVE = 0x0000
const NEGATIVE = 0x4000

/**
 * numeric: digits with or without a fraction, within the precision where one is declared. Binary form: `numeric_send`,
 * groups of four decimal digits.
 */
export const readNumeric =
  (declared: Precision | undefined): ConstantReader =>
  (value) => {
    const match = DECIMAL.exec(value)
    if (match === null) return null
    const whole = (match[2] ?? '').replace(/^0+(?=\d)/, '')
    const fraction = match[3] ?? ''
    if (declared !== undefined && !isWithin(whole, fraction, declared)) return null
    const groups = groupsOf(whole, fraction)
    const negative = match[1] === '-' && groups.digits.length > 0
    const binary = Buffer.alloc(8 + groups.digits.length * 2)
    binary.writeUInt16BE(groups.digits.length, 0)
    binary.writeInt16BE(groups.weight, 2)
    binary.writeUInt16BE(negative ? NEGATIVE : POSITIVE, 4)
    binary.writeUInt16BE(fraction.length, 6)
    for (const [index, digit] of groups.digits.entries()) binary.writeUInt16BE(digit, 8 + index * 2)
    return { text: `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`, binary }
  }

/** Base-10000 digits without leading or trailing zeros; `weight`: the power of 10000 of the first. */
const groupsOf = (whole: string, fraction: string): { digits: readonly number[]; weight: number } => {
  const left = whole.padStart(Math.ceil(whole.length / 4) * 4, '0')
  const right = fraction.padEnd(Math.ceil(fraction.length / 4) * 4, '0')
  const digits = (left + right).match(/\d{4}/g)?.map(Number) ?? []
  const first = digits.findIndex((digit) => digit !== 0)
  if (first < 0) return { digits: [], weight: 0 }
  const last = digits.findLastIndex((digit) => digit !== 0)
  return { digits: digits.slice(first, last + 1), weight: left.length / 4 - 1 - first }
}
