import type { Reading } from '@sluice/core/statement/reading'

/** Reads SQL text of one database system. Modes are the lexer modes of the session. */
export type Dialect = {
  /** `db.system.name` of the OpenTelemetry semantic conventions. */
  readonly system: string
  /** A cache hit answers at once; a miss is read in a worker that is killed after a bound. Never rejects: Opaque. */
  read(text: string, modes: LexerModes): Reading | Promise<Reading>
}

/** Settings of a session that change where a string ends. */
export type LexerModes = { readonly standardConformingStrings: boolean }
