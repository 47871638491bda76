import type {
  ArrayExpression,
  Case,
  Cast,
  ColumnRef,
  Expression,
  FieldSelect,
  Operator,
  Row,
  Star,
  SubqueryExpression,
  Subscript,
} from '../../statement/expression.ts'
import { askedBy, isEquality } from '../asked.ts'
import { blanked, doubtful, type Feed, influenced, type NamedFeed, NOTHING, UNKNOWN, union } from '../feed.ts'
import {
  type Columns,
  columnOf,
  findItem,
  findName,
  type Item,
  isCertain,
  placed,
  rowOf,
  type Scope,
} from '../scope.ts'
import { risked, used } from '../uses.ts'
import { asNumbers } from './as-numbers.ts'
import type { Binder } from './binder.ts'
import { bindCall, bindFunction } from './call.ts'
import { elements, madeArray, takenBy } from './elements.ts'
import { lengthened, longest } from './length.ts'
import { isFollowed, wordIsFollowed } from './operator.ts'
import { isScalarCast } from './projection.ts'
import { becomesAlike, meetsCollation, typeIsFollowed } from './type.ts'

type Rules = {
  readonly [K in Expression['kind']]: (
    b: Binder,
    node: Extract<Expression, { kind: K }>,
    scope: Scope,
  ) => Feed
}

/** What feeds a value of each kind of expression. A new kind does not compile until it has its rule. */
const RULES: Rules = {
  'column-ref': (b, node, scope) => bindColumnRef(b, node, scope),
  star: (b, node, scope) =>
    rowOf({ columns: expandStar(b, node, scope).columns, rest: starRest(b, node, scope) }),
  literal: () => NOTHING,
  param: () => NOTHING,
  default: () => NOTHING,
  call: (b, node, scope) => bindCall(b, node, scope),
  operator: (b, node, scope) => bindOperator(b, node, scope),
  cast: (b, node, scope) => bindCast(b, node, scope),
  case: (b, node, scope) => bindCase(b, node, scope),
  subquery: (b, node, scope) => bindSubquery(b, node, scope),
  row: (b, node, scope) => bindRow(b, node, scope),
  array: (b, node, scope) => bindArray(b, node, scope),
  'field-select': (b, node, scope) => bindFieldSelect(b, node, scope),
  subscript: (b, node, scope) => bindSubscript(b, node, scope),
}

/** What feeds the value of an expression. */
export const bindExpression = (b: Binder, node: Expression, scope: Scope): Feed =>
  b.findings.deeper(() => {
    b.findings.seen.add(node)
    const rule = RULES[node.kind] as (b: Binder, node: Expression, scope: Scope) => Feed
    const feed = rule(b, node, scope)
    b.findings.spend(1 + feed.sources.length)
    return feed
  })

/** What `*` or `t.*` stands for. `rest` is there where not all of it can be listed. */
const expandStar = (b: Binder, node: Star, scope: Scope): Columns => {
  b.findings.seen.add(node)
  const items =
    node.qualifier.length === 0 ? scope.items.filter((i) => i.bare) : findItem(scope, node.qualifier)
  if (items.length === 0) return { columns: [], rest: UNKNOWN }
  const reads = b.findings.returnedStars.has(node) ? b.findings.unlistedReturned : undefined
  for (const item of items) b.findings.passes(item, undefined, reads)
  if (node.qualifier.length > 0 && items.length > 1)
    return { columns: [], rest: doubtful(union(items.map(rowOf))) }
  const columns = items.flatMap((item) => placed(item.columns))
  b.findings.spend(columns.length)
  const open = items.flatMap((item) => (item.rest ? [item.rest] : []))
  return { columns, rest: open.length > 0 ? union(open) : undefined }
}

/** `*`, `t.*` and `(row).*` become several columns where a list of values stands. Undefined: it is one value. */
export const expanded = (b: Binder, node: Expression, scope: Scope): Columns | undefined => {
  if (node.kind === 'star') return expandStar(b, node, scope)
  if (node.kind !== 'field-select' || node.field !== '*') return undefined
  b.findings.seen.add(node)
  const row = b.expression(node.operand, scope)
  b.findings.spend(row.fields?.length ?? 1)
  // Without known fields every column of it may hold anything that feeds the row.
  return row.fields ? { columns: row.fields } : { columns: [], rest: fieldOf(row) }
}

/** The values of a row that is written down. */
export const bindList = (b: Binder, nodes: readonly Expression[], scope: Scope): Columns => {
  const columns: NamedFeed[] = []
  const rest: Feed[] = []
  for (const node of nodes) {
    const several = expanded(b, node, scope)
    if (several) columns.push(...several.columns)
    else columns.push({ name: '', sure: true, feed: b.expression(node, scope) })
    if (several?.rest) rest.push(several.rest)
  }
  return { columns, rest: rest.length > 0 ? union(rest) : undefined }
}

const starRest = (b: Binder, node: Star, scope: Scope): Feed | undefined => expandStar(b, node, scope).rest

/** `a` is a column or, where there is none, the whole row of `a`; `t.a` likewise, or the function `a` of the row. */
const bindColumnRef = (b: Binder, node: ColumnRef, scope: Scope): Feed => {
  const name = node.name.at(-1) ?? ''
  const path = node.name.slice(0, -1)
  const passes = (item: Item, missing?: string): void => b.findings.passes(item, missing)
  if (path.length === 0) return findName(scope, name, b.traits, passes) ?? UNKNOWN
  const items = findItem(scope, path)
  if (items.length !== 1) {
    for (const one of items) passes(one)
    return doubtful(union(items.map(rowOf)))
  }
  const item = items[0] as Item
  if (item.variable === true) return NOTHING
  const column = columnOf(item, name, b.traits)
  const certain = isCertain(item, name)
  // A function of that name takes the whole row.
  if (!certain) passes(item, isFunction(b, name) ? undefined : name)
  if (column === undefined) return attribute(b, rowOf(item), name)
  const only = certain || !isFunction(b, name)
  return only ? column : union([column, attribute(b, rowOf(item), name)])
}

/** `row.name` that is no field: the database tries a function of that name on the row. */
const attribute = (b: Binder, row: Feed, name: string): Feed => doubtful(bindFunction(b, [name], [row]))

const bindArray = (b: Binder, node: ArrayExpression, scope: Scope): Feed => {
  const given = node.elements.map((e) => b.expression(e, scope))
  becomesAlike(b, given)
  return union(madeArray(b, given))
}

const bindOperator = (b: Binder, node: Operator, scope: Scope): Feed => {
  const given = node.operands.map((e) => b.expression(e, scope))
  becomesAlike(b, given)
  meetsCollation(b, given, true)
  const operands = isEquality(node.op) ? asNumbers(b, node.operands, given) : given
  const asked = union(asks(b, node.op, operands), node.op)
  const value = lengthened(b, node.op, asked, node.operands, given)
  return isFollowed(b, node.op, node.schema, given) ? value : doubtful(value)
}

/** What the operator makes of its operands; what it tells by itself is found. */
const asks = (b: Binder, op: string, given: readonly Feed[]): readonly Feed[] => {
  const operands = b.traits.failingOperators?.has(op)
    ? given.map(risked)
    : op === '||'
      ? elements(b, given)
      : takenBy(b, op, given)
  const asked = askedBy(op, operands)
  if (asked.decides) for (const feed of asked.operands) b.findings.decides(feed)
  return asked.operands
}

const bindCast = (b: Binder, node: Cast, scope: Scope): Feed => {
  const given = b.expression(node.operand, scope)
  const cast = castOf(b, node, union([given]))
  const made = lengthened(b, `cast ${node.type.at(-1) ?? ''}`, cast, [node.operand], [given])
  const operand = shaped(made, isScalarCast(b, node))
  return typeIsFollowed(b, node.type, [operand]) ? operand : doubtful(operand)
}

const shaped = (feed: Feed, scalar: boolean): Feed =>
  feed === NOTHING ? feed : { ...feed, shape: scalar ? 'scalar' : 'row' }

/**
 * A cast may fail for some values, or cut something off. What was computed of a column, or cannot be followed, is of any
 * type.
 */
const castOf = (b: Binder, node: Cast, operand: Feed): Feed => {
  const followed = !operand.unknown || b.traits.collationsConvert !== true
  const asItIs = followed && operand.pending.length === 0 && operand.functions.length === 0
  const types = asItIs ? operand.sources.map(({ type }) => type) : undefined
  const telling = node.array ? undefined : b.traits.castTelling?.(node.type, types)
  if (telling === 'same') return takenBy(b, node.type.at(-1) ?? '', [operand])[0] as Feed
  if (b.traits.castsWarn === true) b.findings.warns(operand)
  if (telling === 'blank') return blanked(used(operand, 'computed'))
  return telling === 'total' ? used(operand, 'computed') : risked(operand)
}

/** An element that may not be there; how many there are in a slice hangs on where it begins and ends. */
const bindSubscript = (b: Binder, node: Subscript, scope: Scope): Feed => {
  const operand = used(b.expression(node.operand, scope), 'computed')
  return blanked(union([operand, ...node.indexes.map((e) => risked(b.expression(e, scope)))]))
}

const bindCase = (b: Binder, node: Case, scope: Scope): Feed => {
  const subject = node.subject && b.expression(node.subject, scope)
  const conditions = node.branches.flatMap(({ when }) => {
    const condition = b.expression(when, scope)
    return node.subject && subject
      ? asks(b, '=', asNumbers(b, [node.subject, when], [subject, condition]))
      : [condition]
  })
  // Which branch is taken shows in what only that branch does: fail, or take its time.
  for (const condition of conditions) b.findings.decides(condition)
  const values = [...node.branches.map(({ then }) => then), node.otherwise].filter((e) => e !== undefined)
  const results = values.map((e) => b.expression(e, scope))
  becomesAlike(b, results)
  meetsCollation(b, results)
  if (subject) {
    becomesAlike(b, [subject, ...conditions])
    meetsCollation(b, [subject, ...conditions], true)
  }
  const value = longest(b, union([...conditions, ...results], 'case'), values, results)
  return subject === undefined || wordIsFollowed(b, 'case', [subject, ...conditions])
    ? value
    : doubtful(value)
}

/** What decides which rows a subquery has decides its value too: `EXISTS (… WHERE email = 'x')` is fed by email. */
const bindSubquery = (b: Binder, node: SubqueryExpression, scope: Scope): Feed => {
  const test = node.test && b.expression(node.test, scope)
  const bound = b.query(node.query, scope)
  if (node.mode === 'exists') return union(bound.conditions, 'exists')
  const only = bound.rest === undefined && bound.columns.length === 1 ? bound.columns[0]?.feed : undefined
  const row = only && node.mode === 'scalar' ? only : rowOf(bound)
  const value = node.mode === 'array' ? union(madeArray(b, [row])) : row
  if (!test) return influenced(value, bound.conditions)
  const op = node.op ?? '='
  becomesAlike(b, [test, value])
  meetsCollation(b, [test, value], true)
  const sides = node.test && isEquality(op) ? asNumbers(b, [node.test, node], [test, value]) : [test, value]
  const compared = union(asks(b, op, sides))
  const followed = node.op === undefined || isFollowed(b, node.op, undefined, [test, value])
  return influenced(followed ? compared : doubtful(compared), bound.conditions)
}

const bindRow = (b: Binder, node: Row, scope: Scope): Feed => {
  const { columns, rest } = bindList(b, node.fields, scope)
  return rowOf({ columns: columns.map(({ feed }, i) => ({ name: `f${i + 1}`, sure: true, feed })), rest })
}

const bindFieldSelect = (b: Binder, node: FieldSelect, scope: Scope): Feed => {
  const operand = b.expression(node.operand, scope)
  const { fields } = operand
  if (node.field === '*') return operand
  const found = fields?.filter((f) => f.name === node.field && f.sure) ?? []
  const unsure = fields?.some((f) => !f.sure) === true
  if (found.length === 1 && !unsure) return (found[0] as NamedFeed).feed
  if (isFunction(b, node.field) || (fields && found.length === 0 && !unsure))
    return attribute(b, operand, node.field)
  // The same holds for fields of which any may be meant.
  return fieldOf(operand)
}

/** Of a composite column of a table: its fields are not listed, but all of them are the column. */
const fieldOf = (row: Feed): Feed => blanked(used(union([row]), 'computed'))

const isFunction = (b: Binder, name: string): boolean =>
  b.traits.builtinFunction(name) !== undefined ||
  b.context.searchPath.some((schema) => b.catalog.routines(schema, name).length > 0)
