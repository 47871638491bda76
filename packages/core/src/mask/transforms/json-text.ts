// ECMAScript proposal "JSON.parse source text access", which V8 has and TypeScript's library does not describe yet.
type SourceText = {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown
  rawJSON(text: string): RawNumber
  isRawJSON(value: unknown): value is RawNumber
}
const source = JSON as unknown as SourceText

/** A number kept as it is written, for JavaScript has no exact one. */
type RawNumber = { readonly rawJSON: string }

/**
 * A document read so that printing it changes no number: those that JavaScript cannot hold exactly stay their source
 * text. Undefined where the text is no JSON. Of two equal keys the last counts, as in jsonb.
 */
export const parseJson = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: source.parse(text, exact) }
  } catch {
    return undefined
  }
}

/** The text of what `parseJson` read. */
export const printJson = (value: unknown): string => JSON.stringify(value)

/** A number by its text, which must be one. */
export const rawNumber = (text: string): RawNumber => source.rawJSON(text)

/** The text of a number, however it is kept; undefined for anything else. */
export const numberText = (value: unknown): string | undefined => {
  if (typeof value === 'number') return String(value)
  return source.isRawJSON(value) ? value.rawJSON : undefined
}

const exact = (_key: string, value: unknown, context: { readonly source?: string }): unknown =>
  typeof value === 'number' && context.source !== undefined && String(value) !== context.source
    ? source.rawJSON(context.source)
    : value
