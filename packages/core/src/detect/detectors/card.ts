import { nameDetector } from '../name-detector.ts'
import { isAboutPeople } from '../people.ts'

/** Tables in which a bare `card` is one that is paid with. */
const paying = new Set(['payment', 'payments', 'billing', 'checkout', 'order', 'orders', 'wallet', 'wallets'])

/** Numbers and security codes of payment cards. */
export const card = nameDetector({
  id: 'card',
  label: 'pii.card',
  families: ['text', 'integer', 'decimal', 'other', 'json'],
  phrases: `cardnumber cardnum cardno creditcard creditcardnumber creditcardnum creditcardno ccnumber ccnum ccno debitcard
    debitcardnumber cardpan pannumber primaryaccountnumber cvv cvc cvv2 cvc2 cardsecuritycode cardverificationvalue
    kartennummer kreditkarte kreditkartennummer kartennr cartebancaire cartecredit numerocarte numerodecarte
    tarjetacredito tarjetadecredito numerotarjeta numerodetarjeta cartadicredito cartacredito numerocarta
    cartaocredito cartaodecredito numerocartao kaartnummer creditcardnummer`,
  ends: 'pan ccn',
  not: 'gift loyalty sim business holder exp month year brand network bank company fee rate library member membership deck',
  otherwise: ({ name, table, family }) =>
    family === 'text' &&
    name.length === 1 &&
    name[0] === 'card' &&
    (isAboutPeople(table) || table.some((word) => paying.has(word)))
      ? 0.7
      : undefined,
})
