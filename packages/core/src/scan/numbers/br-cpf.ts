import { weighted } from '../checksums.ts'
import type { NumberForm } from './form.ts'

/** Brazil: CPF, eleven digits with two check digits. Receita Federal, "Cadastro de Pessoas Físicas". */
const isCpf = (digits: readonly number[]): boolean => {
  const check = (count: number): number => {
    const weights = Array.from({ length: count }, (_, index) => count + 1 - index)
    return ((weighted(digits, weights) * 10) % 11) % 10
  }
  return (
    digits.length === 11 &&
    digits.some((value) => value !== digits[0]) &&
    check(9) === digits[9] &&
    check(10) === digits[10]
  )
}

/** As it is written: `529.982.247-25`. */
export const brCpf: NumberForm = {
  id: 'br-cpf',
  label: 'pii.national-id',
  shapes: ['3 3 3 2'],
  separators: '.-',
  mixed: true,
  matches: isCpf,
}
