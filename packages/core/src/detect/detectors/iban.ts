import { nameDetector } from '../name-detector.ts'

/** Numbers of bank accounts, international or a country's own. */
export const iban = nameDetector({
  id: 'iban',
  label: 'pii.iban',
  families: ['text', 'integer', 'decimal', 'other', 'json'],
  phrases: `iban ibannumber ibannr ibancode bankaccount bankaccountnumber bankaccountno accountiban bankkonto kontonummer
    bankverbindung numerocompte comptebancaire rib cuentabancaria numerocuenta numerodecuenta contobancario numeroconto
    contabancaria numeroconta bankrekening rekeningnummer`,
  not: 'country holder currency balance owner ledger',
})
