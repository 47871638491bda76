import type { Chance } from '@sluice/testkit/chance'

/** A made-up customer; nothing in it belongs to anybody. */
export type Customer = {
  readonly id: number
  readonly full_name: string
  readonly email: string
  readonly phone: string
  readonly card_number: string
  readonly national_id: string
  readonly birth_date: string
  readonly country: string
  readonly notes: string | null
}

const FIRST_NAMES =
  'Amara Bruno Chiara Dmitri Elif Farid Greta Hugo Ines Jonas Kaori Lucia Mateo Noor Oskar Priya Quentin Rosa Samir Tove Uma Viktor Wanda Yusuf Zofia'.split(
    ' ',
  )
const LAST_NAMES =
  'Abbott Bergstrom Castillo Dufour Eriksen Fontaine Grigoryan Haddad Ivanova Jansen Kowalski Lindqvist Moreau Nakamura Okafor Petrov Quispe Rossi Schneider Tanaka Ueda Varga Weber Yilmaz Zeman'.split(
    ' ',
  )
const COUNTRIES = ['DE', 'ES', 'FR', 'IT', 'JP', 'NL', 'PL', 'SE', 'TR', 'US']

const NOTES: readonly ((person: {
  readonly name: string
  readonly email: string
  readonly phone: string
}) => string)[] = [
  ({ phone }) => `asked to be called back on ${phone} after 6 pm`,
  ({ email }) => `wants invoices at ${email}, not by post`,
  ({ name }) => `parcel left with a neighbour, ${name} complained twice`,
  () => 'prefers e-mail over phone',
  () => 'allergic to walnuts, never send the hamper',
]

/** Customer number `id`, the same every time for the same `chance`. */
export function makeCustomer(id: number, chance: Chance): Customer {
  const first = chance.pick(FIRST_NAMES)
  const last = chance.pick(LAST_NAMES)
  const email = `${first}.${last[0]}${id}@example.com`.toLowerCase()
  // 555-0100 to 555-0199 are set aside for fiction.
  const phone = `+1 ${chance.between(201, 989)} 555 01${digits(chance, 2)}`
  return {
    id,
    full_name: `${first} ${last}`,
    email,
    phone,
    card_number: cardNumber(chance),
    // Numbers from 900 up are never given out as social security numbers.
    national_id: `9${digits(chance, 2)}-${digits(chance, 2)}-${digits(chance, 4)}`,
    birth_date: `${chance.between(1945, 2006)}-${two(chance.between(1, 12))}-${two(chance.between(1, 28))}`,
    country: chance.pick(COUNTRIES),
    notes: id <= 3 || chance.between(1, 3) === 1 ? chance.pick(NOTES)({ name: first, email, phone }) : null,
  }
}

/** A test number of the right form: 4, digits, and the check digit of ISO/IEC 7812-1 (Luhn). */
function cardNumber(chance: Chance): string {
  const body = `4${digits(chance, 14)}`
  const sum = body.split('').reduce((total, digit, index) => {
    const doubled = Number(digit) * (index % 2 === 0 ? 2 : 1)
    return total + (doubled > 9 ? doubled - 9 : doubled)
  }, 0)
  return `${body}${(10 - (sum % 10)) % 10}`
}

function digits(chance: Chance, count: number): string {
  return Array.from({ length: count }, () => chance.between(0, 9)).join('')
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}
