import type { Reading } from '@sluice/core/statement/reading'

/** Reads SQL text of one database system. Modes are the lexer modes of the session. */
export type Dialect<Modes extends LexerModes = LexerModes> = {
  /** `db.system.name` of the OpenTelemetry semantic conventions. */
  readonly system: string
  /** A cache hit answers at once; a miss is read in a worker that is killed after a bound. Never rejects: Opaque. */
  read(text: string, modes: Modes): Reading | Promise<Reading>
}

/**
 * Settings of a session that change where a token ends or what it is. Each dialect has its own, under its own names;
 * the gateway only carries them from the session to the dialect of the same adapter.
 */
export type LexerModes = Readonly<Record<string, boolean | number | string>>
