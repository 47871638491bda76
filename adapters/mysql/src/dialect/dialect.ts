import { defaultLimits } from '@sluice/reading/limits'
import { type DialectOptions, parserWorker, Reader, type ThreadedDialect } from '@sluice/reading/reader'
import { type CanonicalStatement, canonicalStatements } from './canonical/canonical.ts'
import { constantsOf } from './constants.ts'
import { type MysqlModes, modeKey } from './modes.ts'
import type { Source } from './parser/read.ts'

/** The dialect and the threads behind it. */
export type MysqlDialect = ThreadedDialect<MysqlModes>

/**
 * The SQL of MySQL and MariaDB, read by our own grammar and held against two parsers of others. Starts two threads;
 * `close` ends them.
 */
export const mysqlDialect = (options: DialectOptions = {}): MysqlDialect => {
  const limits = { ...defaultLimits, ...options.limits }
  return new Reader<MysqlModes, CanonicalStatement, Source>({
    system: 'mysql',
    limits,
    workerUrl: parserWorker(import.meta.url),
    modeKey,
    split: (text, modes) => canonicalStatements(text, modes, limits),
    constants: constantsOf,
    source: ({ text, modes }) => ({ text, modes }),
  })
}
