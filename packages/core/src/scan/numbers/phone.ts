import { type NumberForm, numberOf } from './form.ts'

/** North American numbers as they are written: `555-123-4567`, `555.123.4567`. Others need their `+`. */
export const phone: NumberForm = {
  id: 'phone-national',
  label: 'pii.phone',
  shapes: ['3 3 4'],
  separators: ' -.',
  matches: (digits) => numberOf(digits, 0, 3) >= 200,
}
