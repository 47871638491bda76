/**
 * Columns of the server's own tables that say how much there is of something: how large a table, a file, an answer or the memory
 * of a statement is tells how long the masked values in it are, and of what was computed of them letter by letter.
 */

/** What SHOW TABLE STATUS and information_schema.TABLES say of what is in a table, beside how many rows it has. */
export const TABLE_SIZES: ReadonlySet<string> = new Set([
  'avg_row_length',
  'checksum',
  'data_free',
  'data_length',
  'index_length',
])

/** By table, all in lower case. */
const NAMED: Readonly<Record<string, ReadonlySet<string>>> = {
  'information_schema.tables': TABLE_SIZES,
  'information_schema.partitions': TABLE_SIZES,
  'information_schema.files': new Set(['data_free', 'free_extents']),
  'information_schema.processlist': new Set(['max_memory_used', 'memory_used']),
  'information_schema.user_statistics': new Set(['binlog_bytes_written', 'bytes_sent']),
  'information_schema.client_statistics': new Set(['binlog_bytes_written', 'bytes_sent']),
  'information_schema.table_statistics': new Set(['pages_accessed', 'pages_prefetched']),
  'information_schema.innodb_session_temp_tablespaces': new Set(['size']),
  'mysql.innodb_index_stats': new Set(['sample_size', 'stat_value']),
  'mysql.innodb_table_stats': new Set(['clustered_index_size', 'sum_of_other_index_sizes']),
  'mysql.column_stats': new Set(['avg_frequency', 'avg_length', 'nulls_ratio']),
}

/** Of InnoDB's tables in information_schema, under the names that either server has for them. */
const INNODB: ReadonlySet<string> = new Set([
  'allocated_size',
  'clust_index_size',
  'compressed_size',
  'data_size',
  'file_size',
  'number_records',
  'other_index_size',
])

/** Tables and views that measure in all of their columns. */
const MEASURING: Readonly<Record<string, RegExp>> = {
  performance_schema: /^(?:file|memory|socket)_summary_/,
  sys: /^(?:x\$)?(?:innodb_buffer_stats|io_(?:by|global)|memory_(?:by|global)|metrics$|(?:ps_)?schema_table_statistics)/,
}

/** What is measured: these name it. */
const NAMES: ReadonlySet<string> = new Set([
  'enabled',
  'event_name',
  'file',
  'file_name',
  'host',
  'object_instance_begin',
  'object_name',
  'object_schema',
  'socket_id',
  'table_name',
  'table_schema',
  'thread',
  'thread_id',
  'type',
  'user',
  'variable_name',
])

/** In other tables of performance_schema and views of sys: memory, bytes, and what did not fit into memory. */
const MEASURES: ReadonlySet<string> = new Set([
  'controlled_memory',
  'created_tmp_disk_tables',
  'current_memory',
  'disk_tmp_tables',
  'file_ios',
  'max_controlled_memory',
  'max_total_memory',
  'number_of_bytes',
  'sort_merge_passes',
  'sum_created_tmp_disk_tables',
  'sum_sort_merge_passes',
  'tmp_disk_tables',
  'total_memory',
  'total_memory_allocated',
])

/** Whether a column of a system's table measures what rows hold. All names are in lower case. */
export const measures = (schema: string, relation: string, name: string): boolean => {
  if (NAMED[`${schema}.${relation}`]?.has(name) === true) return true
  if (schema === 'information_schema') return relation.startsWith('innodb_') && INNODB.has(name)
  if (MEASURING[schema]?.test(relation) === true) return !NAMES.has(name)
  // When an error or a warning was seen first tells whether it was.
  if (relation.startsWith('events_errors_summary_')) return name === 'first_seen' || name === 'last_seen'
  return MEASURING[schema] !== undefined && MEASURES.has(name)
}
