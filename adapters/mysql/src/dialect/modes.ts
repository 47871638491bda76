/**
 * What of a session changes how its text is read. `sql_mode` holds the first three ("Server SQL Modes" in either
 * manual; the mode ANSI sets `ansiQuotes` and `pipesAsConcat`); flavour and version come from the server's handshake
 * and decide which executable comments run.
 */
export type MysqlModes = {
  /** `"x"` is an identifier, not a string. */
  readonly ansiQuotes: boolean
  /** `\` in a string is a character like any other. */
  readonly noBackslashEscapes: boolean
  /** `||` joins strings; otherwise it is OR. */
  readonly pipesAsConcat: boolean
  /** lower_case_table_names is not 0: names of tables and databases are the same in any case. */
  readonly lowerCaseTableNames: boolean
  /** True for MariaDB, which also runs `/*M! … *\/`. */
  readonly mariadb: boolean
  /** As the servers count: 80036 for 8.0.36, 101119 for 10.11.19. */
  readonly version: number
}

/** Equal for modes under which every text is read the same. */
export const modeKey = (modes: MysqlModes): string =>
  `${modes.ansiQuotes ? 'a' : ''}${modes.noBackslashEscapes ? 'b' : ''}${modes.pipesAsConcat ? 'p' : ''}${modes.mariadb ? 'm' : ''}${modes.lowerCaseTableNames ? 'l' : ''}${modes.version}`
