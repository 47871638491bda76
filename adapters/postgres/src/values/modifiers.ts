// PostgreSQL: `anychar_typmodin` in `varchar.c`, `make_numeric_typmod` in `numeric.c`, `anybit_typmodin` in `varbit.c`
import { typeOids } from './type-names.ts'

/** PostgreSQL: `VARHDRSZ`, which the modifiers of texts and of numeric are counted from. */
const COUNTED_FROM = 4

/** The most characters of a text of the type: as many as `char(n)` and `varchar(n)` are declared with. */
export const mostCharacters = (type: number, modifier: number | undefined): number =>
  (type === typeOids.varchar || type === typeOids.bpchar) && modifier !== undefined
    ? modifier - COUNTED_FROM
    : Number.POSITIVE_INFINITY

/** What a numeric is declared with. `scale`: digits behind the point; below 0, as many in front of it are zero. */
export type Precision = { readonly precision: number; readonly scale: number }

/** Of `numeric(p,s)`; undefined where nothing is declared. */
export const precisionOf = (modifier: number | undefined): Precision | undefined => {
  if (modifier === undefined) return undefined
  const counted = modifier - COUNTED_FROM
  // Eleven bits with a sign; before PostgreSQL 15 they were never negative.
  return { precision: (counted >> 16) & 0xffff, scale: ((counted & 0x7ff) ^ 0x400) - 0x400 }
}

/** Whether digits before and behind the point are a number of the precision as they stand, nothing rounded. */
export const isWithin = (whole: string, fraction: string, { precision, scale }: Precision): boolean => {
  const places = Math.max(scale, 0)
  const exact = fraction.replace(/0+$/, '')
  if (exact.length > places) return false
  const digits = (whole + exact.padEnd(places, '0')).replace(/^0+/, '')
  const zeros = Math.max(-scale, 0)
  return digits === '' || (digits.length - zeros <= precision && digits.endsWith('0'.repeat(zeros)))
}

/** How many bits `bit(n)` has. */
export const bitsOf = (modifier: number | undefined): number => modifier ?? 1
