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
  functions: [{ schema: 'pg_catalog', name: 'lower', effect: 'pure' }],
  opaque: 'why',
})
const samples = {
  Agent: new AgentValue({ name: 'bot', model: 'm', runId: 'r' }),
  Principal: new PrincipalValue(agent),
  Table: new TableValue({ schema: 's', name: 't', access: ['read'], labels: [], known: true }),
  StatementColumn: new StatementColumnValue({ column: column('a'), roles: ['output'] }),
  Function: new FunctionValue({ schema: 's', name: 'f', effect: 'pure' }),
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
  [
    "statement.verb == 'x'",
    { session: false, opaque: false, clientFile: false, constant: false, table: false },
  ],
  [
    "statement.opaque == ''",
    { session: false, opaque: true, clientFile: false, constant: false, table: false },
  ],
  [
    "statement['opaque'] == ''",
    { session: false, opaque: true, clientFile: false, constant: false, table: false },
  ],
  [
    'principal.groups.exists(g, g == session.applicationName)',
    { session: true, opaque: false, clientFile: false, constant: false, table: false },
  ],
  [
    '!statement.clientFile',
    { session: false, opaque: false, clientFile: true, constant: false, table: false },
  ],
  [
    "'opaque' in principal.groups",
    { session: false, opaque: false, clientFile: false, constant: false, table: false },
  ],
  ['1 < 2', { session: false, opaque: false, clientFile: false, constant: true, table: false }],
])('%s mentions', (text, mentions) => {
  const condition = compileCondition(text, 'statement')
  expect('test' in condition && condition.mentions).toEqual(mentions)
})

test.each([
  ['column.labels.size() > 0', false],
  ["column.name == 'a' && column.type in ['text']", false],
  ["column['name'] == 'a'", false],
  ["column.table == 'customers'", true],
  ["column['schema'] == 'public'", true],
  ['has(column.table)', true],
  ['[column].exists(c, c.table == "a")', true],
])('%s may ask for the table: %s', (text, asks) => {
  const condition = compileCondition(text, 'column')
  expect('test' in condition && condition.mentions.table).toBe(asks)
})

test.each([
  ["'writes' in statement.effects", 0, 'it is never `writes`; use one of `read`, `write`,'],
  ["statement.effects == ['reads']", 22, 'it is never `reads`'],
  ["statement.effects.all(e, e in ['read', 'select'])", 39, 'it is never `select`'],
  ["statement.effects.exists(e, 'reed' == e)", 28, 'it is never `reed`'],
  ["statement.effects.filter(e, e != 'read')[0] == 'writes'", 47, 'it is never `writes`'],
  ["principal.kind == 'person'", 18, 'it is never `person`; use one of `human`, `workload`, `agent`'],
  ["principal['kind'] == 'person'", 21, 'it is never `person`'],
  ["has(principal.onBehalfOf) && principal.onBehalfOf.kind != 'person'", 58, 'it is never `person`'],
  [
    "statement.tables.exists(t, 'writes' in t.access)",
    27,
    'it is never `writes`; use one of `read`, `write`',
  ],
  ["statement.tables.exists(t, t.access.all(a, a == 'delete'))", 48, 'it is never `delete`'],
  ["statement.columns.exists(c, 'outputs' in c.roles)", 28, 'it is never `outputs`'],
  ["statement.functions.exists(f, f.effect == 'write')", 42, 'it is never `write`; use one of `pure`'],
  ["statement.functions.exists(f, f.name == 'pg_catalog.pg_sleep')", 40, 'compare `name` and `schema`'],
  ["statement.verb == 'drop'", 18, 'no verb is `drop` alone'],
  ["statement.verb in ['select', 'create']", 29, 'no verb is `create` alone'],
  ["statement.verb == 'DELETE'", 18, 'verbs are in lower case: `delete`'],
  ["database.system == 'postgres'", 19, 'it is never `postgres`; use one of `postgresql`'],
  ["statement.verbs.exists(v, v.startsWith('DROP'))", 39, 'verbs are in lower case: `drop`'],
  ["'truncate table' in statement.verbs", 0, 'no verb is `truncate table`; write `truncate`'],
  ["statement.effects == ['write', 'read']", 21, "effects are sorted, each once: `['read', 'write']`"],
  ["['read', 'read'] != statement.effects", 0, "effects are sorted, each once: `['read']`"],
  ["statement.effects.exists(e, e.startsWith('writes'))", 41, 'it is never `writes`'],
  ["statement.tables.exists(t, t.labels.exists(l, l.startsWith('PII.')))", 59, 'labels are in lower case'],
  ["statement.tables.exists(t, 'PII.email' in t.labels)", 27, 'labels are in lower case: `pii.email`'],
  ["principal.id.lowerAscii() == 'kate@x'", 0, '`lowerAscii` would take different names for one'],
  ["'ADMIN' in principal.groups.map(g, g.upperAscii())", 35, '`upperAscii` would take different names'],
])('%s is refused at character %s', (text, offset, message) => {
  const faults = compileCondition(text, 'statement')
  expect(faults).toEqual([{ offset, message: expect.stringContaining(message) }])
})

test.each([
  "statement.effects == ['read', 'write']",
  "principal.groups.exists(kind, kind == 'person')",
  "statement.effects.exists(e, principal.groups.exists(e, e == 'writes'))",
  "'delete' in statement.tables[0].labels",
  "statement.verb == 'drop table' || statement.verb.startsWith('drop')",
  "statement.functions.exists(f, f.name == 'writes')",
  "database.system == 'mariadb' || database.system.startsWith('my')",
  "statement.effects.exists(e, e.startsWith('wri'))",
  "statement.verbs.exists(v, v.startsWith('drop ') || v.contains('table'))",
  "principal.groups.exists(g, g.startsWith('ADMIN'))",
])('%s is a condition', (text) => {
  expect(compileCondition(text, 'statement')).toHaveProperty('test')
})

const compiledPattern = (pattern: string) =>
  compileCondition(`statement.verb.matches(${JSON.stringify(pattern)})`, 'statement')

describe('patterns of `matches`', () => {
  test.each([
    '^a.*b.*c$',
    'a.*b',
    '_tmp$',
    '^[+*?]{1,3}x\\+\\*\\?',
    '[0-9]{4}-[0-9]{2}-[0-9]{2}',
    '^(emp|usr|adm|sys|tmp|log)_(?:old|new)$',
    'https?',
    '^a|^b+|^c*',
  ])('%s', (pattern) => {
    expect(compiledPattern(pattern)).toHaveProperty('test')
  })

  // Each of them takes seconds on a few hundred letters.
  test.each([
    '.*a.*b',
    '^a*a*a*b',
    '^a+|b+c*',
    '\\\\*\\\\*\\\\*',
    '^a?a?a?a?a?a?a?b',
    '^(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a)b',
    '^((a|a)(a|a)(a|a)(a|a)(a|a)(a|a)(a|a))b',
    '^(a|aa)+$',
    '^(?=.*a)',
    '^(a)\\1',
  ])('%s may take long', (pattern) => {
    expect(compiledPattern(pattern)).toEqual([
      { offset: 23, message: expect.stringContaining('may take too long') },
    ])
  })
})

test('facts are put into CEL once', () => {
  expect(statementValue(full)).toBe(statementValue(full))
})

test('text that a client chose is bounded', () => {
  const value = new SessionValue({ ...session, applicationName: 'x'.repeat(longestClientText + 1) })
  expect(value.applicationName).toHaveLength(longestClientText)
})
