import { defaultLimits } from '@sluice/reading/limits'
import { type DialectOptions, parserWorker, Reader, type ThreadedDialect } from '@sluice/reading/reader'
import { constantsOf } from './constants.ts'
import type { SqlserverModes } from './modes.ts'
import type { Source } from './parser/protocol.ts'
import { type Part, splitter } from './split.ts'

/** The dialect and the threads behind it. */
export type SqlserverDialect = ThreadedDialect<SqlserverModes>

/** SQL Server's SQL: our grammar, confirmed by two parsers and a scan. Starts two threads; `close` ends them. */
export const sqlserverDialect = (options: DialectOptions = {}): SqlserverDialect => {
  const limits = { ...defaultLimits, ...options.limits }
  const split = splitter(limits)
  return new Reader<SqlserverModes, Part, Source>({
    system: 'microsoft.sql_server',
    limits,
    workerUrl: parserWorker(import.meta.url),
    modeKey: ({ quotedIdentifier }) => (quotedIdentifier ? 'on' : 'off'),
    split: (text, { quotedIdentifier }) => split(text, quotedIdentifier),
    constants: (text, { quotedIdentifier }) => constantsOf(text, quotedIdentifier),
    source: ({ source }) => source,
  })
}
