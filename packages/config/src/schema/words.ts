import * as Schema from 'effect/Schema'

/**
 * Gives a schema its words: `what` completes "must be …" and "write …" in errors, `description` is shown by editors.
 */
export const said = <S extends Schema.Top>(schema: S, what: string, description: string): S['Rebuild'] =>
  schema.annotate({ what, description })

/** A text that is not empty. */
export const text = (what: string, description: string) => said(Schema.NonEmptyString, what, description)

/** A text that matches `pattern`. */
export const textLike = (pattern: RegExp, what: string, description: string) =>
  said(Schema.String.check(Schema.isPattern(pattern)), what, description)

/** A whole number from `minimum` to `maximum`. */
export const whole = (minimum: number, maximum: number, description: string) =>
  said(
    Schema.Int.check(Schema.isBetween({ minimum, maximum })),
    `a whole number from ${minimum} to ${maximum}`,
    description,
  )

/** One of a few words. */
export const oneOf = <const Words extends readonly string[]>(words: Words, description: string) =>
  said(Schema.Literals(words), words.map((word) => `\`${word}\``).join(' or '), description)

/** `host:port`, an IPv6 host in brackets. */
export const address = (description: string) =>
  textLike(
    /^(\[[0-9A-Fa-f:.]+\]|[^\s:[\]]+):\d{1,5}$/,
    'an address and a port, e.g. `127.0.0.1:6432`',
    description,
  )

/** A path, absolute or from the folder of the configuration file. */
export const path = (example: string, description: string) => text(`a path, e.g. \`${example}\``, description)

/** A name that other parts of the configuration and the record use. */
export const name = (description: string) =>
  textLike(
    /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/,
    'a name of up to 63 letters, digits, `_`, `.` and `-`',
    description,
  )

/** A list with at least one entry. */
export const list = <S extends Schema.Top>(item: S, what: string, description: string) =>
  said(Schema.Array(item).check(Schema.isMinLength(1)), what, description)
