import type { MysqlModes } from '../dialect/modes.ts'

/** The flags of a session's text that `sql_mode` holds. */
export type ModeFlags = Pick<MysqlModes, 'ansiQuotes' | 'noBackslashEscapes' | 'pipesAsConcat'>

/** Whether a text is read alike under both. */
export const sameFlags = (a: ModeFlags, b: ModeFlags): boolean =>
  a.ansiQuotes === b.ansiQuotes &&
  a.noBackslashEscapes === b.noBackslashEscapes &&
  a.pipesAsConcat === b.pipesAsConcat

/** Modes that stand for others which change how text is read ("Combination SQL Modes", MariaDB: "SQL_MODE"). */
const COMBINED: ReadonlySet<string> = new Set(['ansi', 'db2', 'maxdb', 'mssql', 'postgresql'])

/** Modes with another grammar: what is read under them is not understood. */
const OTHER_GRAMMAR: ReadonlySet<string> = new Set(['oracle', 'high_not_precedence', 'mysql323', 'mysql40'])

/** A mode's name, or nothing. `x'…'` and a string of another character set say one without showing it. */
const WORD = /^(?:[a-z][a-z0-9_]*)?$/

/**
 * What a value of `sql_mode` sets. Undefined where it cannot be told: a number, or a mode under which SQL has another
 * grammar. INVARIANT (deny-by-default): then the server has to be asked, or nothing more is understood.
 */
export const flagsOf = (value: string): ModeFlags | undefined => {
  const modes = value
    .toLowerCase()
    .split(',')
    .map((mode) => mode.trim())
  if (modes.some((mode) => OTHER_GRAMMAR.has(mode) || !WORD.test(mode) || mode === 'default'))
    return undefined
  const combined = modes.some((mode) => COMBINED.has(mode))
  return {
    ansiQuotes: combined || modes.includes('ansi_quotes'),
    pipesAsConcat: combined || modes.includes('pipes_as_concat'),
    noBackslashEscapes: modes.includes('no_backslash_escapes'),
  }
}
