import { type NumberForm, numberOf } from './form.ts'

/** United States: social security numbers, and taxpayer numbers (area 9xx), with hyphens. SSA, "The SSN Numbering Scheme". */
export const usSsn: NumberForm = {
  id: 'us-ssn',
  label: 'pii.national-id',
  shapes: ['3 2 4'],
  separators: '-',
  matches: (digits) => {
    const area = numberOf(digits, 0, 3)
    const group = numberOf(digits, 3, 5)
    const isTaxpayer = area >= 900 && group >= 50
    return (
      (isTaxpayer || (area < 900 && area !== 0 && area !== 666 && group !== 0)) &&
      numberOf(digits, 5, 9) !== 0
    )
  },
}
