import { luhn } from '../checksums.ts'
import { type NumberForm, numberOf } from './form.ts'

/** Issuer ranges by the first six digits, and how long their numbers are: ISO/IEC 7812, as the schemes publish them. */
const RANGES: readonly (readonly [from: number, to: number, lengths: readonly number[]])[] = [
  [400_000, 499_999, [13, 16, 19]],
  [510_000, 559_999, [16]],
  [222_100, 272_099, [16]],
  [340_000, 349_999, [15]],
  [370_000, 379_999, [15]],
  [300_000, 305_999, [14]],
  [360_000, 369_999, [14]],
  [380_000, 399_999, [14, 16]],
  [601_100, 601_199, [16, 19]],
  [644_000, 659_999, [16, 19]],
  [620_000, 629_999, [16, 17, 18, 19]],
  [352_800, 358_999, [16]],
]

/** Payment cards: an issuer's range, its length, and the check digit. */
export const card: NumberForm = {
  id: 'card',
  label: 'pii.card',
  shapes: ['13', '14', '15', '16', '17', '18', '19', '4 4 4 4', '4 6 5', '4 6 4', '4 4 4 4 3', '4 4 4 1'],
  separators: ' -',
  matches: (digits) => {
    const head = numberOf(digits, 0, 6)
    return (
      RANGES.some(([from, to, lengths]) => head >= from && head <= to && lengths.includes(digits.length)) &&
      digits.some((value) => value !== digits[0]) &&
      luhn(digits)
    )
  },
}
