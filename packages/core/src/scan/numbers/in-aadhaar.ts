import { verhoeff } from '../checksums.ts'
import type { NumberForm } from './form.ts'

/** India: Aadhaar, twelve digits in groups of four. UIDAI, "Verhoeff algorithm". */
export const inAadhaar: NumberForm = {
  id: 'in-aadhaar',
  label: 'pii.national-id',
  shapes: ['4 4 4'],
  separators: ' -',
  matches: (digits) => (digits[0] ?? 0) > 1 && verhoeff(digits),
}
