import type { ColumnFact, Facts, FunctionFact, TableFact } from '../../analysis/facts.ts'
import type { Column, RelationRef } from '../../catalog/catalog.ts'
import type { DatabaseFacts, SessionFacts } from '../decision.ts'
import type { Principal } from '../principal.ts'
import type { ConditionType } from './schema.ts'

/** Text that a client chose is cut to this many characters before a condition sees it. */
export const longestClientText = 256

/** CEL knows a value's type by its constructor, so each type of `conditionTypes` is a class. */
export class AgentValue {
  readonly name: string
  readonly model: string | undefined
  readonly runId: string | undefined
  constructor(agent: NonNullable<Principal['agent']>) {
    this.name = agent.name
    this.model = agent.model
    this.runId = agent.runId
  }
}

/** `principal`, and `principal.onBehalfOf`. */
export class PrincipalValue {
  readonly id: string
  readonly kind: string
  readonly groups: readonly string[]
  readonly provider: string
  readonly onBehalfOf: PrincipalValue | undefined
  readonly agent: AgentValue | undefined
  constructor(principal: Principal) {
    this.id = principal.id
    this.kind = principal.kind
    this.groups = principal.groups
    this.provider = principal.provider
    this.onBehalfOf =
      principal.onBehalfOf === undefined ? undefined : new PrincipalValue(principal.onBehalfOf)
    this.agent = principal.agent === undefined ? undefined : new AgentValue(principal.agent)
  }
}

/** One of `statement.tables`. */
export class TableValue {
  readonly schema: string
  readonly name: string
  readonly access: readonly string[]
  readonly labels: readonly string[]
  readonly known: boolean
  readonly named: boolean
  constructor(table: TableFact, named = true) {
    this.schema = table.schema
    this.name = table.name
    this.access = table.access
    this.labels = table.labels
    this.known = table.known
    this.named = named
  }
}

/** One of `statement.columns`. */
export class StatementColumnValue {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly roles: readonly string[]
  readonly labels: readonly string[]
  readonly named: boolean
  /** `table`: its own, or one of its family. */
  constructor({ column, roles }: ColumnFact, table: RelationRef = column.relation) {
    this.schema = table.schema
    this.table = table.name
    this.name = column.name
    this.roles = roles
    this.labels = column.labels.map((label) => label.name)
    this.named = table === column.relation
  }
}

/** One of `statement.functions`. */
export class FunctionValue {
  readonly schema: string
  readonly name: string
  readonly effect: string
  constructor(fact: FunctionFact) {
    this.schema = fact.schema
    this.name = fact.name
    this.effect = fact.effect
  }
}

/** Each table once. What is done to one is done to its relatives, to its labels too. */
const withRelatives = (tables: readonly TableFact[]): readonly TableValue[] => {
  const all = new Map(tables.map((table) => [keyOf(table), new TableValue(table)]))
  for (const table of tables)
    for (const relative of table.relatives ?? []) {
      const other = all.get(keyOf(relative))
      const both = other === undefined ? table : united(table, other)
      all.set(keyOf(relative), new TableValue({ ...both, ...relative }, other?.named ?? false))
    }
  return [...all.values()]
}

const united = (table: TableFact, other: TableValue): TableFact => ({
  ...table,
  access: (['read', 'write'] as const).filter(
    (one) => table.access.includes(one) || other.access.includes(one),
  ),
  labels: [...new Set([...other.labels, ...table.labels])],
  known: table.known && other.known,
})

const keyOf = ({ schema, name }: Pick<TableFact, 'schema' | 'name'>): string => `${schema}\0${name}`

const withFamily = (fact: ColumnFact): readonly StatementColumnValue[] => [
  new StatementColumnValue(fact),
  ...(fact.column.family ?? []).map((table) => new StatementColumnValue(fact, table)),
]

/** A field that is made whenever it is asked for: a table may have thousands of partitions, and few rules ask. */
const onDemand = <Of extends object, Field extends keyof Of>(
  of: Of,
  field: Field,
  get: () => Of[Field],
): void => {
  Object.defineProperty(of, field, { get, enumerable: true })
}

/** `statement`: the facts, as conditions see them. `opaque` is empty where the statement was understood. */
export class StatementValue {
  readonly verb: string
  readonly verbs: readonly string[]
  readonly effects: readonly string[]
  declare readonly tables: readonly TableValue[]
  declare readonly columns: readonly StatementColumnValue[]
  readonly functions: readonly FunctionValue[]
  readonly channels: readonly string[]
  readonly clientFile: boolean
  readonly bounded: boolean
  readonly dynamic: boolean
  readonly opaque: string
  readonly parameterCount: bigint
  readonly fingerprint: string
  constructor(facts: Facts) {
    this.verb = facts.verb
    this.verbs = facts.verbs
    this.effects = facts.effects
    const { tables, columns } = facts
    if (tables.some(({ relatives }) => relatives !== undefined))
      onDemand(this, 'tables', () => withRelatives(tables))
    else this.tables = tables.map((table) => new TableValue(table))
    if (columns.some(({ column }) => column.family !== undefined))
      onDemand(this, 'columns', () => columns.flatMap(withFamily))
    else this.columns = columns.map((column) => new StatementColumnValue(column))
    this.functions = facts.functions.map((fact) => new FunctionValue(fact))
    this.channels = facts.channels ?? []
    this.clientFile = facts.clientFile === true
    this.bounded = facts.bounded
    this.dynamic = facts.dynamic
    this.opaque = facts.opaque === undefined ? '' : facts.opaque || 'not understood'
    this.parameterCount = BigInt(facts.parameterCount)
    this.fingerprint = facts.fingerprint
  }
}

/** `database`. */
export class DatabaseValue {
  readonly name: string
  readonly system: string
  readonly environment: string
  constructor(database: DatabaseFacts) {
    this.name = database.name
    this.system = database.system
    this.environment = database.environment
  }
}

/** `session`. What the client says of itself is cut to `longestClientText`. */
export class SessionValue {
  readonly id: string
  readonly clientAddress: string
  readonly applicationName: string
  readonly tls: boolean
  constructor(session: SessionFacts) {
    this.id = session.id
    this.clientAddress = session.clientAddress
    this.applicationName = session.applicationName.slice(0, longestClientText)
    this.tls = session.tls
  }
}

/** `column`, in `columns` of mask rules. */
export class ColumnValue {
  readonly schema: string
  readonly table: string
  readonly name: string
  readonly type: string
  readonly labels: readonly string[]
  /** `table`: its own, or one of its family. */
  constructor(column: Column, table: RelationRef = column.relation) {
    this.schema = table.schema
    this.table = table.name
    this.name = column.name
    this.type = column.type
    this.labels = column.labels.map((label) => label.name)
  }
}

/** The class behind each type of the schema. */
export const conditionClasses: Readonly<Record<ConditionType, abstract new (...args: never[]) => unknown>> = {
  Agent: AgentValue,
  Principal: PrincipalValue,
  Table: TableValue,
  StatementColumn: StatementColumnValue,
  Function: FunctionValue,
  Statement: StatementValue,
  Database: DatabaseValue,
  Session: SessionValue,
  Column: ColumnValue,
}

const statements = new WeakMap<Facts, StatementValue>()
const sessions = new WeakMap<SessionFacts, SessionValue>()

/** Made once per `Facts`, so that an execution of an analysed statement costs a look-up. */
export const statementValue = (facts: Facts): StatementValue => {
  let value = statements.get(facts)
  if (value === undefined) {
    value = new StatementValue(facts)
    statements.set(facts, value)
  }
  return value
}

/** Made once per session. */
export const sessionValue = (session: SessionFacts): SessionValue => {
  let value = sessions.get(session)
  if (value === undefined) {
    value = new SessionValue(session)
    sessions.set(session, value)
  }
  return value
}
