import type { Statement } from '@sluice/core/statement/command'
import { emptySelect } from '@sluice/core/statement/empty-select'
import type { Expression } from '@sluice/core/statement/expression'
import type { Query, Target, With } from '@sluice/core/statement/query'
import type {
  Assignment,
  Delete,
  Insert,
  Merge,
  MergeAction,
  OnConflict,
  Update,
} from '@sluice/core/statement/write'
import fc, { type Arbitrary } from 'fast-check'
import { compounds, conditions, leaves, type Parts } from './expressions.ts'
import type { TreeGrammar } from './grammar.ts'
import { fromItems, queries, singleItems, tableRefs, targets, valueRows, withClauses } from './queries.ts'

/** How deep expressions and queries nest. Parentheses count against a dialect's `nesting`. */
const DEPTH = 4

const partsOf = (grammar: TreeGrammar): Parts => {
  const size = { maxDepth: DEPTH, depthIdentifier: fc.createDepthIdentifier() } as const
  const leaf = leaves(grammar)
  return fc.letrec<{ value: Expression; condition: Expression; query: Query }>((tie) => {
    const tied: Parts = { value: tie('value'), condition: tie('condition'), query: tie('query') }
    const made = conditions(grammar, tied)
    const simple = fc
      .tuple(fc.constantFrom(...grammar.comparisons), leaf, leaf)
      .map(([op, ...operands]): Expression => ({ kind: 'operator', op, operands }))
    const { conditionsAreValues: alike } = grammar
    const leafQuery = queries(grammar, { value: leaf, condition: simple, query: fc.constant(ONE) }, false)
    return {
      value: fc.oneof(
        size,
        { arbitrary: leaf, weight: 4 },
        { arbitrary: compounds(grammar, tied), weight: 3 },
        { arbitrary: made, weight: alike ? 1 : 0 },
      ),
      condition: fc.oneof(
        size,
        { arbitrary: simple, weight: 3 },
        { arbitrary: made, weight: 3 },
        { arbitrary: leaf, weight: alike ? 1 : 0 },
      ),
      query: fc.oneof(
        size,
        { arbitrary: leafQuery, weight: 1 },
        { arbitrary: queries(grammar, tied, false), weight: 1 },
      ),
    }
  })
}

/** The smallest query, where nothing more may nest. */
const ONE: Query = {
  ...emptySelect,
  targets: [{ kind: 'target', expression: { kind: 'literal', type: 'number' } }],
}

const withIt = <T extends object>(clause: With | undefined, node: T): T =>
  clause === undefined ? node : { ...node, with: clause }

const assignments = (grammar: TreeGrammar, { value, query }: Parts): Arbitrary<Assignment[]> => {
  const name = fc.constantFrom(...grammar.names)
  const given = grammar.defaults
    ? fc.oneof({ arbitrary: value, weight: 5 }, fc.constant<Expression>({ kind: 'default' }))
    : value
  const one = fc
    .tuple(name, given)
    .map(([column, to]): Assignment => ({ kind: 'assignment', columns: [column], value: to }))
  const many = fc.tuple(fc.uniqueArray(name, { minLength: 2, maxLength: 2 }), query).map(
    ([columns, made]): Assignment => ({
      kind: 'assignment',
      columns,
      value: { kind: 'subquery', mode: 'scalar', query: made },
    }),
  )
  return fc.array(grammar.tupleAssignments ? fc.oneof({ arbitrary: one, weight: 4 }, many) : one, {
    minLength: 1,
    maxLength: 2,
  })
}

const returnings = (grammar: TreeGrammar, { value }: Parts): Arbitrary<readonly Target[]> =>
  grammar.returning ? fc.oneof(fc.constant([]), targets(grammar, value)) : fc.constant([])

const conflicts = (grammar: TreeGrammar, parts: Parts): Arbitrary<OnConflict | undefined> => {
  if (!grammar.onConflict) return fc.constant(undefined)
  const arbiter = fc
    .constantFrom(...grammar.names)
    .map((n): Expression[] => [{ kind: 'column-ref', name: [n] }])
  const kind = fc.constant('on-conflict' as const)
  return fc.oneof(
    fc.constant(undefined),
    fc.record({ kind, arbiter, assignments: fc.constant([]) }),
    fc.record(
      { kind, arbiter, assignments: assignments(grammar, parts), where: parts.condition },
      { requiredKeys: ['kind', 'arbiter', 'assignments'] },
    ),
  )
}

const inserts = (grammar: TreeGrammar, parts: Parts): Arbitrary<Insert> => {
  const name = fc.constantFrom(...grammar.names)
  const item = grammar.defaults
    ? fc.oneof({ arbitrary: parts.value, weight: 5 }, fc.constant<Expression>({ kind: 'default' }))
    : parts.value
  return fc.uniqueArray(name, { minLength: 1, maxLength: 3 }).chain((columns) =>
    fc
      .record({
        target: tableRefs(grammar, false),
        source: fc.oneof(
          valueRows(item, columns.length).map((rows): Query => ({ kind: 'values', rows, orderBy: [] })),
          queries({ ...grammar, valuesQueries: false }, parts, false),
        ),
        onConflict: conflicts(grammar, parts),
        returning: returnings(grammar, parts),
      })
      .map(
        ({ onConflict, ...rest }): Insert => ({
          kind: 'insert',
          columns,
          ...rest,
          ...(onConflict === undefined ? {} : { onConflict }),
        }),
      ),
  )
}

const updates = (grammar: TreeGrammar, parts: Parts): Arbitrary<Update> =>
  fc
    .record({
      target: tableRefs(grammar, false),
      assignments: assignments(grammar, parts),
      from: grammar.updateFrom ? fc.array(fromItems(grammar, parts), { maxLength: 2 }) : fc.constant([]),
      where: fc.option(parts.condition, { nil: undefined }),
      returning: returnings(grammar, parts),
    })
    .map(
      ({ where, ...rest }): Update => ({
        kind: 'update',
        ...rest,
        ...(where === undefined ? {} : { where }),
      }),
    )

const deletes = (grammar: TreeGrammar, parts: Parts): Arbitrary<Delete> =>
  fc
    .record({
      target: tableRefs(grammar, false),
      using: grammar.deleteUsing ? fc.array(fromItems(grammar, parts), { maxLength: 2 }) : fc.constant([]),
      where: fc.option(parts.condition, { nil: undefined }),
      returning: returnings(grammar, parts),
    })
    .map(
      ({ where, ...rest }): Delete => ({
        kind: 'delete',
        ...rest,
        ...(where === undefined ? {} : { where }),
      }),
    )

/** Actions by the order in which they may stand: what follows an action without a condition is never reached. */
const mergeActions = (grammar: TreeGrammar, parts: Parts): Arbitrary<MergeAction[]> => {
  const kind = fc.constant('merge-action' as const)
  const none = fc.constant([])
  const columns = fc.uniqueArray(fc.constantFrom(...grammar.names), { minLength: 1, maxLength: 2 })
  const matched: Arbitrary<MergeAction> = fc.oneof(
    fc.record({
      kind,
      action: fc.constant('update' as const),
      condition: parts.condition,
      columns: none,
      values: none,
      assignments: assignments(grammar, parts),
    }),
    fc.record({
      kind,
      action: fc.constant('delete' as const),
      columns: none,
      values: none,
      assignments: none,
    }),
  )
  const inserted: Arbitrary<MergeAction> = columns.chain((names) =>
    fc.record({
      kind,
      action: fc.constant('insert' as const),
      columns: fc.constant(names),
      values: fc.array(parts.value, { minLength: names.length, maxLength: names.length }),
      assignments: none,
    }),
  )
  return fc.tuple(matched, inserted)
}

const merges = (grammar: TreeGrammar, parts: Parts): Arbitrary<Merge> =>
  fc.record({
    kind: fc.constant('merge' as const),
    target: tableRefs(grammar),
    source: singleItems({ ...grammar, lateral: false }, parts),
    on: parts.condition,
    actions: mergeActions(grammar, parts),
    returning: returnings(grammar, parts),
  })

/** Random statements of a dialect: queries and writes with all their clauses, in the tree that its reader makes. */
export const statementTrees = (grammar: TreeGrammar): Arbitrary<Statement> => {
  const parts = partsOf(grammar)
  const all: Arbitrary<Statement> = fc.oneof(
    { arbitrary: queries(grammar, parts, true), weight: 5 },
    { arbitrary: inserts(grammar, parts), weight: 2 },
    { arbitrary: updates(grammar, parts), weight: 2 },
    { arbitrary: deletes(grammar, parts), weight: 1 },
    ...(grammar.merge ? [{ arbitrary: merges(grammar, parts), weight: 1 }] : []),
  )
  return fc.tuple(withClauses(grammar, parts), all).map(([clause, statement]) => withIt(clause, statement))
}
