/**
 * What conditions can ask: the CEL types and their fields. A new field is a line here and one where its value is
 * made (`values.ts`); the check at load, the editor schema and the docs follow from this table.
 */
export const conditionTypes = {
  Agent: { name: 'string', model: 'string', runId: 'string' },
  Principal: {
    id: 'string',
    kind: 'string',
    groups: 'list<string>',
    provider: 'string',
    onBehalfOf: 'Principal',
    agent: 'Agent',
  },
  Table: {
    schema: 'string',
    name: 'string',
    access: 'list<string>',
    labels: 'list<string>',
    known: 'bool',
    named: 'bool',
  },
  StatementColumn: {
    schema: 'string',
    table: 'string',
    name: 'string',
    roles: 'list<string>',
    labels: 'list<string>',
    named: 'bool',
  },
  Function: { schema: 'string', name: 'string', effect: 'string' },
  Statement: {
    verb: 'string',
    verbs: 'list<string>',
    effects: 'list<string>',
    tables: 'list<Table>',
    columns: 'list<StatementColumn>',
    functions: 'list<Function>',
    channels: 'list<string>',
    clientFile: 'bool',
    bounded: 'bool',
    dynamic: 'bool',
    opaque: 'string',
    parameterCount: 'int',
    fingerprint: 'string',
  },
  Database: { name: 'string', system: 'string', environment: 'string' },
  Session: { id: 'string', clientAddress: 'string', applicationName: 'string', tls: 'bool' },
  Column: { schema: 'string', table: 'string', name: 'string', type: 'string', labels: 'list<string>' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>

/** The name of a CEL type of ours. */
export type ConditionType = keyof typeof conditionTypes

/** Every variable, with its type. */
export const conditionVariables = {
  principal: 'Principal',
  database: 'Database',
  statement: 'Statement',
  session: 'Session',
  column: 'Column',
} as const satisfies Readonly<Record<string, ConditionType>>

/** The name of a variable. */
type ConditionVariable = keyof typeof conditionVariables

/**
 * Where a condition stands decides what it knows. `statement`: allow, deny and limit rules. `principal`: `when` and
 * `unless` of mask rules, whose masks hold for a whole session. `column`: `columns` of mask rules.
 */
export type ConditionPlace = 'statement' | 'principal' | 'column'

/** What a condition in each place knows. */
export const variablesOf: Readonly<Record<ConditionPlace, readonly ConditionVariable[]>> = {
  statement: ['principal', 'database', 'statement', 'session'],
  principal: ['principal', 'database'],
  column: ['principal', 'database', 'column'],
}
