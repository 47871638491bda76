import { nameDetector } from '../name-detector.ts'
import { isAboutPeople, isAboutPlaces } from '../people.ts'
import { WRITTEN } from '../type-family.ts'

const towns = /^(?:city|town|ort|wohnort|ville|ciudad|citta|cidade|woonplaats)$/

/** Postal addresses and their parts. A town says little, so only where the rows are people. */
export const address = nameDetector({
  id: 'address',
  label: 'pii.address',
  families: [...WRITTEN, 'integer'],
  confidence: 0.8,
  phrases: `address addressline streetaddress street streetname mailingaddress homeaddress postaladdress billingaddress
    shippingaddress shipaddress postalcode postcode zipcode housenumber adresse anschrift strasse hausnummer postleitzahl
    rue adressepostale codepostal direccion domicilio calle codigopostal indirizzo codicepostale endereco morada codigopostale
    straat straatnaam huisnummer`,
  ends: 'addr zip plz cep adres postnummer',
  // An address of something else than a home.
  not: `ip mac email mail e web url uri http https site server host remote client network net wallet contract memory bus bind
    listen bitcoin btc eth ethereum crypto hardware hw bluetooth device blockchain light view map`,
  factor: ({ family, table, name }) => {
    if (isAboutPlaces(table)) return 0
    // A whole number so named is a postal code or a house number, else a key.
    return family === 'integer' && !name.some((word) => /code|zip|plz|number|nummer/.test(word)) ? 0 : 1
  },
  otherwise: ({ family, name, table }) =>
    family === 'text' && towns.test(name.at(-1) ?? '') && isAboutPeople(table) ? 0.5 : undefined,
})
