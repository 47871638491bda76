import type { Expression } from '@sluice/core/statement/expression'
import type {
  Cte,
  Derived,
  FromItem,
  Join,
  Query,
  Select,
  SetOperation,
  TableRef,
  Target,
  Values,
  With,
} from '@sluice/core/statement/query'
import fc, { type Arbitrary } from 'fast-check'
import { type Parts, sortKeys } from './expressions.ts'
import type { TreeGrammar } from './grammar.ts'

const maybe = <T>(of: boolean, arbitrary: Arbitrary<T>): Arbitrary<T | undefined> =>
  of ? fc.option(arbitrary, { nil: undefined }) : fc.constant(undefined)

/** A table by its name, with one or two parts. */
export const tableRefs = ({ names }: TreeGrammar, aliased = true): Arbitrary<TableRef> =>
  fc.record({
    kind: fc.constant('table-ref' as const),
    name: fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
    alias: maybe(aliased, fc.constantFrom(...names)) as Arbitrary<string>,
    columnAliases: fc.constant([]),
    sample: fc.constant([]),
  })

const derivedTables = (grammar: TreeGrammar, { query }: Parts): Arbitrary<Derived> => {
  const name = fc.constantFrom(...grammar.names)
  return fc.record({
    kind: fc.constant('derived' as const),
    query,
    alias: name,
    columnAliases: fc.array(name, { maxLength: 2 }),
    lateral: grammar.lateral ? fc.boolean() : fc.constant(false),
  })
}

type How = Pick<Join, 'type' | 'natural' | 'using'> & { readonly on?: Expression }

const joinHows = (grammar: TreeGrammar, { condition }: Parts): Arbitrary<How> => {
  const type = fc.constantFrom(...grammar.joins.filter((name) => name !== 'cross'))
  const plain = { natural: false, using: [] } as const
  const names = fc.uniqueArray(fc.constantFrom(...grammar.names), { minLength: 1, maxLength: 2 })
  const crossed = grammar.joins.includes('cross') ? [fc.constant({ ...plain, type: 'cross' as const })] : []
  return fc.oneof(
    fc.tuple(type, condition).map(([kind, on]): How => ({ ...plain, type: kind, on })),
    ...crossed,
    ...(grammar.joinUsing
      ? [fc.tuple(type, names).map(([kind, using]): How => ({ natural: false, type: kind, using }))]
      : []),
    ...(grammar.naturalJoin ? [type.map((kind): How => ({ ...plain, type: kind, natural: true }))] : []),
  )
}

/** A table or a derived table. */
export const singleItems = (grammar: TreeGrammar, parts: Parts): Arbitrary<FromItem> =>
  fc.oneof(
    { arbitrary: tableRefs(grammar), weight: 3 },
    { arbitrary: derivedTables(grammar, parts), weight: 1 },
  )

/** Anything that stands in FROM: tables, derived tables, joins of them. */
export const fromItems = (grammar: TreeGrammar, parts: Parts): Arbitrary<FromItem> => {
  const single = singleItems(grammar, parts)
  const join = (left: Arbitrary<FromItem>): Arbitrary<FromItem> =>
    fc
      .tuple(joinHows(grammar, parts), left, single)
      .map(([how, a, b]): Join => ({ kind: 'join', ...how, left: a, right: b, columnAliases: [] }))
  return fc.oneof({ arbitrary: single, weight: 4 }, join(single), join(join(single)))
}

/** The items of a select list or of RETURNING. */
export const targets = ({ names }: TreeGrammar, value: Arbitrary<Expression>): Arbitrary<Target[]> => {
  const star = fc
    .array(fc.constantFrom(...names), { maxLength: 1 })
    .map((qualifier): Target => ({ kind: 'target', expression: { kind: 'star', qualifier } }))
  const named = fc.tuple(value, fc.option(fc.constantFrom(...names), { nil: undefined })).map(
    ([expression, alias]): Target => ({
      kind: 'target',
      expression,
      ...(alias === undefined ? {} : { alias }),
    }),
  )
  return fc.array(fc.oneof({ arbitrary: named, weight: 4 }, star), { minLength: 1, maxLength: 3 })
}

const NUMBER: Expression = { kind: 'literal', type: 'number' }

type Tail = Pick<Select, 'orderBy'> & { readonly limit?: Expression; readonly offset?: Expression }

const tails = (grammar: TreeGrammar, value: Arbitrary<Expression>): Arbitrary<Tail> => {
  const ordered = sortKeys(value, 1).map((orderBy): Tail => ({ orderBy }))
  const limited = fc
    .tuple(sortKeys(value, grammar.freeOffset ? 0 : 1), fc.boolean())
    .map(([orderBy, offset]): Tail => ({ orderBy, limit: NUMBER, ...(offset ? { offset: NUMBER } : {}) }))
  const offset = sortKeys(value).map((orderBy): Tail => ({ orderBy, offset: NUMBER }))
  return fc.oneof(
    { arbitrary: fc.constant({ orderBy: [] }), weight: 3 },
    ordered,
    ...(grammar.limit ? [limited] : []),
    ...(grammar.limit && grammar.freeOffset ? [offset] : []),
  )
}

const NO_TAIL: Arbitrary<Tail> = fc.constant({ orderBy: [] })

const selects = (grammar: TreeGrammar, parts: Parts, tail: Arbitrary<Tail>): Arbitrary<Select> => {
  const { value, condition } = parts
  const columns = fc.array(
    fc.constantFrom(...grammar.names).map((n): Expression => ({ kind: 'column-ref', name: [n] })),
    { maxLength: 2 },
  )
  return fc
    .record({
      targets: targets(grammar, value),
      from: fc.array(fromItems(grammar, parts), { minLength: 1, maxLength: 2 }),
      where: fc.option(condition, { nil: undefined }),
      groupBy: columns,
      having: fc.option(condition, { nil: undefined }),
      distinct: fc.boolean(),
      distinctOn: grammar.distinctOn ? columns : fc.constant([]),
      tail,
    })
    .map(
      ({ where, having, distinct, distinctOn, tail: end, ...rest }): Select => ({
        kind: 'select',
        ...rest,
        ...end,
        ...(where === undefined ? {} : { where }),
        ...(having === undefined || rest.groupBy.length === 0 ? {} : { having }),
        distinct,
        distinctOn: distinct ? distinctOn : [],
        windows: [],
        locks: false,
      }),
    )
}

/** Rows of equal width. */
export const valueRows = (value: Arbitrary<Expression>, width: number): Arbitrary<Expression[][]> =>
  fc.array(fc.array(value, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 3 })

const valuesLists = (parts: Parts): Arbitrary<Values> =>
  fc
    .integer({ min: 1, max: 3 })
    .chain((width) => valueRows(parts.value, width))
    .map((rows): Values => ({ kind: 'values', rows, orderBy: [] }))

const setOperations = (
  grammar: TreeGrammar,
  parts: Parts,
  tail: Arbitrary<Tail>,
): Arbitrary<SetOperation> => {
  const branch = selects(grammar, parts, grammar.orderedSubqueries ? tails(grammar, parts.value) : NO_TAIL)
  return fc.tuple(fc.constantFrom(...grammar.setOperations), fc.boolean(), branch, branch, tail).map(
    ([op, all, left, right, end]): SetOperation => ({
      kind: 'set-operation',
      op,
      all: all && (op === 'union' || grammar.allOfAnySet),
      left,
      right,
      locks: false,
      ...end,
    }),
  )
}

/** Queries: `outermost` ones may always be ordered and limited. */
export const queries = (grammar: TreeGrammar, parts: Parts, outermost: boolean): Arbitrary<Query> => {
  const tail = outermost || grammar.orderedSubqueries ? tails(grammar, parts.value) : NO_TAIL
  return fc.oneof(
    { arbitrary: selects(grammar, parts, tail), weight: 6 },
    { arbitrary: setOperations(grammar, parts, tail), weight: 2 },
    ...(grammar.valuesQueries ? [{ arbitrary: valuesLists(parts), weight: 1 }] : []),
  )
}

/** WITH, or none. */
export const withClauses = (grammar: TreeGrammar, { query }: Parts): Arbitrary<With | undefined> => {
  const cte: Arbitrary<Cte> = fc.record({
    kind: fc.constant('cte' as const),
    name: fc.constantFrom(...grammar.names),
    columns: fc.array(fc.constantFrom(...grammar.names), { maxLength: 2 }),
    query,
    extraColumns: fc.constant(false),
  })
  const clause = fc.record({
    kind: fc.constant('with' as const),
    recursive: grammar.recursive ? fc.boolean() : fc.constant(false),
    ctes: fc.array(cte, { minLength: 1, maxLength: 2 }),
  })
  return maybe(grammar.with, clause)
}
