import { describe, expect, test } from '@jest/globals'
import { compileCondition } from '../../src/policy/conditions/condition.ts'
import { conditionTypes } from '../../src/policy/conditions/schema.ts'
import {
  AgentValue,
  ColumnValue,
  conditionClasses,
  DatabaseValue,
  FunctionValue,
  longestClientText,
  PrincipalValue,
  SessionValue,
  StatementColumnValue,
  StatementValue,
  statementValue,
  TableValue,
} from '../../src/policy/conditions/values.ts'
import { column, database, facts, principal, session } from './given.ts'

const agent = principal({
  kind: 'agent',
  onBehalfOf: principal(),
  agent: { name: 'bot', model: 'm', runId: 'r' },
})
const full = facts({
  columns: [{ column: column('email', 'pii.email'), roles: ['output'] }],
  functions: [{ name: 'lower', effect: 'pure' }],
  opaque: 'why',
})
const samples = {
  Agent: new AgentValue({ name: 'bot', model: 'm', runId: 'r' }),
  Principal: new PrincipalValue(agent),
  Table: new TableValue({ schema: 's', name: 't', access: ['read'], labels: [], known: true }),
  StatementColumn: new StatementColumnValue({ column: column('a'), roles: ['output'] }),
  Function: new FunctionValue({ name: 'f', effect: 'pure' }),
  Statement: new StatementValue(full),
  Database: new DatabaseValue(database),
  Session: new SessionValue(session),
  Column: new ColumnValue(column('a')),
} satisfies Record<keyof typeof conditionTypes, unknown>

describe('the schema and the values say the same', () => {
  test.each(Object.keys(conditionTypes) as (keyof typeof conditionTypes)[])('%s', (type) => {
    const value: object = samples[type]
    expect(value).toBeInstanceOf(conditionClasses[type])
    expect(Object.keys(value).toSorted()).toEqual(Object.keys(conditionTypes[type]).toSorted())
  })

  const input = {
    principal: samples.Principal,
    database: samples.Database,
    statement: samples.Statement,
    session: samples.Session,
  }
  const paths = [
    ...Object.keys(conditionTypes.Principal).map((field) => `principal.${field}`),
    ...Object.keys(conditionTypes.Agent).map((field) => `principal.agent.${field}`),
    ...Object.keys(conditionTypes.Statement).map((field) => `statement.${field}`),
    ...Object.keys(conditionTypes.Table).map((field) => `statement.tables[0].${field}`),
    ...Object.keys(conditionTypes.StatementColumn).map((field) => `statement.columns[0].${field}`),
    ...Object.keys(conditionTypes.Function).map((field) => `statement.functions[0].${field}`),
    ...Object.keys(conditionTypes.Database).map((field) => `database.${field}`),
    ...Object.keys(conditionTypes.Session).map((field) => `session.${field}`),
  ]
  test.each(paths)('%s can be asked', (path) => {
    // CEL does not compare values of our own types.
    const own = path === 'principal.onBehalfOf' || path === 'principal.agent'
    const condition = compileCondition(own ? `has(${path})` : `${path} == ${path}`, 'statement')
    expect('test' in condition && condition.test(input)).toBe(true)
  })

  test.each(Object.keys(conditionTypes.Column))('column.%s can be asked', (field) => {
    const condition = compileCondition(`column.${field} == column.${field}`, 'column')
    expect('test' in condition && condition.test({ ...input, column: samples.Column })).toBe(true)
  })
})

test.each([
  ["statement.verb == 'x'", { session: false, opaque: false, clientFile: false, constant: false }],
  ["statement.opaque == ''", { session: false, opaque: true, clientFile: false, constant: false }],
  ["statement['opaque'] == ''", { session: false, opaque: true, clientFile: false, constant: false }],
  [
    'principal.groups.exists(g, g == session.applicationName)',
    { session: true, opaque: false, clientFile: false, constant: false },
  ],
  ['!statement.clientFile', { session: false, opaque: false, clientFile: true, constant: false }],
  ["'opaque' in principal.groups", { session: false, opaque: false, clientFile: false, constant: false }],
  ['1 < 2', { session: false, opaque: false, clientFile: false, constant: true }],
])('%s mentions', (text, mentions) => {
  const condition = compileCondition(text, 'statement')
  expect('test' in condition && condition.mentions).toEqual(mentions)
})

test('facts are put into CEL once', () => {
  expect(statementValue(full)).toBe(statementValue(full))
})

test('text that a client chose is bounded', () => {
  const value = new SessionValue({ ...session, applicationName: 'x'.repeat(longestClientText + 1) })
  expect(value.applicationName).toHaveLength(longestClientText)
})
