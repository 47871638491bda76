import { singular } from './words.ts'

const people = new Set(
  [
    'customer client user employee person people patient member student pupil teacher contact staff worker driver guest',
    'passenger subscriber applicant candidate citizen resident author owner holder cardholder beneficiary recipient doctor',
    'physician nurse manager supervisor player lead donor voter buyer visitor participant attendee insured borrower consumer',
    'individual spouse child parent guardian relative signatory payee payer debtor emp cust',
    'kunde kunden mitarbeiter benutzer personen patienten schueler studenten angestellte angestellter mitglied mitglieder inhaber',
    'utilisateur employe personne salarie eleve etudiant adherent titulaire beneficiaire',
    'cliente empleado usuario persona paciente alumno trabajador titular socio',
    'clienti utente utenti dipendente dipendenti impiegato paziente pazienti persone studente studenti',
    'funcionario pessoa aluno utilizador colaborador',
    'klant klanten gebruiker medewerker werknemer persoon patient leerling',
  ].flatMap((line) => line.split(' ')),
)

/** Words beside the subject in the name of a table about it. */
const around = new Set(
  'table tbl data info detail profile record master dim list history archive backup old new tmp temp raw staging stg copy import export'.split(
    ' ',
  ),
)

/** True for a word for people, in the singular or the plural. */
export const isPeopleWord = (word: string): boolean => people.has(word) || people.has(singular(word))

/** True for a table whose rows are people: `customers`, `dim_customer`, `user_profiles`; not `customer_orders`. */
export const isAboutPeople = (table: readonly string[]): boolean => {
  const subject = table.filter(
    (word) => !around.has(singular(word)) && !/^\d+$/.test(word) && word.length > 1,
  )
  const head = subject.at(-1)
  return head !== undefined && isPeopleWord(head)
}

const places = new Set(
  [
    'supplier vendor company organisation organization warehouse store shop branch office shipper carrier region territory',
    'city country nation state airport station hotel venue facility plant site department bank merchant manufacturer brand',
    'lieferant firma filiale fournisseur entreprise magasin proveedor empresa tienda fornitore azienda negozio fornecedor',
    'leverancier bedrijf winkel',
  ].flatMap((line) => line.split(' ')),
)

/** True for a table whose rows are organisations or places: what is written there of where they are is no one's home. */
export const isAboutPlaces = (table: readonly string[]): boolean => {
  const head = table.at(-1)
  return head !== undefined && (places.has(head) || places.has(singular(head)))
}
