import { nameDetector } from '../name-detector.ts'
import { WRITTEN } from '../type-family.ts'

/** Addresses of electronic mail. */
export const email = nameDetector({
  id: 'email',
  label: 'pii.email',
  families: WRITTEN,
  confidence: 0.95,
  phrases: `email emailaddress mailaddress emailadresse mailadresse adressemail adresseemail adressemel courriel correo
    correoelectronico epost emailadres mailadres postaelettronica indirizzoemail enderecoemail direccionemail`,
  ends: 'mail',
  not: 'text html content message header footer signature hour day week month press sms push marketing alert',
})
