import { defaultLimits } from '@sluice/reading/limits'
import { type DialectOptions, parserWorker, Reader, type ThreadedDialect } from '@sluice/reading/reader'
import { type CanonicalStatement, canonicalStatements } from './canonical/canonical.ts'
import { constantsOf } from './constants.ts'
import type { Naming } from './lexer/naming.ts'
import type { Source } from './lower/lower.ts'
import { NEWEST, readsAsOlder } from './major.ts'

/** What of a session changes where a string ends, and which names are one. */
export type PostgresModes = {
  readonly standardConformingStrings: boolean
  /** Default: `utf8`. */
  readonly naming?: Naming
  /** The server's major version, which says which words are keywords. Absent: the newest. */
  readonly major?: number
}

const KEYS: Readonly<Record<Naming, readonly [off: string, on: string]>> = {
  utf8: ['off', 'on'],
  'single-byte': ['off single-byte', 'on single-byte'],
  'multi-byte': ['off multi-byte', 'on multi-byte'],
  bytes: ['off bytes', 'on bytes'],
  unknown: ['off unknown', 'on unknown'],
}

/** The dialect and the threads behind it. */
export type PostgresDialect = ThreadedDialect<PostgresModes>

/** PostgreSQL's SQL, read by its own parser behind our lexer. Starts two threads; `close` ends them. */
export const postgresDialect = (options: DialectOptions = {}): PostgresDialect => {
  const limits = { ...defaultLimits, ...options.limits }
  return new Reader<PostgresModes, CanonicalStatement, Source>({
    system: 'postgresql',
    limits,
    workerUrl: parserWorker(import.meta.url),
    modeKey: ({ standardConformingStrings, naming = 'utf8', major = NEWEST }) => {
      const key = KEYS[naming][standardConformingStrings ? 1 : 0]
      return readsAsOlder(major) ? `${key} ${major}` : key
    },
    split: (text, modes) => canonicalStatements(text, modes.standardConformingStrings, limits, modes),
    constants: (text, modes) => constantsOf(text, modes.standardConformingStrings),
    source: ({ text, literals, slots, naming, major }) => ({
      text,
      literals,
      slots: slots.map(({ at }) => at),
      naming,
      major,
    }),
  })
}
