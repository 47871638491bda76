/** Columns of functions in FROM, where they are the same whatever the arguments, from PostgreSQL 13 to 18 (pg_proc, `proargnames`). */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  json_array_elements: ['value'],
  json_array_elements_text: ['value'],
  json_each: ['key', 'value'],
  json_each_text: ['key', 'value'],
  jsonb_array_elements: ['value'],
  jsonb_array_elements_text: ['value'],
  jsonb_each: ['key', 'value'],
  jsonb_each_text: ['key', 'value'],
  aclexplode: ['grantor', 'grantee', 'privilege_type', 'is_grantable'],
  pg_available_extensions: ['name', 'default_version', 'comment'],
  pg_identify_object: ['type', 'schema', 'name', 'identity'],
  pg_options_to_table: ['option_name', 'option_value'],
  pg_partition_ancestors: ['relid'],
  pg_partition_tree: ['relid', 'parentrelid', 'isleaf', 'level'],
  pg_timezone_names: ['name', 'abbrev', 'utc_offset', 'is_dst'],
}

/** Make rows, or may, of columns that vary or that nobody asks for as a whole; words of the grammar, which do so of rows. */
const RECORDS: ReadonlySet<string> = new Set(
  `
  _pg_expandarray coalesce enum_first enum_last first_value greatest json_populate_record json_populate_recordset
  json_query json_table json_to_record json_to_recordset json_value jsonb_populate_record jsonb_populate_recordset
  jsonb_to_record jsonb_to_recordset lag last_value lead least lower nth_value nullif pg_available_extension_versions
  pg_available_wal_summaries pg_backup_stop pg_config pg_control_checkpoint pg_control_init pg_control_recovery
  pg_control_system pg_copy_logical_replication_slot pg_copy_physical_replication_slot
  pg_create_logical_replication_slot pg_create_physical_replication_slot pg_cursor pg_extension_update_paths
  pg_get_aios pg_get_backend_memory_contexts pg_get_catalog_foreign_keys pg_get_keywords pg_get_loaded_modules
  pg_get_multixact_members pg_get_object_address pg_get_replication_slots pg_get_sequence_data
  pg_get_shmem_allocations pg_get_shmem_allocations_numa pg_get_wait_events pg_get_wal_resource_managers
  pg_get_wal_summarizer_state pg_hba_file_rules pg_ident_file_mappings pg_identify_object_as_address
  pg_input_error_info pg_last_committed_xact pg_lock_status pg_logical_slot_get_binary_changes
  pg_logical_slot_get_changes pg_logical_slot_peek_binary_changes pg_logical_slot_peek_changes
  pg_ls_archive_statusdir pg_ls_logdir pg_ls_logicalmapdir pg_ls_logicalsnapdir pg_ls_replslotdir pg_ls_summariesdir
  pg_ls_tmpdir pg_ls_waldir pg_mcv_list_items pg_prepared_statement pg_prepared_xact pg_replication_slot_advance
  pg_sequence_parameters pg_show_all_file_settings pg_show_all_settings pg_show_replication_origin_status
  pg_split_walfile_name pg_stat_file pg_stop_backup pg_timezone_abbrevs pg_timezone_abbrevs_abbrevs
  pg_timezone_abbrevs_zone pg_wal_summary_contents pg_walfile_name_offset pg_xact_commit_timestamp_origin ts_debug
  ts_parse ts_stat ts_token_type unnest upper xmltable
`
    .trim()
    .split(/\s+/),
)

/** The columns of a function of the system in FROM; what makes one value has one of its name. Undefined: not known. */
export const columnsOf = (name: string): readonly string[] | undefined =>
  COLUMNS[name] ?? (RECORDS.has(name) || name.startsWith('pg_stat_get_') ? undefined : [name])

/** Make arrays of texts or names, whatever they are given. */
export const ARRAYS_OF_TEXTS: ReadonlySet<string> = new Set([
  'current_schemas',
  'parse_ident',
  'regexp_split_to_array',
  'string_to_array',
])
