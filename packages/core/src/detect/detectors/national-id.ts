import { nameDetector } from '../name-detector.ts'

/** Numbers that a state gives to a person: identity, tax, social security, passport, licence. */
export const nationalId = nameDetector({
  id: 'national-id',
  label: 'pii.national-id',
  families: ['text', 'integer', 'decimal', 'other', 'json'],
  phrases: `ssn socialsecurity socialsecuritynumber socialsecurityno nationalid nationalidnumber nationalinsurance
    nationalinsurancenumber nationalidentity nationalidentitynumber identitycard identitycardnumber idcardnumber nino itin
    passport passportnumber passportno driverlicense driverlicence driverslicense driverslicence drivinglicense drivinglicence
    licensenumber taxpayerid taxidnumber personalidentitynumber nhsnumber medicarenumber aadhaar aadhar pannumber
    personalausweis ausweisnummer personalausweisnummer reisepass reisepassnummer steuerid steuernummer
    steueridentifikationsnummer sozialversicherungsnummer svnr ahvnummer fuehrerscheinnummer
    numerosecu numerosecuritesociale securitesociale numeroinsee passeport numeropasseport permisconduire
    dni dninie numerodni pasaporte numeropasaporte seguridadsocial numeroseguridadsocial curp
    codicefiscale codfiscale passaporto numeropassaporto cpf numerocpf cartaocidadao
    bsn burgerservicenummer sofinummer paspoort paspoortnummer rijksregisternummer
    pesel personnummer fodselsnummer cprnummer cprnumber hetu jmbg oib`,
  ends: 'nin sin nir nie nif taxid tin rut rg cnp',
  not: 'country issuer issued office authority date class scan photo',
})
