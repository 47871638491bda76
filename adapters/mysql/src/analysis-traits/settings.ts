const set = (words: string): ReadonlySet<string> => new Set(words.trim().split(/\s+/))

const HARMLESS = set(`
  auto_increment_increment auto_increment_offset autocommit big_tables bulk_insert_buffer_size completion_type
  cte_max_recursion_depth default_storage_engine default_tmp_storage_engine default_week_format div_precision_increment
  eq_range_index_dive_limit foreign_key_checks group_concat_max_len idle_transaction_timeout insert_id
  interactive_timeout join_buffer_size join_cache_level last_insert_id lc_messages lc_time_names
  lock_wait_timeout long_query_time low_priority_updates max_allowed_packet max_error_count max_execution_time
  max_heap_table_size max_join_size max_length_for_sort_data max_recursive_iterations max_session_mem_used
  max_sort_length max_statement_time min_examined_row_limit net_buffer_length net_read_timeout net_retry_count
  net_write_timeout optimizer_prune_level optimizer_search_depth optimizer_switch optimizer_trace
  optimizer_use_condition_selectivity profiling profiling_history_size query_cache_type query_prealloc_size rand_seed1
  rand_seed2 range_optimizer_max_mem_size read_buffer_size read_rnd_buffer_size rowid_merge_buff_size slow_query_log
  sort_buffer_size sql_auto_is_null sql_big_selects sql_buffer_result sql_notes sql_safe_updates sql_select_limit
  sql_warnings timestamp tmp_memory_table_size tmp_table_size transaction_isolation
  transaction_read_only tx_isolation tx_read_only unique_checks updatable_views_with_limit wait_timeout
`)

const HARMLESS_PREFIXES = [
  'aria_',
  'debug_no_',
  'histogram_',
  'innodb_',
  'myisam_',
  'optimizer_',
  'session_track_',
]

/** A SET of several settings at once is one whose name lists them. */
const eachOf = (name: string): readonly string[] => name.toLowerCase().split(', ')

const isHarmless = (name: string): boolean =>
  HARMLESS.has(name) || HARMLESS_PREFIXES.some((prefix) => name.startsWith(prefix))

/**
 * Settings of the session that change neither how SQL is read, nor where names lead, nor who acts. Everything else is
 * asked of the server anew: `sql_mode`, `database` (which is USE), `names`, `character_set_client`, `time_zone`, `role`; a setting
 * of the whole server is named with its scope and never harmless.
 */
export const isHarmlessSetting = (name: string): boolean => eachOf(name).every(isHarmless)

/** Settings that say who acts. */
export const isIdentitySetting = (name: string): boolean => eachOf(name).includes('role')

/** Variables that any text can be put into: what a statement wrote there can be shown by the next. */
const FREE_TEXT = set(`
  debug debug_dbug debug_sync external_user identity init_connect init_file init_replica init_slave last_gtid
  optimizer_trace proxy_user pseudo_thread_id rewriter_verbose session_track_system_variables sql_mode
  default_master_connection gtid_next gtid_slave_pos replicate_do_db wsrep_sst_auth
`)

/** Settings that are on or off, or the name of a character set, a collation or a time zone: they take few values. */
const TAKE_FEW = set(`
  autocommit big_tables character_set_client character_set_connection character_set_database character_set_filesystem
  character_set_results character_set_server collation_connection collation_database collation_server completion_type
  foreign_key_checks innodb_strict_mode lc_messages lc_time_names low_priority_updates
  note_verbosity sql_auto_is_null sql_big_selects sql_buffer_result sql_log_bin sql_log_off sql_notes sql_quote_show_create
  sql_safe_updates sql_warnings time_zone transaction_isolation transaction_read_only tx_isolation
  tx_read_only unique_checks
`)

/** Whether a setting refuses all but a few values, so that it can be given hardly anything of a row. */
export const takesFew = (name: string): boolean => TAKE_FEW.has(name)

/** How many warnings and errors the statement before had, which may tell what is masked. */
const COUNTS: ReadonlySet<string> = new Set(['warning_count', 'error_count'])

/** Whether a system variable, without `@@`, holds only values of a limited kind that tell nothing of a row. */
export const isOpenVariable = (name: string): boolean => {
  const folded = name.toLowerCase()
  return !FREE_TEXT.has(folded) && !COUNTS.has(folded)
}

/** All that a pattern of LIKE may be made of whose matches are known under any collation and escape. */
const PLAIN_PATTERN = /^[\w%\\]*$/

/** Whether all system variables whose names fit a pattern of LIKE are such ones. */
export const areOpenVariables = (pattern: string): boolean => {
  if (!PLAIN_PATTERN.test(pattern)) return false
  const fits = new RegExp(`^${pattern.replaceAll('\\', '').replaceAll('%', '.*').replaceAll('_', '.')}$`, 'i')
  return ![...FREE_TEXT, ...COUNTS].some((name) => fits.test(name))
}

/** What SHOW VARIABLES is called where it shows none but such ones. */
export const OPEN_VARIABLES = 'open variables'

/**
 * What SHOW shows of definitions; the rest (`processlist`, `warnings` …) may quote values of rows, or count what was sent of
 * them (`status`).
 */
const OPEN_SHOWS: ReadonlySet<string> = new Set([
  'character set',
  'charset',
  'collation',
  'columns',
  'create database',
  'create schema',
  'create table',
  'create view',
  'databases',
  'engines',
  'fields',
  'index',
  'indexes',
  'keys',
  'open tables',
  OPEN_VARIABLES,
  'plugins',
  'privileges',
  'schemas',
  'table status',
  'tables',
  'triggers',
  'variables',
])

/** What no statement can have put a value of a row into: safe to show. */
export const isOpenSetting = (name: string): boolean => OPEN_SHOWS.has(name.toLowerCase())
