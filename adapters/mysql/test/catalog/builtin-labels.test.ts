import { expect, test } from '@jest/globals'
import { builtinLabels } from '../../src/catalog/builtin-labels.ts'

const labelled = (schema: string, relation: string, name: string): readonly string[] =>
  builtinLabels({ system: true, schema, relation, name } as Parameters<typeof builtinLabels>[0]).map(
    (label) => label.name,
  )

test.each([
  ['information_schema', 'SLAVE_STATUS', 'last_error'],
  ['information_schema', 'SLAVE_STATUS', 'last_io_error'],
  ['information_schema', 'SLAVE_STATUS', 'last_sql_error'],
  ['performance_schema', 'replication_applier_status_by_worker', 'last_error_message'],
])('an error of the replication quotes values of rows: %s.%s.%s', (schema, relation, name) => {
  expect(labelled(schema, relation, name)).toEqual(['internal.sample'])
})

test.each([
  ['performance_schema', 'events_statements_history', 'warnings'],
  ['performance_schema', 'events_statements_summary_by_digest', 'sum_warnings'],
  ['performance_schema', 'events_errors_summary_by_thread_by_error', 'sum_error_raised'],
  ['sys', 'statements_with_errors_or_warnings', 'warnings'],
])('how many warnings there were tells what is masked: %s.%s.%s', (schema, relation, name) => {
  expect(labelled(schema, relation, name)).toEqual(['internal.sample'])
})

test.each([
  ['information_schema', 'SESSION_STATUS'],
  ['performance_schema', 'status_by_thread'],
])('counters tell how long masked values are: %s.%s', (schema, relation) => {
  expect(labelled(schema, relation, 'variable_value')).toEqual(['internal.sample'])
  expect(labelled(schema, relation, 'variable_name')).toEqual([])
})

test.each([
  ['information_schema', 'TABLES', 'data_length'],
  ['information_schema', 'PARTITIONS', 'avg_row_length'],
  ['information_schema', 'INNODB_SYS_TABLESPACES', 'file_size'],
  ['information_schema', 'INNODB_BUFFER_PAGE_LRU', 'data_size'],
  ['information_schema', 'PROCESSLIST', 'max_memory_used'],
  ['information_schema', 'USER_STATISTICS', 'bytes_sent'],
  ['mysql', 'innodb_index_stats', 'stat_value'],
  ['mysql', 'column_stats', 'avg_length'],
  ['performance_schema', 'events_errors_summary_by_thread_by_error', 'first_seen'],
  ['performance_schema', 'events_statements_history', 'max_controlled_memory'],
  ['performance_schema', 'events_statements_summary_by_digest', 'sum_created_tmp_disk_tables'],
  ['performance_schema', 'events_waits_history_long', 'number_of_bytes'],
  ['performance_schema', 'socket_summary_by_instance', 'sum_number_of_bytes_write'],
  ['performance_schema', 'memory_summary_by_thread_by_event_name', 'high_count_used'],
  ['performance_schema', 'threads', 'total_memory'],
  ['sys', 'x$io_global_by_file_by_bytes', 'total_written'],
  ['sys', 'innodb_buffer_stats_by_table', 'pages'],
  ['sys', 'session', 'current_memory'],
])('how much there is of it tells what is masked: %s.%s.%s', (schema, relation, name) => {
  expect(labelled(schema, relation, name)).toEqual(['internal.sample'])
})

test.each([
  ['information_schema', 'TABLES', 'table_rows'],
  ['information_schema', 'STATISTICS', 'cardinality'],
  ['performance_schema', 'events_statements_summary_by_digest', 'first_seen'],
  ['performance_schema', 'events_statements_summary_by_digest', 'sum_timer_wait'],
  ['performance_schema', 'file_summary_by_instance', 'file_name'],
  ['performance_schema', 'table_io_waits_summary_by_table', 'count_read'],
  ['sys', 'io_global_by_file_by_bytes', 'file'],
])('tools read %s.%s.%s', (schema, relation, name) => {
  expect(labelled(schema, relation, name)).toEqual([])
})

test('what else is said of the replication is no value', () => {
  expect(labelled('information_schema', 'SLAVE_STATUS', 'master_port')).toEqual([])
})
