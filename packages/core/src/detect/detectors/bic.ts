import { nameDetector } from '../name-detector.ts'

/** Codes of banks: beside an account they say whose. Less sure than an account's number, for banks are no secret. */
export const bic = nameDetector({
  id: 'bic',
  label: 'pii.bic',
  families: ['text', 'other'],
  confidence: 0.75,
  phrases:
    'bic biccode swiftcode swiftbic bicswift bankcode bankleitzahl blz codebanque codigobanco codicebanca',
  ends: 'swift',
  not: 'country name city',
  // The tables of banks themselves name banks only.
  factor: ({ table }) => (table.includes('bank') || table.includes('banks') ? 0 : 1),
})
