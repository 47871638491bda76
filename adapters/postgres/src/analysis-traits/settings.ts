import { isAsciiSafeEncoding, isUnsafeEncoding } from '../startup/client-encoding.ts'

const HARMLESS: ReadonlySet<string> = new Set<string>(
  `
  application_name array_nulls backend_flush_after bytea_output check_function_bodies client_min_messages
  commit_delay commit_siblings compute_query_id constraint_exclusion constraints cursor_tuple_fraction datestyle
  deadlock_timeout default_statistics_target default_tablespace default_text_search_config
  default_toast_compression default_transaction_deferrable default_transaction_isolation
  default_transaction_read_only effective_cache_size effective_io_concurrency exit_on_error
  from_collapse_limit gin_fuzzy_search_limit gin_pending_list_limit hash_mem_multiplier
  idle_in_transaction_session_timeout idle_session_timeout intervalstyle jit join_collapse_limit lock_timeout
  logical_decoding_work_mem maintenance_io_concurrency maintenance_work_mem max_parallel_maintenance_workers
  max_parallel_workers max_parallel_workers_per_gather max_stack_depth min_parallel_index_scan_size
  min_parallel_table_scan_size parallel_leader_participation parallel_setup_cost parallel_tuple_cost
  plan_cache_mode random_page_cost recursive_worktable_factor row_security seq_page_cost statement_timeout
  stats_fetch_consistency synchronize_seqscans synchronous_commit temp_buffers temp_file_limit temp_tablespaces
  timezone transaction_deferrable transaction_isolation transaction_read_only transaction_timeout work_mem
  xmlbinary xmloption
`
    .trim()
    .split(/\s+/),
)
  // SET SESSION CHARACTERISTICS AS TRANSACTION …
  .add('session characteristics')

const HARMLESS_PREFIXES: readonly string[] = [
  'cpu_',
  'enable_',
  'geqo',
  'jit_',
  'lc_',
  'log_',
  'tcp_',
  'track_',
  'vacuum_',
  'wal_',
]

/**
 * Settings that change neither how SQL and floats are read, nor where names lead, nor who acts. Everything else is asked of the
 * server anew: `search_path`, `role`, `session_authorization`, `standard_conforming_strings`, `backslash_quote`,
 * `transform_null_equals`, `client_encoding`, `extra_float_digits`, and whatever an extension brings.
 */
export const isHarmlessSetting = (name: string): boolean => {
  const folded = name.toLowerCase()
  return HARMLESS.has(folded) || HARMLESS_PREFIXES.some((prefix) => folded.startsWith(prefix))
}

/** What floats that the database sends as texts look like. */
export const isTextSetting = (name: string): boolean => name.toLowerCase() === 'extra_float_digits'

/** Settings that say who acts. */
export const isIdentitySetting = (name: string): boolean =>
  name === 'role' || name === 'session_authorization'

/** See `DialectTraits.unreadable`: `client_encoding` alone. */
export const unreadableSetting = (
  name: string | undefined,
  value: string | undefined,
): 'yes' | 'unknown' | undefined => {
  if (name !== undefined && name.toLowerCase() !== 'client_encoding') return undefined
  if (value === undefined) return 'unknown'
  // What is no encoding is no value of it.
  if (name === undefined) return isUnsafeEncoding(value) ? 'yes' : undefined
  return isAsciiSafeEncoding(value) ? undefined : 'yes'
}

/** Settings that any text can be put into: what a statement wrote there can be shown by the next. */
const FREE_TEXT: ReadonlySet<string> = new Set(
  `
  all application_name backtrace_functions dynamic_library_path extension_control_path local_preload_libraries
  search_path session_preload_libraries temp_tablespaces timezone
`
    .trim()
    .split(/\s+/),
)

/** Settings that hold what the server logs in elsewhere with, and commands, which may. */
const SECRET: ReadonlySet<string> = new Set(
  `
  archive_cleanup_command archive_command primary_conninfo recovery_end_command restore_command ssl_passphrase_command
`
    .trim()
    .split(/\s+/),
)

/** Settings of limited values. Those with a dot are made up by whoever sets them. */
export const isOpenSetting = (name: string): boolean => {
  const folded = name.toLowerCase()
  return !folded.includes('.') && !FREE_TEXT.has(folded) && !SECRET.has(folded)
}
