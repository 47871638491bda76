import { mod11To10 } from '../checksums.ts'
import type { NumberForm } from './form.ts'

/**
 * Germany: tax identification number, eleven digits. Of the first ten one comes twice or three times, the last is a
 * check digit. Bundeszentralamt für Steuern, "Steuerliche Identifikationsnummer".
 */
export const deTaxId: NumberForm = {
  id: 'de-tax-id',
  label: 'pii.national-id',
  shapes: ['11', '2 3 3 3'],
  separators: ' ',
  matches: (digits) => {
    if (digits[0] === 0) return false
    const counts = new Map<number, number>()
    for (const value of digits.slice(0, 10)) counts.set(value, (counts.get(value) ?? 0) + 1)
    const repeated = [...counts.values()].filter((count) => count > 1)
    return repeated.length === 1 && (repeated[0] ?? 0) <= 3 && mod11To10(digits)
  },
}
