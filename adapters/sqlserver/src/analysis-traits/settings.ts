/**
 * Settings that change neither how SQL is read, nor where names lead, nor who acts, nor whether and how rows come
 * back. Left out with intent: `database`, `execute as`, `quoted_identifier`, `ansi_defaults`, `fmtonly`, `noexec`,
 * `parseonly`, `showplan_*`, `statistics xml`, `no_browsetable`.
 */
const HARMLESS: ReadonlySet<string> = new Set(
  `
  ansi_null_dflt_off ansi_null_dflt_on ansi_nulls ansi_padding ansi_warnings arithabort arithignore
  concat_null_yields_null cursor_close_on_commit datefirst dateformat deadlock_priority fips_flagger forceplan
  identity_insert implicit_transactions language lock_timeout nocount numeric_roundabort query_governor_cost_limit
  remote_proc_transactions rowcount textsize xact_abort
`
    .trim()
    .split(/\s+/),
)

const COUNTERS: ReadonlySet<string> = new Set(['statistics io', 'statistics time'])

/** Settings that leave the reading of later statements alone. */
export const isHarmlessSetting = (name: string): boolean => HARMLESS.has(name) || COUNTERS.has(name)

/** EXECUTE AS and REVERT: who acts. */
export const isIdentitySetting = (name: string): boolean => name === 'execute as'

/** Transact-SQL has no statement that shows a setting: none is open. */
export const isOpenSetting = (_name: string): boolean => false
