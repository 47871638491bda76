import { nameDetector } from '../name-detector.ts'

/** What is known of someone's health. */
export const health = nameDetector({
  id: 'health',
  label: 'pii.health',
  families: ['text', 'json', 'other', 'integer'],
  confidence: 0.85,
  phrases: `diagnosis diagnoses diagnosiscode medicalhistory medicalrecord medicalrecordnumber medicalcondition mrn allergy
    allergies bloodtype bloodgroup medication prescription disability symptom healthcondition healthstatus icd icdcode
    krankheit diagnose blutgruppe allergie behinderung medikament vorerkrankung maladie groupesanguin handicap enfermedad
    diagnostico gruposanguineo alergia discapacidad malattia diagnosi grupposanguigno disabilita doenca tiposanguineo
    deficiencia ziekte bloedgroep beperking`,
  ends: 'pregnancy treatment hivstatus',
  not: 'service system check endpoint tool golf software error',
})
