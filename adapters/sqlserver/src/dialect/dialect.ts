import type { Dialect } from '@sluice/gateway/ports/dialect'
import type { DialectLimits } from '@sluice/reading/limits'
import { Reader } from '@sluice/reading/reader'
import { constantsOf } from './constants.ts'
import { defaultLimits } from './limits.ts'
import type { SqlserverModes } from './modes.ts'
import type { Source } from './parser/protocol.ts'
import { type Part, splitter } from './split.ts'

/** How a dialect is set up; every field has a default. */
export type DialectOptions = {
  readonly limits?: Partial<DialectLimits>
  /** The parser's worker module, for tests. */
  readonly workerUrl?: URL
}

/** The dialect and the threads behind it. `close` ends them; statements read afterwards are Opaque. */
export type SqlserverDialect = Dialect<SqlserverModes> & { close(): Promise<void> }

const workerUrl = () =>
  new URL(
    import.meta.url.endsWith('.ts') ? './parser/parser-worker.ts' : './parser/parser-worker.js',
    import.meta.url,
  )

/** SQL Server's SQL: our grammar, confirmed by two parsers and a scan. Starts two threads; `close` ends them. */
export const sqlserverDialect = (options: DialectOptions = {}): SqlserverDialect => {
  const limits = { ...defaultLimits, ...options.limits }
  const split = splitter(limits)
  const reader = new Reader<SqlserverModes, Part, Source>({
    system: 'microsoft.sql_server',
    limits,
    workerUrl: options.workerUrl ?? workerUrl(),
    modeKey: ({ quotedIdentifier }) => (quotedIdentifier ? 'on' : 'off'),
    split: (text, { quotedIdentifier }) => split(text, quotedIdentifier),
    constants: (text, { quotedIdentifier }) => constantsOf(text, quotedIdentifier),
    source: ({ source }) => source,
  })
  return {
    system: 'microsoft.sql_server',
    read: (text, modes) => reader.read(text, modes),
    close: () => reader.close(),
  }
}
