import { nameDetector } from '../name-detector.ts'
import { WRITTEN } from '../type-family.ts'

/** Telephone and fax numbers. Kept as an integer only where the name says number. */
export const phone = nameDetector({
  id: 'phone',
  label: 'pii.phone',
  families: [...WRITTEN, 'decimal', 'integer'],
  phrases: `phone phonenumber phoneno telephone telephonenumber telnr telno telnumber mobilephone mobilenumber mobileno
    cellphone cellnumber cellno homephone workphone faxnumber faxno msisdn telefon telefonnummer telefonnr handynummer
    mobilnummer mobiltelefon telefono numerotelephone numerodetelephone numerotelefono numerodetelefono telefone telemovel
    celular movil cellulare telefoon telefoonnummer gsmnummer mobielnummer whatsappnumber`,
  ends: 'mobile cell tel fax handy mobil mobiel gsm whatsapp',
  not: 'code prefix ext extension app book app line plan carrier operator',
  // An integer so named is a number of telephones or a key more often than a number to call.
  factor: ({ family, name }) =>
    family === 'integer' &&
    !name.some((word) => /^(?:number|no|nr|nummer|numero|msisdn|phonenumber)$/.test(word))
      ? 0.5
      : 1,
})
