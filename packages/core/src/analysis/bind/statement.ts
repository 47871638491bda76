import type {
  CallProcedure,
  Copy,
  Ddl,
  Execute,
  Explain,
  Fetch,
  Maintenance,
  SetVariable,
  Show,
  Statement,
} from '../../statement/command.ts'
import { intoOf } from '../../statement/into.ts'
import type { Query, TableRef } from '../../statement/query.ts'
import { withValues } from '../../statement/with-values.ts'
import { isWrite, type Write } from '../../statement/write.ts'
import { columnFeed } from '../column-feed.ts'
import type { Analysis } from '../context.ts'
import { type Feed, influenced, NOTHING, UNKNOWN } from '../feed.ts'
import { renewed } from '../renewed.ts'
import { type Columns, outermost, rowOf } from '../scope.ts'
import { withLongValues } from '../with-long-values.ts'
import type { BoundStatement, Surroundings } from '../work.ts'
import { assign, bindTarget, write } from './assignment.ts'
import type { Binder } from './binder.ts'
import { bindBlock } from './block.ts'
import { variablePlace } from './call.ts'
import { bindCondition } from './clauses.ts'
import { bindDdl } from './ddl.ts'
import { bindJoinedDelete, bindJoinedUpdate } from './joined-write.ts'
import { type FoundTable, findFunction, findTable, namesOf, runs } from './names.ts'
import { bindProcedural } from './procedural.ts'
import { stillMeans } from './still-means.ts'

/** What binding one statement finds beside what goes into `Findings`. */
export type Outcome = Pick<BoundStatement, 'outputs'> &
  Partial<Pick<BoundStatement, 'inner' | 'opaque' | 'dynamic'>>

/** Understands a statement inside another, in what is another there. */
export type Analyser = (
  statement: Statement,
  inside?: Partial<Pick<Surroundings, 'planned' | 'context'>>,
) => Analysis

type Rules = {
  readonly [K in Statement['kind']]: (
    b: Binder,
    node: Extract<Statement, { kind: K }>,
    around: Surroundings,
    analyse: Analyser,
  ) => Outcome
}

const NONE: Outcome = { outputs: 'none' }

/** A new kind of statement does not compile until it has its rule. */
const RULES: Rules = {
  select: (b, node) => rows(b, node),
  'set-operation': (b, node) => rows(b, node),
  values: (b, node) => rows(b, node),
  insert: (b, node) => returned(b, node),
  update: (b, node) => returned(b, node),
  delete: (b, node) => returned(b, node),
  'joined-update': (b, node) => joined(bindJoinedUpdate, b, node),
  'joined-delete': (b, node) => joined(bindJoinedDelete, b, node),
  merge: (b, node) => returned(b, node),
  ddl: (b, node) => makes(b, node),
  dcl: (b, node) => touches(b, node.tables ?? [], 'write'),
  transaction: () => NONE,
  set: (b, node) => sets(b, node),
  show: (b, node, around) => ({ outputs: shown(b, node, around) }),
  discard: () => NONE,
  copy: (b, node) => copies(b, node),
  explain: (_b, node, _around, analyse) => explains(node, analyse),
  'call-procedure': (b, node) => calls(b, node),
  do: (b, node, _around, analyse) => bindBlock(b, node, analyse),
  prepare: (_b, node, _around, analyse) => holding(analyse(node.statement), 'none'),
  execute: (b, node, around, analyse) => executes(b, node, around, analyse),
  deallocate: () => NONE,
  'declare-cursor': (_b, node, _around, analyse) => holding(analyse(node.query), 'none'),
  fetch: (b, node, around) => fetches(b, node, around),
  'close-cursor': () => NONE,
  notification: (b, node) => {
    b.findings.channels.add(node.channel)
    return NONE
  },
  lock: (b, node) => {
    touches(b, node.reads ?? [], 'read')
    return touches(b, node.tables, 'write')
  },
  maintenance: (b, node) => maintains(b, node),
  procedural: (b, node, _around, analyse) => bindProcedural(b, node, analyse),
  empty: () => NONE,
  opaque: (_b, node) => ({ outputs: 'unknown', opaque: node.reason }),
}

/** Binds one statement of any kind. */
export const bindStatement = (
  b: Binder,
  node: Statement,
  around: Surroundings,
  analyse: Analyser,
): Outcome => {
  b.findings.seen.add(node)
  const rule = RULES[node.kind] as (
    b: Binder,
    node: Statement,
    around: Surroundings,
    analyse: Analyser,
  ) => Outcome
  return rule(b, node, around, analyse)
}

const rows = (b: Binder, node: Query): Outcome => {
  const bound = b.query(node, outermost(b.context))
  return { outputs: intoOf(node) === undefined ? bound : 'none' }
}

const returned = (b: Binder, node: Write): Outcome => {
  if (node.returning.length > 0) b.findings.unlistedReturned = new Map()
  for (const { expression } of node.returning) b.findings.returnedStars.add(expression)
  const bound = b.write(node, outermost(b.context))
  return { outputs: node.returning.length === 0 ? 'none' : bound }
}

const joined = <N>(bind: (b: Binder, node: N) => void, b: Binder, node: N): Outcome => {
  bind(b, node)
  return NONE
}

const makes = (b: Binder, node: Ddl): Outcome => {
  bindDdl(b, node)
  return NONE
}

/** A procedure that is not known can do anything, and one that is can put what it is given anywhere. */
const calls = (b: Binder, { call }: CallProcedure): Outcome => {
  const known = b.traits.builtinProcedure?.(call.name)
  if (!known) {
    b.expression(call, outermost(b.context))
    b.findings.moves = true
    // Of a parameter that is OUT it comes back with whatever was read.
    for (const arg of call.args)
      if (arg.kind === 'call' && arg.variable !== undefined)
        b.findings.handsOver(UNKNOWN, variablePlace(arg.variable))
    const { effect, own } = findFunction(b, call.name, call.args.length)
    return { outputs: 'unknown', dynamic: own !== true || effect === 'unknown' }
  }
  b.findings.seen.add(call)
  for (const arg of call.args) b.findings.flow(b.expression(arg, outermost(b.context)), undefined)
  for (const effect of known.effects) b.findings.effects.add(effect)
  if (known.setsIdentity === true) {
    b.findings.changesIdentity = true
    b.findings.changesSettings = true
  }
  const schema = b.context.searchPath.find((one) => b.traits.isSystemSchema(one)) ?? ''
  runs(b, { schema, name: call.name.at(-1) ?? '', effect: known.effect }, false)
  return { outputs: 'unknown' }
}

/** Rows come in the order in which they were put, by whatever index. */
const maintains = (b: Binder, { tables, sorts }: Maintenance): Outcome => {
  if (sorts === true) {
    const found = tables.map(({ name }) => findTable(b, name).relation)
    if (found.length === 0 || found.includes(undefined)) b.findings.tells(UNKNOWN, 'order')
    for (const column of found.flatMap((relation) => relation?.columns ?? []))
      b.findings.tells(columnFeed(column), 'order')
  }
  return touches(b, tables, 'read')
}

const sets = (b: Binder, { expressions = [] }: SetVariable): Outcome => {
  for (const expression of expressions) b.expression(expression, outermost(b.context))
  return NONE
}

/** A setting that statements can write to may show what they wrote. */
const shown = (b: Binder, node: Show, around: Surroundings): Columns | 'unknown' => {
  if (node.name === 'all') return 'unknown'
  const feed = around.traits.isOpenSetting(node.name) ? NOTHING : UNKNOWN
  if (node.picks) b.findings.tells(feed, 'computed')
  return { columns: [{ name: node.name, sure: true, feed }] }
}

const copies = (b: Binder, node: Copy): Outcome => {
  const outputs = node.direction === 'in' ? copiesIn(b, node) : copiesOut(b, node)
  // A file or a program keeps what it is given, for whoever reads it next.
  if (node.via !== 'client') b.findings.flow(rowOf(outputs), undefined)
  return { outputs: node.direction === 'out' && node.via === 'client' ? outputs : 'none' }
}

const copiesOut = (b: Binder, node: Copy): Columns => {
  // COPY of a table TO brings what SELECT would.
  if (node.query === undefined || !isWrite(node.query)) b.findings.verbs.add('select')
  if (node.query)
    return isWrite(node.query)
      ? b.write(node.query, outermost(b.context))
      : b.query(node.query, outermost(b.context))
  const from = node.table ? b.fromItem(node.table, outermost(b.context), []) : undefined
  const [item] = from?.items ?? []
  if (!item) return { columns: [], rest: UNKNOWN }
  if (node.columns.length === 0)
    return node.table ? withoutGenerated(item, findTable(b, node.table.name)) : item
  const found = node.columns.map((name) => item.columns.find((c) => c.name === name) ?? unknownColumn(name))
  return { columns: found }
}

/** PostgreSQL documentation, SQL Commands: COPY, "Description": without a list it leaves generated columns out. */
const withoutGenerated = (item: Columns, { relation }: FoundTable): Columns => {
  // Of a table that the same text makes they are not known, and its id is negative.
  if (relation?.type !== 'table' || relation.id < 0) return item
  const generated = new Set(relation.columns.filter((c) => c.derivedFrom).map((c) => c.name))
  return generated.size === 0
    ? item
    : { ...item, columns: item.columns.filter((c) => !generated.has(c.name)) }
}

const unknownColumn = (name: string) => ({ name, sure: true, feed: UNKNOWN })

const copiesIn = (b: Binder, node: Copy): Columns => {
  if (!node.table) return { columns: [] }
  if (node.replaces) b.findings.verbs.add('delete')
  const { table, item } = bindTarget(b, node.table)
  const names = node.columns.length > 0 ? node.columns : namesOf(table)
  const feed = node.via === 'client' ? NOTHING : UNKNOWN
  for (const name of names) write(b, table, name, feed, new Map())
  const scope = { items: [item], ctes: undefined, parent: undefined }
  for (const assignment of node.assignments ?? []) assign(b, assignment, { table, item }, scope, new Map())
  if (node.where) bindCondition(b, node.where, scope, 'predicate')
  return { columns: [] }
}

/** Plans carry constants of the statement and figures from the tables' statistics. */
const explains = (node: Explain, analyse: Analyser): Outcome => {
  const inner = node.analyze ? analyse(node.statement) : analyse(node.statement, { planned: true })
  const touches = inner.facts.tables.length > 0 || inner.facts.functions.length > 0 || !!inner.facts.opaque
  const feed = touches || inner.facts.dynamic ? UNKNOWN : NOTHING
  return holding(inner, { columns: [{ name: 'QUERY PLAN', sure: true, feed }] })
}

const executes = (b: Binder, node: Execute, around: Surroundings, analyse: Analyser): Outcome => {
  const given = node.args.map((arg) => b.expression(arg, outermost(b.context)))
  for (const feed of given) b.findings.use(feed, 'predicate')
  const prepared = around.names.prepared(node.name)
  const text = node.statement ?? around.names.preparedText?.(node.name)?.statement
  // The database looks names up anew where the search path or a table has changed since.
  if (text && text.kind !== 'execute')
    return given.some(carries)
      ? executed(b, analyse(withValues(text, (index) => node.args[index - 1])), [], node)
      : executed(b, analyse(text), given, node)
  if (!prepared || !stillMeans(b, prepared)) return unknownName('prepared statement', node.name)
  return executed(b, renewed(prepared, around.catalog), given, node)
}

const carries = ({ sources, unknown }: Feed): boolean => unknown || sources.length > 0

/** What parameters are given may be in any output, and wherever the statement writes: a function may have read it. */
const executed = (b: Binder, text: Analysis, given: readonly Feed[], { args }: Execute): Outcome => {
  // Nobody knows how long its constants are, or what variables hold.
  const inner = withLongValues(text, b.traits)
  const outputs = outputsOf(inner)
  for (const { column, param } of inner.facts.textBindings ?? []) {
    const arg = args[param - 1]
    const isText = arg?.kind === 'literal' && arg.type === 'string'
    if (!isText) b.findings.tells(columnFeed(column), 'computed')
  }
  for (const feed of given.filter(carries)) {
    // Where the text is not known any more: it may be compared with anything, and written anywhere.
    b.findings.tells(feed, 'computed')
    b.findings.handsOver(feed)
  }
  if (typeof outputs === 'string' || given.every((feed) => feed === NOTHING)) return holding(inner, outputs)
  const columns = outputs.columns.map((column) => ({ ...column, feed: influenced(column.feed, given) }))
  return holding(inner, { ...outputs, columns })
}

const fetches = (b: Binder, node: Fetch, around: Surroundings): Outcome => {
  if (!node.move) b.findings.verbs.add('select')
  const cursor = around.names.cursor(node.cursor)
  if (!cursor) return { outputs: node.move ? 'none' : 'unknown' }
  // A cursor keeps the plan that it was declared with.
  const inner = renewed(cursor, around.catalog)
  return holding(inner, node.move ? 'none' : outputsOf(inner))
}

/** A statement around another one: what is not understood inside is not understood at all. */
const holding = (inner: Analysis, outputs: Outcome['outputs']): Outcome => ({
  outputs,
  inner,
  opaque: inner.facts.opaque,
})

const unknownName = (what: string, name: string): Outcome => ({
  outputs: 'unknown',
  dynamic: true,
  opaque: `${what} \`${name}\` is not known, or no longer means what it did; prepare it again`,
})

const outputsOf = ({ facts }: Analysis): Columns | 'none' | 'unknown' => {
  if (facts.outputs === 'none' || facts.outputs === 'unknown') return facts.outputs
  return {
    columns: facts.outputs.map(({ name, ...feed }) => ({ name, sure: true, feed: { ...feed, pending: [] } })),
  }
}

const touches = (b: Binder, tables: readonly TableRef[], access: 'read' | 'write'): Outcome => {
  for (const table of tables) {
    b.findings.seen.add(table)
    const { schema, name, relation } = findTable(b, table.name)
    b.findings.table(schema, name, relation, access)
  }
  return NONE
}
