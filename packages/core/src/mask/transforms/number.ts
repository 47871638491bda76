import { REVEALS_NULLNESS, type SpecOf, type TransformDefinition } from './definition.ts'
import { REDACTED } from './redact.ts'

/** The largest bucket. Up to here a number of JavaScript is exact. */
export const BUCKET_LIMIT = Number.MAX_SAFE_INTEGER

const DECIMAL = /^(-?)(\d{1,100})(?:\.(\d{1,100}))?$/
/** How PostgreSQL and JSON print numbers that are very large or very small. */
const EXPONENT = /^-?\d{1,40}(?:\.\d{1,40})?e[+-]?\d{1,3}$/i

/** A number becomes the largest multiple of the bucket that is not above it: 61,250 by 10,000 is 60,000. */
export const number: TransformDefinition<SpecOf<'number'>> = {
  kind: 'number',
  reveals: ({ bucket }) => ({ ...REVEALS_NULLNESS, number: 1 / bucket }),
  compile: ({ bucket }) => {
    const size = BigInt(bucket)
    return (text) => {
      const floor = floorOf(text)
      if (floor === null) return REDACTED
      const rest = floor % size
      return String(floor - (rest < 0n ? rest + size : rest))
    }
  },
}

/** The largest whole number that is not above it; null where the text is no number. */
const floorOf = (text: string): bigint | null => {
  const match = DECIMAL.exec(text)
  if (match !== null) {
    const [, sign, whole = '0', fraction = ''] = match
    if (sign !== '-') return BigInt(whole)
    return -BigInt(whole) - (/[1-9]/.test(fraction) ? 1n : 0n)
  }
  const value = EXPONENT.test(text) ? Math.floor(Number(text)) : Number.NaN
  return Number.isFinite(value) ? BigInt(value) : null
}
