import { type NumberForm, numberOf } from './form.ts'

/**
 * North American numbers as they are written: `555-123-4567`, `555 123-4567`, `1.555.123.4567`. No area code begins with 0
 * or 1. Others need their `+`.
 */
export const phone: NumberForm = {
  id: 'phone-national',
  label: 'pii.phone',
  shapes: ['3 3 4', '1 3 3 4'],
  separators: ' -.',
  mixed: true,
  matches: (digits) => {
    const area = digits.length - NATIONAL_DIGITS
    return (area === 0 || digits[0] === 1) && numberOf(digits, area, area + 3) >= 200
  },
}

const NATIONAL_DIGITS = 10
