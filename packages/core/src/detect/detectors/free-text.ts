import { nameDetector } from '../name-detector.ts'
import { isAboutPeople } from '../people.ts'

/** What someone wrote about people: anything may stand there, so the confidence is low. */
export const freeText = nameDetector({
  id: 'free-text',
  label: 'pii.free-text',
  families: ['text'],
  confidence: 0.75,
  phrases: '',
  ends: `note comment remark description memo bio biography observation bemerkung notiz notizen kommentar beschreibung
    anmerkung remarque commentaire nota comentario observacion observaciones osservazione osservazioni commento observacao
    observacoes opmerking opmerkingen`,
  factor: ({ table }) => (isAboutPeople(table) ? 1 : 0),
})
