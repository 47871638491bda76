import type { Call, Expression, Literal, SortKey, Window } from '@sluice/core/statement/expression'
import type { Query } from '@sluice/core/statement/query'
import fc, { type Arbitrary } from 'fast-check'
import type { TreeGrammar } from './grammar.ts'

/** What queries and expressions need of each other. */
export type Parts = {
  readonly value: Arbitrary<Expression>
  readonly condition: Arbitrary<Expression>
  readonly query: Arbitrary<Query>
}

const literals: Arbitrary<Expression> = fc
  .constantFrom<Literal['type']>('string', 'number', 'null')
  .map((type): Literal => ({ kind: 'literal', type }))

/** A column, or a constant, or a parameter. */
export const leaves = ({ names, params, booleans }: TreeGrammar): Arbitrary<Expression> => {
  const name = fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 2 })
  const columns = name.map((parts): Expression => ({ kind: 'column-ref', name: parts }))
  const parameters = fc.integer({ min: 1, max: 3 }).map((index): Expression => ({ kind: 'param', index }))
  const truths = fc
    .constantFrom('true', 'false')
    .map((value): Expression => ({ kind: 'literal', type: 'boolean', value }))
  return fc.oneof(
    { arbitrary: columns, weight: 3 },
    literals,
    ...(params ? [parameters] : []),
    ...(booleans ? [truths] : []),
  )
}

/** Keys of an ORDER BY. */
export const sortKeys = (value: Arbitrary<Expression>, minLength = 0): Arbitrary<SortKey[]> =>
  fc.array(
    fc.record({ kind: fc.constant('sort-key' as const), expression: value, descending: fc.boolean() }),
    { minLength, maxLength: 2 },
  )

const few = (value: Arbitrary<Expression>, minLength = 1): Arbitrary<Expression[]> =>
  fc.array(value, { minLength, maxLength: 2 })

const windows = (value: Arbitrary<Expression>): Arbitrary<Window> =>
  fc.record({
    kind: fc.constant('window' as const),
    partitionBy: few(value, 0),
    orderBy: sortKeys(value),
    bounds: fc.constant([]),
  })

const calls = (grammar: TreeGrammar, { value, condition }: Parts): Arbitrary<Call> => {
  const plain = { kind: 'call', star: false, distinct: false, orderBy: [] } as const
  const name = fc.constantFrom(...grammar.functions).map((part) => [part])
  const scalar = fc.record({ name, args: few(value, 0) })
  const aggregate = fc.record({ name, args: fc.tuple(value), distinct: fc.boolean() })
  const counted = fc.constant({ name: ['count'], args: [], star: true })
  const filtered = fc.record({ name, args: fc.tuple(value), filter: condition })
  const windowed = fc.record({ name, args: fc.tuple(value), over: windows(value) })
  return fc
    .oneof(
      scalar,
      aggregate,
      counted,
      ...(grammar.filter ? [filtered] : []),
      ...(grammar.windows ? [windowed] : []),
    )
    .map((call): Call => ({ ...plain, ...call }))
}

const operator = (op: string, operands: readonly Expression[]): Expression => ({
  kind: 'operator',
  op,
  operands,
})

const cases = ({ value, condition }: Parts): Arbitrary<Expression> => {
  const branches = (when: Arbitrary<Expression>) =>
    // oxlint-disable-next-line unicorn/no-thenable -- THEN of CASE
    fc.array(fc.record({ when, then: value }), { minLength: 1, maxLength: 2 })
  const kind = fc.constant('case' as const)
  return fc.oneof(
    fc.record(
      { kind, branches: branches(condition), otherwise: value },
      { requiredKeys: ['kind', 'branches'] },
    ),
    fc.record({ kind, subject: value, branches: branches(value) }),
  )
}

/** Values that are made of other values. */
export const compounds = (grammar: TreeGrammar, parts: Parts): Arbitrary<Expression> => {
  const { value, query } = parts
  const casts = fc.record({
    kind: fc.constant('cast' as const),
    operand: value,
    type: fc.constantFrom(...grammar.types.map(({ name }) => name)),
    array: fc.constant(false),
  })
  const arithmetic = fc
    .tuple(fc.constantFrom(...grammar.valueOperators), value, value)
    .map(([op, left, right]) => operator(op, [left, right]))
  const scalars = query.map((made): Expression => ({ kind: 'subquery', mode: 'scalar', query: made }))
  const rows = fc
    .array(value, { minLength: 2, maxLength: 3 })
    .map((fields): Expression => ({ kind: 'row', fields }))
  const arrays = few(value).map((elements): Expression => ({ kind: 'array', elements }))
  return fc.oneof(
    calls(grammar, parts),
    arithmetic,
    casts,
    cases(parts),
    scalars,
    ...(grammar.rows ? [rows] : []),
    ...(grammar.arrays ? [arrays] : []),
  )
}

/** Conditions. */
export const conditions = (
  grammar: TreeGrammar,
  { value, condition, query }: Parts,
): Arbitrary<Expression> => {
  const compared = fc
    .tuple(fc.constantFrom(...grammar.comparisons), value, value)
    .map(([op, left, right]) => operator(op, [left, right]))
  const tested = fc
    .tuple(fc.constantFrom('is null', 'is not null'), value)
    .map(([op, operand]) => operator(op, [operand]))
  // A list of nothing but a subquery is the other IN, which `member` makes.
  const elements = fc
    .array(value, { minLength: 1, maxLength: 3 })
    .filter(([first, ...others]) => others.length > 0 || first?.kind !== 'subquery')
  const listed = fc
    .tuple(fc.constantFrom('in', 'not in'), value, elements)
    .map(([op, operand, list]) => operator(op, [operand, ...list]))
  const between = fc
    .tuple(fc.constantFrom('between', 'not between'), value, value, value)
    .map(([op, ...operands]) => operator(op, operands))
  const joined = fc
    .tuple(fc.constantFrom('and', 'or'), fc.array(condition, { minLength: 2, maxLength: 3 }))
    .map(([op, operands]) => operator(op, operands))
  const negated = condition.map((operand) => operator('not', [operand]))
  const exists = query.map((made): Expression => ({ kind: 'subquery', mode: 'exists', query: made }))
  const member = fc
    .tuple(fc.constantFrom<'any' | 'all'>('any', 'all'), fc.constantFrom('=', '<', '>='), value, query)
    .map(([mode, op, test, made]): Expression => ({ kind: 'subquery', mode, op, test, query: made }))
  return fc.oneof(compared, tested, listed, between, joined, negated, exists, member)
}
