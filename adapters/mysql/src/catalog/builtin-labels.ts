import type { ColumnDescription } from '@sluice/core/catalog/catalog'
import type { Label } from '@sluice/core/catalog/label'
import { measures } from './measures.ts'

/** Columns of the server's own tables that hold users' values, other people's SQL, or secrets; all in lower case. */
const COLUMNS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  'internal.sample': {
    'information_schema.column_statistics': ['histogram'],
    'information_schema.innodb_ft_index_cache': ['word'],
    'information_schema.innodb_ft_index_table': ['word'],
    'information_schema.innodb_locks': ['lock_data'],
    'information_schema.optimizer_trace': ['trace'],
    'information_schema.partitions': ['partition_description'],
    'information_schema.slave_status': ['last_error', 'last_io_error', 'last_sql_error'],
    'information_schema.user_variables': ['variable_value'],
    'mysql.column_stats': ['min_value', 'max_value', 'histogram'],
    'performance_schema.data_locks': ['lock_data'],
    'performance_schema.error_log': ['data'],
    'performance_schema.replication_applier_status_by_coordinator': ['last_error_message'],
    'performance_schema.replication_applier_status_by_worker': ['last_error_message'],
    'performance_schema.replication_connection_status': ['last_error_message'],
    'performance_schema.user_variables_by_thread': ['variable_value'],
  },
  'internal.query': {
    'information_schema.innodb_trx': ['trx_query'],
    'information_schema.optimizer_trace': ['query'],
    'information_schema.processlist': ['info', 'info_binary'],
    'information_schema.query_cache_info': ['statement_text'],
    'mysql.general_log': ['argument'],
    'mysql.slow_log': ['sql_text'],
    'performance_schema.events_statements_current': ['sql_text', 'digest_text', 'message_text'],
    'performance_schema.events_statements_history': ['sql_text', 'digest_text', 'message_text'],
    'performance_schema.events_statements_history_long': ['sql_text', 'digest_text', 'message_text'],
    'performance_schema.events_statements_summary_by_digest': ['digest_text', 'query_sample_text'],
    'performance_schema.prepared_statements_instances': ['sql_text'],
    'performance_schema.processlist': ['info'],
    'performance_schema.threads': ['processlist_info'],
  },
  'secret.password-hash': {
    'mysql.global_priv': ['priv'],
    'mysql.password_history': ['password'],
    'mysql.password_reuse_check_history': ['hash'],
    'mysql.user': ['password', 'authentication_string', 'user_attributes'],
  },
  'secret.connection': {
    'mysql.servers': ['password'],
    'mysql.slave_master_info': ['user_password'],
    'performance_schema.session_account_connect_attrs': ['attr_value'],
    'performance_schema.session_connect_attrs': ['attr_value'],
  },
}

/** Columns with other people's SQL in views of `sys`, each of which is there with `x$` before its name too. */
const OF_SYS: ReadonlySet<string> = new Set([
  'query',
  'current_statement',
  'last_statement',
  'waiting_query',
  'blocking_query',
  'digest_text',
  'sql_text',
])

/** Counters of a session, or of several: how many bytes and rows a statement sent, read and kept tells of what is masked in them. */
const COUNTERS: ReadonlySet<string> = new Set([
  'global_status',
  'session_status',
  'status_by_account',
  'status_by_host',
  'status_by_thread',
  'status_by_user',
])

/** Columns that count the warnings of statements, in tables and views of the server's own. */
const COUNTING: ReadonlySet<string> = new Set([
  'warnings',
  'warning_pct',
  'warn_count',
  'sum_warnings',
  'sum_error_raised',
  'sum_error_handled',
])

const NONE: readonly Label[] = []

const labelsNamed = (name: string): readonly Label[] => [{ name, origin: 'builtin', confidence: 1 }]

const index = (): ReadonlyMap<string, readonly Label[]> => {
  const found = new Map<string, readonly Label[]>()
  for (const [name, relations] of Object.entries(COLUMNS))
    for (const [relation, columns] of Object.entries(relations))
      for (const column of columns) found.set(`${relation}.${column}`, labelsNamed(name))
  return found
}

const LABELS = index()
const QUERY = labelsNamed('internal.query')
/** `CAST(email AS SIGNED)` warns of every address that is no number: what equals the count tells as much as the count. */
const COUNT: readonly Label[] = [
  { name: 'internal.sample', origin: 'builtin', confidence: 1, computed: true },
]

/** The labels that the server's own columns carry from the start. */
export const builtinLabels = ({ system, schema, relation, name }: ColumnDescription): readonly Label[] => {
  if (!system) return NONE
  if (schema === 'sys' && OF_SYS.has(name)) return QUERY
  if ((schema === 'sys' || schema === 'performance_schema') && COUNTING.has(name)) return COUNT
  if (name === 'variable_value' && COUNTERS.has(relation.toLowerCase())) return COUNT
  if (measures(schema, relation.toLowerCase(), name)) return COUNT
  return LABELS.get(`${schema}.${relation.toLowerCase()}.${name}`) ?? NONE
}
