import type { BuiltinFunction } from '@sluice/core/analysis/traits'
import type { FunctionEffect } from '@sluice/core/catalog/catalog'
import { PURE_FUNCTIONS } from './pure-functions.ts'
import { READING_FUNCTIONS } from './reading-functions.ts'
import { ARRAYS_OF_TEXTS, columnsOf } from './table-functions.ts'
import { blankOf, tellingOf } from './telling.ts'
import { isBuiltinType } from './types.ts'

/** Functions behind operators that clients call by name, because their placeholders collide with the operator. */
const OPERATOR_FUNCTIONS = `
  array_cat arraycontained arraycontains arrayoverlap bpchareq int4eq int4mul int4pl int8eq jsonb_concat
  jsonb_contained jsonb_contains jsonb_delete jsonb_delete_path jsonb_exists jsonb_exists_all jsonb_exists_any
  textcat texteq textlike textregexeq ts_match_qv ts_match_tq ts_match_tt ts_match_vq
`

/** What a session knows of itself: as constant in it as the clock is not. */
const OWN_NAMES = 'current_catalog current_role current_schema current_user session_user system_user user'

/** Read something that is not public: other sessions' statements, settings, samples, large objects, files' contents. */
const HIDDEN_READS = `
  current_setting lo_get loread pg_cursor pg_hba_file_rules pg_ident_file_mappings pg_listening_channels
  pg_logical_slot_peek_binary_changes pg_logical_slot_peek_changes pg_mcv_list_items pg_prepared_statement
  pg_prepared_xact pg_show_all_file_settings pg_show_all_settings pg_stat_get_activity
  pg_stat_get_backend_activity pg_stat_get_subscription pg_stat_get_wal_receiver pg_stat_get_wal_senders
`

/** Run a text as SQL, or read any table without naming it in the statement. */
const DYNAMIC = `
  cursor_to_xml cursor_to_xmlschema database_to_xml database_to_xml_and_xmlschema database_to_xmlschema
  query_to_xml query_to_xml_and_xmlschema query_to_xmlschema schema_to_xml schema_to_xml_and_xmlschema
  schema_to_xmlschema table_to_xml table_to_xml_and_xmlschema table_to_xmlschema ts_rewrite ts_stat
`

const FILES = `
  lo_export lo_import pg_ls_archive_statusdir pg_ls_dir pg_ls_logdir pg_ls_logicalmapdir pg_ls_logicalsnapdir
  pg_ls_replslotdir pg_ls_summariesdir pg_ls_tmpdir pg_ls_waldir pg_read_binary_file pg_read_file pg_stat_file
`

const WRITES = `
  lo_creat lo_create lo_from_bytea lo_open lo_put lo_truncate lo_truncate64 lo_unlink lowrite
  pg_logical_emit_message pg_logical_slot_get_binary_changes pg_logical_slot_get_changes
`

/** Change the session: its settings, its locks, what it listens to, its random source. */
const SESSION = `
  lo_close lo_lseek lo_lseek64 lo_tell lo_tell64 pg_advisory_lock pg_advisory_lock_shared pg_advisory_unlock
  pg_advisory_unlock_all pg_advisory_unlock_shared pg_advisory_xact_lock pg_advisory_xact_lock_shared
  pg_export_snapshot pg_notify pg_stat_clear_snapshot pg_stat_force_next_flush pg_try_advisory_lock
  pg_try_advisory_lock_shared pg_try_advisory_xact_lock pg_try_advisory_xact_lock_shared set_config setseed
`

const SEQUENCES = 'nextval setval'

/** Act on the server: other sessions, backups, replication, statistics, its log. */
const ADMIN = `
  brin_desummarize_range brin_summarize_new_values brin_summarize_range gin_clean_pending_list pg_backup_start
  pg_backup_stop pg_cancel_backend pg_clear_attribute_stats pg_clear_relation_stats
  pg_copy_logical_replication_slot pg_copy_physical_replication_slot pg_create_logical_replication_slot
  pg_create_physical_replication_slot pg_create_restore_point pg_drop_replication_slot
  pg_import_system_collations pg_log_backend_memory_contexts pg_log_standby_snapshot pg_promote pg_reload_conf
  pg_replication_origin_advance pg_replication_origin_create pg_replication_origin_drop
  pg_replication_origin_session_reset pg_replication_origin_session_setup pg_replication_origin_xact_reset
  pg_replication_origin_xact_setup pg_replication_slot_advance pg_restore_attribute_stats
  pg_restore_relation_stats pg_rotate_logfile pg_start_backup pg_stat_reset pg_stat_reset_backend_stats
  pg_stat_reset_replication_slot pg_stat_reset_shared pg_stat_reset_single_function_counters
  pg_stat_reset_single_table_counters pg_stat_reset_slru pg_stat_reset_subscription_stats pg_stop_backup
  pg_switch_wal pg_sync_replication_slots pg_terminate_backend pg_wal_replay_pause pg_wal_replay_resume
`

type Lineage = BuiltinFunction['lineage']

const table = (): ReadonlyMap<string, BuiltinFunction> => {
  const functions = new Map<string, BuiltinFunction>()
  const add = (names: string, effect: FunctionEffect, lineage: Lineage): void => {
    for (const name of names.trim().split(/\s+/)) {
      const columns = columnsOf(name)
      const telling = tellingOf(name)
      const blank = blankOf(name)
      functions.set(name, {
        effect,
        lineage,
        ...(columns ? { columns } : {}),
        ...(name === 'unnest' ? { unnests: true } : {}),
        ...(ARRAYS_OF_TEXTS.has(name) ? { makesArray: true } : {}),
        ...(telling ? { telling } : {}),
        ...(blank ? { blank } : {}),
      })
    }
  }
  add(PURE_FUNCTIONS, 'pure', 'arguments')
  add(OPERATOR_FUNCTIONS, 'pure', 'arguments')
  add(OWN_NAMES, 'pure', 'arguments')
  add(READING_FUNCTIONS, 'reads', 'arguments')
  add(HIDDEN_READS, 'reads', 'unknown')
  add(DYNAMIC, 'dynamic', 'unknown')
  add(FILES, 'file', 'unknown')
  add(WRITES, 'writes', 'unknown')
  add(SESSION, 'session', 'arguments')
  add(SEQUENCES, 'sequence', 'arguments')
  add(ADMIN, 'admin', 'arguments')
  return functions
}

const FUNCTIONS = table()

/** Counters of the cumulative statistics: numbers, times and names of objects. */
const COUNTER: BuiltinFunction = { effect: 'reads', lineage: 'arguments' }

/** `regtype('x')` and `tsquery('x')` are casts written as calls. */
const CAST: BuiltinFunction = { effect: 'pure', lineage: 'arguments' }

/** A function of pg_catalog or information_schema; undefined: not listed, so it can do anything. */
export const builtinFunction = (name: string): BuiltinFunction | undefined => {
  const listed = FUNCTIONS.get(name)
  if (listed) return listed
  if (name.startsWith('pg_stat_get_')) return COUNTER
  return isBuiltinType(name) ? CAST : undefined
}

/** Functions with polymorphic arguments: what stands beside a value becomes one of its type (parse_coerce.c). */
const ALIKE = `
  array_append array_fill array_position array_positions array_prepend array_remove array_replace
  json_populate_record json_populate_recordset jsonb_populate_record jsonb_populate_record_valid
  jsonb_populate_recordset lag lead width_bucket
`

/** Whose arguments are of one type, which is never a domain, and functions of arrays, ranges and rows. */
const ALIKE_HOLDING = `
  array_cat arraycontained arraycontains arrayoverlap coalesce greatest least nullif range_merge
`

const MAKING: ReadonlyMap<string, 'any' | 'holding'> = new Map([
  ...ALIKE.trim()
    .split(/\s+/)
    .map((name) => [name, 'any'] as const),
  ...ALIKE_HOLDING.trim()
    .split(/\s+/)
    .map((name) => [name, 'holding'] as const),
])

/** Whether a function of the system makes values of the type of one argument out of another. */
export const makesAlike = (name: string): 'any' | 'holding' | undefined => MAKING.get(name)
