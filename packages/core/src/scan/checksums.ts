/** ISO/IEC 7812-1, "Luhn formula for computing modulus 10 double-add-double check digits". */
export const luhn = (digits: readonly number[]): boolean => {
  let sum = 0
  for (const [index, value] of digits.toReversed().entries())
    sum += index % 2 === 0 ? value : value > 4 ? value * 2 - 9 : value * 2
  return sum % 10 === 0
}

/** ISO 7064, "MOD 97-10": the characters as digits, letters from 10 on. Characters are upper-case ASCII. */
export const mod97 = (characters: string): number => {
  let rest = 0
  for (const character of characters) {
    const value = Number.parseInt(character, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}

/** ISO 7064, "MOD 11,10": the last digit checks the others. */
export const mod11To10 = (digits: readonly number[]): boolean => {
  let product = 10
  for (const value of digits.slice(0, -1)) {
    const sum = (value + product) % 10
    product = ((sum === 0 ? 10 : sum) * 2) % 11
  }
  return (11 - product) % 10 === digits.at(-1)
}

/** The sum of digits times weights. */
export const weighted = (digits: readonly number[], weights: readonly number[]): number =>
  weights.reduce((sum, weight, index) => sum + weight * (digits[index] ?? 0), 0)

const TIMES = [
  '0123456789',
  '1234067895',
  '2340178956',
  '3401289567',
  '4012395678',
  '5987604321',
  '6598710432',
  '7659821043',
  '8765932104',
  '9876543210',
]
const TURNED = [
  '0123456789',
  '1576283094',
  '5803796142',
  '8916043527',
  '9453126870',
  '4286573901',
  '2793806415',
  '7046913258',
]

/** J. Verhoeff, "Error Detecting Decimal Codes": the dihedral group of order ten. */
export const verhoeff = (digits: readonly number[]): boolean => {
  let check = 0
  for (const [index, value] of digits.toReversed().entries())
    check = Number(TIMES[check]?.[Number(TURNED[index % 8]?.[value])])
  return check === 0
}
