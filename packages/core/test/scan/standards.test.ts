import { expect, test } from '@jest/globals'
import { countrySpecs, isValidIBAN } from 'ibantools'
import examples from 'libphonenumber-js/examples.mobile.json'
import { type CountryCode, getCountries, getExampleNumber } from 'libphonenumber-js/min'
import { scan } from '../../src/scan/scan.ts'

/** Whether the text as a whole is one thing that is found. */
const isFound = (text: string): boolean => {
  const bytes = Buffer.from(`of ${text}.`)
  const hits = scan(bytes)
  return hits?.length === 2 && hits[0] === 3 && hits[1] === bytes.length - 1
}

/** An account number of `length` characters with good check digits. */
const madeIban = (country: string, length: number): string => {
  const account = '1'.repeat(length - 4)
  const digits = Array.from(`${account}${country}00`, (sign) => Number.parseInt(sign, 36)).join('')
  return `${country}${String(98n - (BigInt(digits) % 97n)).padStart(2, '0')}${account}`
}

test('account numbers of every country that the registry knows, as ibantools has it', () => {
  const known = Object.entries(countrySpecs).flatMap(([country, { chars, IBANRegistry }]) =>
    IBANRegistry === true && typeof chars === 'number' ? [{ country, chars }] : [],
  )
  expect(known.length).toBeGreaterThan(80)
  expect(known.filter(({ country, chars }) => !isFound(madeIban(country, chars)))).toEqual([])
  expect(known.filter(({ country, chars }) => isFound(madeIban(country, chars + 1)))).toEqual([])
})

test('check digits are told as ibantools tells them', () => {
  for (const text of ['DE89370400440532013000', 'GB29NWBK60161331926819', 'FR1420041010050500013M02606'])
    for (let digits = 0; digits < 100; digits++) {
      const other = `${text.slice(0, 2)}${String(digits).padStart(2, '0')}${text.slice(4)}`
      expect([other, isFound(other)]).toEqual([other, isValidIBAN(other)])
    }
})

/** Islands whose numbers have seven digits with the code: shorter than what is looked for, which anything could be. */
const SHORT: ReadonlySet<string> = new Set(['TA', 'TK'])

test('telephone numbers of every country, as libphonenumber writes them', () => {
  const countries = getCountries().filter((country: CountryCode) => !SHORT.has(country))
  expect(countries.length).toBeGreaterThan(200)
  const missed = countries.flatMap((country) => {
    const number = getExampleNumber(country, examples)
    const texts = number
      ? [number.number, number.formatInternational(), number.format('RFC3966').slice(4)]
      : []
    return texts.filter((text) => !isFound(text)).map((text) => `${country} ${text}`)
  })
  expect(missed).toEqual([])
})
