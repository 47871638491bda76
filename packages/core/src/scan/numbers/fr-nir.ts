import { type NumberForm, numberOf } from './form.ts'

/** France: the number of the social security, 13 digits and a key of two. INSEE, "Numéro d'inscription au répertoire". */
export const frNir: NumberForm = {
  id: 'fr-nir',
  label: 'pii.national-id',
  shapes: ['15', '1 2 2 2 3 3 2', '13 2'],
  separators: ' ',
  matches: (digits) => {
    const month = numberOf(digits, 3, 5)
    return (
      (digits[0] === 1 || digits[0] === 2) &&
      ((month >= 1 && month <= 12) || (month >= 20 && month <= 42)) &&
      97 - (numberOf(digits, 0, 13) % 97) === numberOf(digits, 13, 15)
    )
  },
}
