import { nameDetector } from '../name-detector.ts'

/** When someone was born. */
export const dateOfBirth = nameDetector({
  id: 'date-of-birth',
  label: 'pii.date-of-birth',
  families: ['date', 'timestamp', 'text', 'integer', 'other'],
  phrases: `dob dateofbirth birthdate birthday birthyear yearofbirth bornon birthdt geburtsdatum geburtstag gebdatum gebdat
    geburtsjahr datenaissance datedenaissance anneenaissance fechanacimiento fechadenacimiento nacimiento anionacimiento
    datanascita datadinascita datanascimento datadenascimento nascimento geboortedatum geboortejaar`,
  ends: 'birth born',
  not: 'place city country certificate rate email mail wish discount',
})
