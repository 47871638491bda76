import type { ColumnWords } from '../detector.ts'
import { nameDetector } from '../name-detector.ts'
import { isAboutPeople, isPeopleWord } from '../people.ts'
import { WRITTEN } from '../type-family.ts'

const nameWords = new Set('name names nom nombre nome naam'.split(' '))

/** `customer_name`, `nom_client`; `name` alone where the rows are people. */
const byPeople = ({ name, table, family }: ColumnWords): number | undefined => {
  if (family !== 'text' && family !== 'json') return undefined
  const words = name.filter((word) => word.length > 1 && !/^\d+$/.test(word))
  const [first = '', second = ''] = words
  if (words.length === 1 && nameWords.has(first) && isAboutPeople(table)) return 0.8
  const last = words.at(-1) ?? ''
  if (words.length >= 2 && nameWords.has(last) && named(words.at(-2) ?? '')) return 0.8
  return words.length === 2 && nameWords.has(first) && named(second) ? 0.8 : undefined
}

/** What a user is named is a user name: its own label. */
const named = (word: string): boolean =>
  isPeopleWord(word) && !/^(?:users?|usuarios?|benutzer|gebruikers?)$/.test(word)

/** Names of people, whole or in part. */
export const personName = nameDetector({
  id: 'person-name',
  label: 'pii.name',
  families: WRITTEN,
  phrases: `firstname lastname fullname middlename surname familyname givenname forename maidenname birthname contactname
    cardholdername personname middleinitial fname lname
    vorname nachname familienname geburtsname vollername vollstaendigername prenom nomfamille nomdefamille nomcomplet
    nomnaissance apellido primerapellido segundoapellido nombrecompleto nombrepila nombredepila cognome nomecompleto
    nomecognome sobrenome apelido primeironome ultimonome voornaam achternaam familienaam volledigenaam geboortenaam`,
  ends: 'mname displayname preferredname',
  not: 'file table column host domain product company event font template length',
  otherwise: byPeople,
})
