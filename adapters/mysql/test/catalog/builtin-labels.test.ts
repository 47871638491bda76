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

test('what else is said of the replication is no value', () => {
  expect(labelled('information_schema', 'SLAVE_STATUS', 'master_port')).toEqual([])
})
