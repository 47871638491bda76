import * as a from './attributes.ts'

/**
 * INVARIANT (secrets-stay-out): no literal, bind value, row value, password or token in a span. Every span attribute
 * passes `admitAttributes`: a name that is not in this table, or a value that is not of its shape, is left out.
 * Texts that a client chose freely (application name, login name, error messages) have no name here at all.
 */
type Shape = 'name' | 'names' | 'columns' | 'count' | 'flag' | 'canonical'

const shapes: Readonly<Record<string, Shape>> = {
  [a.DB_SYSTEM_NAME]: 'name',
  [a.DB_NAMESPACE]: 'name',
  [a.DB_OPERATION_NAME]: 'name',
  [a.DB_COLLECTION_NAME]: 'name',
  [a.DB_QUERY_TEXT]: 'canonical',
  [a.DB_QUERY_SUMMARY]: 'name',
  [a.DB_RESPONSE_STATUS_CODE]: 'name',
  [a.DB_RESPONSE_RETURNED_ROWS]: 'count',
  [a.ERROR_TYPE]: 'name',
  [a.CLIENT_ADDRESS]: 'name',
  [a.USER_ID]: 'name',
  [a.USER_ROLES]: 'names',
  [a.SESSION_ID]: 'name',
  [a.GEN_AI_AGENT_NAME]: 'name',
  [a.GEN_AI_REQUEST_MODEL]: 'name',
  [a.GEN_AI_CONVERSATION_ID]: 'name',
  [a.SLUICE_DECISION]: 'name',
  [a.SLUICE_OUTCOME]: 'name',
  [a.SLUICE_RULES]: 'names',
  [a.SLUICE_RULES_FAILED]: 'names',
  [a.SLUICE_EFFECTS]: 'names',
  [a.SLUICE_WRITES_LABELS]: 'names',
  [a.SLUICE_OPAQUE]: 'name',
  [a.SLUICE_FUNCTIONS_BLESSED]: 'names',
  [a.SLUICE_COLUMNS_EXPOSED]: 'columns',
  [a.SLUICE_COLUMNS_MASKED]: 'columns',
  [a.SLUICE_PRINCIPAL_KIND]: 'name',
  [a.SLUICE_PRINCIPAL_PROVIDER]: 'name',
  [a.SLUICE_ON_BEHALF_OF]: 'names',
  [a.SLUICE_POLICY_VERSION]: 'name',
  [a.SLUICE_STATEMENT_FINGERPRINT]: 'name',
  [a.SLUICE_ROWS_AFFECTED]: 'count',
  [a.SLUICE_RESPONSE_BYTES]: 'count',
  [a.SLUICE_SESSION_STATEMENTS]: 'count',
  [a.SLUICE_SESSION_TLS]: 'flag',
  [a.SLUICE_JOURNAL_POSITION]: 'count',
  [a.SLUICE_JOURNAL_HASH]: 'name',
}

/** Longest value of a name, in UTF-16 units. */
export const MAX_NAME_LENGTH = 255

/** Most elements of a list of names. */
export const MAX_NAMES = 256

/** Longest canonical text on a span, in UTF-16 units. The journal keeps the whole. */
const MAX_TEXT_LENGTH = 16_384

/** What an attribute may hold. */
export type AttributeValue = string | number | boolean | string[]

/** The attributes that may leave, each cut to its limit. `undefined` values are left out. */
export const admitAttributes = (
  attributes: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>,
): Record<string, AttributeValue> => {
  const admitted: Record<string, AttributeValue> = {}
  for (const [name, value] of Object.entries(attributes)) {
    const shape = Object.hasOwn(shapes, name) ? shapes[name] : undefined
    const kept = shape === undefined ? undefined : admit(shape, value)
    if (kept !== undefined) admitted[name] = kept
  }
  return admitted
}

const admit = (shape: Shape, value: unknown): AttributeValue | undefined => {
  switch (shape) {
    case 'name':
      return typeof value === 'string' && value !== '' ? value.slice(0, MAX_NAME_LENGTH) : undefined
    case 'names':
      return namesOf(value)
    case 'columns':
      return namesOf(value)?.map((one) => (carriesNoLiteral(one) ? one : UNNAMED))
    case 'count':
      return typeof value === 'number' && Number.isFinite(value) ? value : undefined
    case 'flag':
      return typeof value === 'boolean' ? value : undefined
    case 'canonical':
      return typeof value === 'string' && carriesNoLiteral(value)
        ? value.slice(0, MAX_TEXT_LENGTH)
        : undefined
  }
}

const namesOf = (value: unknown): string[] | undefined =>
  Array.isArray(value)
    ? value
        .slice(0, MAX_NAMES)
        .filter((one): one is string => typeof one === 'string')
        .map((one) => one.slice(0, MAX_NAME_LENGTH))
    : undefined

/** Stands for a column whose name looks like SQL: some databases call a column by its text. */
const UNNAMED = '?column?'

const slots: ReadonlySet<string> = new Set(['', '?', '0'])

/**
 * True where every pair of single quotes holds a slot (`'?'`, `''`, `b'0'`), as canonical text has it. The second
 * fence behind the dialects' own: a text that fails it stays in the journal only, its fingerprint goes out.
 */
export const carriesNoLiteral = (text: string): boolean => {
  const parts = text.split("'")
  if (parts.length % 2 === 0) return false
  for (let at = 1; at < parts.length; at += 2) if (!slots.has(parts[at] as string)) return false
  return true
}
