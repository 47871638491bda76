import type { BlessedValue, Column, FunctionEffect } from './catalog.ts'

/**
 * What a reviewer says of a function whose body proves nothing. It counts for that very definition: a function that was
 * changed since, or another one under its name, is not meant.
 */
export type Blessing = {
  /** As the database writes it: `public.risk(integer,text)`. */
  readonly signature: string
  /** SHA-256 of its definition as the database prints it, lower-case hex. */
  readonly definition: string
  /** What calling it does. Absent: what its body proves. */
  readonly effect?: Extract<FunctionEffect, 'reads' | 'writes'>
  /** What its value shows: what its arguments show, or values with these labels; an empty list: nothing that has any. */
  readonly result: 'arguments' | readonly string[]
}

/** A function as its database has it. `definition`: SHA-256 in hex; absent: it cannot be printed at present. */
export type Definition = {
  readonly schema: string
  readonly signature: string
  readonly definition: string | null
  /** The type of its value. */
  readonly returns: string
  /** The columns it makes in FROM, where they are certain. */
  readonly columns: readonly string[] | null
}

/** The blessing that is meant for exactly this definition. Undefined: there is none, or it was for another. */
export const blessingOf = (blessings: readonly Blessing[], found: Definition): Blessing | undefined =>
  blessings.find(
    ({ signature, definition }) => signature === found.signature && definition === found.definition,
  )

/** What the blessing makes of the function's value. The column that stands for it belongs to no table: its id is 0. */
export const blessedValue = (
  { result }: Pick<Blessing, 'result'>,
  found: Omit<Definition, 'definition'>,
): BlessedValue => {
  const { schema, signature, returns, columns } = found
  const shows: Column | undefined =
    result === 'arguments'
      ? undefined
      : Object.freeze({
          relation: { schema, name: signature.slice(signature.indexOf('.') + 1), id: 0 },
          name: 'result',
          ordinal: 0,
          type: returns,
          labels: result.map((name) => ({ name, origin: 'human' as const, confidence: 1 })),
        })
  return { ...(shows === undefined ? {} : { shows }), ...(columns === null ? {} : { columns }) }
}
