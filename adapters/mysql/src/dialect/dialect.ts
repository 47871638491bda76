import type { Dialect } from '@sluice/gateway/ports/dialect'
import { type DialectLimits, defaultLimits } from '@sluice/reading/limits'
import { Reader } from '@sluice/reading/reader'
import { type CanonicalStatement, canonicalStatements } from './canonical/canonical.ts'
import { constantsOf } from './constants.ts'
import { type MysqlModes, modeKey } from './modes.ts'
import type { Source } from './parser/read.ts'

/** How a dialect is set up; every field has a default. */
export type DialectOptions = {
  readonly limits?: Partial<DialectLimits>
  /** The parser's worker module, for tests. */
  readonly workerUrl?: URL
}

/** The dialect and the threads behind it. `close` ends them; statements read afterwards are Opaque. */
export type MysqlDialect = Dialect<MysqlModes> & { close(): Promise<void> }

const workerUrl = () =>
  new URL(
    import.meta.url.endsWith('.ts') ? './parser/parser-worker.ts' : './parser/parser-worker.js',
    import.meta.url,
  )

/**
 * The SQL of MySQL and MariaDB, read by our own grammar and held against two parsers of others. Starts two threads;
 * `close` ends them.
 */
export const mysqlDialect = (options: DialectOptions = {}): MysqlDialect => {
  const limits = { ...defaultLimits, ...options.limits }
  const system = 'mysql'
  const reader = new Reader<MysqlModes, CanonicalStatement, Source>({
    system,
    limits,
    workerUrl: options.workerUrl ?? workerUrl(),
    modeKey,
    split: (text, modes) => canonicalStatements(text, modes, limits),
    constants: constantsOf,
    source: ({ text, modes }) => ({ text, modes }),
  })
  return { system, read: (text, modes) => reader.read(text, modes), close: () => reader.close() }
}
