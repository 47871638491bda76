import { describe, expect, test } from '@jest/globals'
import { analyse, STEPS } from '@sluice/core/analysis/analyse'
import { type CodeSince, codeAfter, MAX_CHANGED_NAMES } from '@sluice/core/analysis/code-since'
import type { Analysis, SessionNames } from '@sluice/core/analysis/context'
import { renewed } from '@sluice/core/analysis/renewed'
import type { DialectTraits } from '@sluice/core/analysis/traits'
import { blessedValue } from '@sluice/core/catalog/blessing'
import { buildCatalog, UNPROVEN } from '@sluice/core/catalog/build'
import type { Catalog, Routine } from '@sluice/core/catalog/catalog'
import type { Statement } from '@sluice/core/statement/command'
import type { Call, Expression } from '@sluice/core/statement/expression'
import type { Select } from '@sluice/core/statement/query'
import fc from 'fast-check'

/** A system that knows one function and nothing else. */
const TRAITS: DialectTraits = {
  isSystemSchema: (schema) => schema === 'sys',
  isTemporarySchema: () => false,
  builtinFunction: (name) => (name === 'lower' ? { effect: 'pure', lineage: 'arguments' } : undefined),
  isBuiltinOperator: (operator) => operator === '+' || operator === '=',
  isBuiltinType: (name) => name === 'text',
  isSystemColumn: () => false,
  outputName: (node) => ({ name: node.kind === 'column-ref' ? (node.name.at(-1) ?? '') : '', sure: true }),
  valuesColumn: (position) => `v${position}`,
  isHarmlessSetting: () => false,
  isIdentitySetting: () => false,
  isOpenSetting: () => false,
}

const catalogAt = (version: number, id = 1, routines: readonly Routine[] = []): Catalog =>
  buildCatalog(
    version,
    {
      database: 'db',
      relations: [{ id, schema: 'app', name: 't', type: 'table', system: false }],
      columns: [{ relation: id, name: 'a', ordinal: 1, type: 'text' }],
      routines,
    },
    () => [],
  )

const CATALOG = catalogAt(1)

const run = (statement: Statement, catalog = CATALOG, prepared?: Analysis): Analysis => {
  const read = { statement, canonical: '', fingerprint: '', literals: false, parameterCount: 0 }
  const names: SessionNames = { prepared: () => prepared, cursor: () => prepared }
  return analyse(read, catalog, { database: 'db', searchPath: ['sys', 'app'] }, names, TRAITS)
}

const select = (expression: Expression, more: Partial<Select> = {}): Select => ({
  kind: 'select',
  distinct: false,
  distinctOn: [],
  targets: [{ kind: 'target', expression }],
  from: [{ kind: 'table-ref', name: ['t'], columnAliases: [], sample: [] }],
  groupBy: [],
  windows: [],
  orderBy: [],
  locks: false,
  ...more,
})

const A: Expression = { kind: 'column-ref', name: ['a'] }

const call = (name: string, ...args: readonly Expression[]): Call => ({
  kind: 'call',
  name: [name],
  args,
  star: false,
  distinct: false,
  orderBy: [],
})

const from = (name: string, alias: string) =>
  ({ kind: 'table-ref', name: [name], alias, columnAliases: [], sample: [] }) as const

const nested = (depth: number): Expression => {
  let node: Expression = A
  for (let i = 0; i < depth; i++) node = { kind: 'operator', op: '+', operands: [node, A] }
  return node
}

const sourcesOf = ({ facts }: Analysis): readonly string[] =>
  typeof facts.outputs === 'string' ? [] : facts.outputs.flatMap((o) => o.sources.map((s) => s.name))

test('the steps are named in their order', () => {
  expect(run(select(A)).steps).toBe(STEPS)
})

test('the system decides what a function may do', () => {
  expect(run(select(call('lower', A))).facts.effects).toEqual(['read'])
  expect(run(select(call('upper', A))).facts.effects).toEqual(['read', 'unknown'])
})

// INVARIANT (no-unproven-column): what was not followed feeds no output unnoticed.
test('a clause that binding does not know makes the statement opaque', () => {
  const unheardOf = { ...select(A), qualify: { kind: 'column-ref', name: ['a'] } } as Statement
  const { facts } = run(unheardOf)
  expect(facts.opaque).toBe('a part of the statement (`column-ref`) could not be followed')
  expect(facts.outputs).toBe('unknown')
  expect(facts.effects).toEqual(['read', 'unknown'])
})

// INVARIANT (hostile-both-sides): depth and work are bounded.
describe('too much to understand is opaque', () => {
  test('deep, but not too deep', () => {
    const { facts } = run(select(nested(500)))
    expect(facts.opaque).toBeUndefined()
    expect(facts.outputs).toHaveLength(1)
  })

  test.each([2_000, 20_000])('%d levels', (depth) => {
    expect(run(select(nested(depth))).facts.opaque).toBe('the statement is nested too deeply; split it up')
  })

  test('columns that double with every WITH query', () => {
    const star: Expression = { kind: 'star', qualifier: [] }
    const ctes = Array.from({ length: 30 }, (_, i) => {
      const before = i === 0 ? 't' : `w${i - 1}`
      const query = select(star, { from: [from(before, 'x'), from(before, 'y')] })
      return { kind: 'cte', name: `w${i}`, columns: [], query, extraColumns: false } as const
    })
    const statement = select(A, { with: { kind: 'with', recursive: false, ctes }, from: [from('w29', 'z')] })
    expect(run(statement).facts.opaque).toBe('the statement has too many columns; split it up')
  })
})

describe('a statement prepared under an older catalog', () => {
  const execute: Statement = { kind: 'execute', name: 'p', args: [] }

  test('names the columns of today', () => {
    const today = catalogAt(2)
    const analysis = run(execute, today, run(select(A)))
    const outputs = analysis.facts.outputs
    expect(typeof outputs === 'string' ? undefined : outputs[0]?.sources[0]).toBe(
      today.relationById(1)?.columns[0],
    )
  })

  test('is void when a table of that name is another one', () => {
    const { facts } = run(execute, catalogAt(2, 99), run(select(A)))
    expect(facts.opaque).toContain('no longer means what it did')
    expect(facts.outputs).toBe('unknown')
  })

  test('a cursor keeps its plan, but a column that is gone is unproven', () => {
    const analysis = run({ kind: 'fetch', cursor: 'c', move: false }, catalogAt(2, 99), run(select(A)))
    const outputs = analysis.facts.outputs
    expect(typeof outputs === 'string' ? outputs : outputs.map((o) => o.unknown)).toEqual([true])
  })
})

// INVARIANT (no-unproven-column): every way to nest a column keeps it among the sources.
test('a column is found however deep it is wrapped', () => {
  const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
    expression: fc.oneof(
      { maxDepth: 6, withCrossShrink: true },
      fc.constant(A),
      tie('expression').map((e): Expression => call('lower', e)),
      tie('expression').map((e): Expression => ({ kind: 'operator', op: '=', operands: [e, e] })),
      tie('expression').map(
        // oxlint-disable-next-line unicorn/no-thenable -- the tree calls it so
        (e): Expression => ({ kind: 'case', branches: [{ when: e, then: { kind: 'param', index: 1 } }] }),
      ),
      tie('expression').map((e): Expression => ({ kind: 'row', fields: [e] })),
      tie('expression').map((e): Expression => ({ kind: 'array', elements: [e] })),
      tie('expression').map((e): Expression => ({ kind: 'subscript', operand: e, indexes: [] })),
      tie('expression').map((e): Expression => ({ kind: 'cast', operand: e, type: ['x'], array: false })),
      tie('expression').map((e): Expression => ({ kind: 'subquery', mode: 'scalar', query: select(e) })),
      tie('expression').map(
        (e): Expression => ({
          kind: 'subquery',
          mode: 'exists',
          query: select({ kind: 'param', index: 1 }, { where: e }),
        }),
      ),
      tie('expression').map((e): Expression => ({ ...call('lower'), filter: e })),
      tie('expression').map((e): Expression => {
        const keys = [{ kind: 'sort-key' as const, expression: e, descending: false }]
        return { ...call('lower'), over: { kind: 'window', partitionBy: [], orderBy: keys, bounds: [] } }
      }),
    ),
  }))
  fc.assert(fc.property(expression, (e) => expect(sourcesOf(run(select(e)))).toContain('a')))
})

const outputOf = (...routines: readonly Routine[]) => {
  const { facts } = run(select(call('f', A)), catalogAt(1, 1, routines))
  const [output] = typeof facts.outputs === 'string' ? [] : facts.outputs
  return {
    from: output?.sources.map(({ relation, name, labels }) => [
      relation.name,
      name,
      ...labels.map((l) => l.name),
    ]),
    unknown: output?.unknown,
    blessed: facts.functions.map((called) => called.blessed === true),
  }
}

// INVARIANT (no-unproven-column): a reviewer's word stands for the value, and for nothing else.
describe('blessed functions', () => {
  const found = { schema: 'app', signature: 'app.f(text)', returns: 'text', columns: null }
  const blessed = (
    result: 'arguments' | readonly string[],
    effect: Routine['effect'] = 'reads',
  ): Routine => ({
    schema: 'app',
    name: 'f',
    effect,
    blessed: blessedValue({ result }, found),
  })
  const unread: Routine = { schema: 'app', name: 'f', effect: 'reads' }

  test.each<[string, readonly Routine[], object]>([
    ['nobody', [unread], { from: [['t', 'a']], unknown: true, blessed: [false] }],
    ['arguments', [blessed('arguments')], { from: [['t', 'a']], unknown: false, blessed: [true] }],
    ['nothing', [blessed([])], { from: [['f(text)', 'result']], unknown: false, blessed: [true] }],
    [
      'labels',
      [blessed(['pii.x'])],
      { from: [['f(text)', 'result', 'pii.x']], unknown: false, blessed: [true] },
    ],
    [
      'one of two',
      [blessed([]), unread],
      {
        from: [
          ['t', 'a'],
          ['f(text)', 'result'],
        ],
        unknown: true,
        blessed: [true],
      },
    ],
    [
      'two that differ',
      [blessed([]), blessed('arguments')],
      {
        from: [
          ['t', 'a'],
          ['f(text)', 'result'],
        ],
        unknown: false,
        blessed: [true],
      },
    ],
  ])('%s', (_, routines, expected) => {
    expect(outputOf(...routines)).toEqual(expected)
  })

  test.each(['arguments', []] as const)('under a newer catalog nothing of it is proven: %j', (result) => {
    const made = run(select(call('f', A)), catalogAt(1, 1, [blessed(result)]))
    const { facts } = renewed({ ...made, facts: { ...made.facts, effects: ['read', 'write'] } }, catalogAt(2))
    expect(facts.outputs).toBe('unknown')
    expect(facts.flows).toContainEqual({ sources: [], unknown: true, direct: false, target: undefined })
  })
})

const f = (effect: Routine['effect']): Routine => ({ schema: 'app', name: 'f', effect })

const named = (count: number): CodeSince | undefined =>
  codeAfter(undefined, {
    kind: 'catalog',
    code: { other: 'own', changed: Array.from({ length: count }, (_, i) => `f${i}`) },
  })

const viewing = (version: number, effect: Routine['effect']): Catalog => {
  const derive = {
    view: () => ({
      columns: [],
      conditions: [],
      functions: effect === 'pure' ? [] : [{ schema: 'app', name: 'f', effect }],
    }),
    computed: () => UNPROVEN,
  }
  const relations = [{ id: 1, schema: 'app', name: 't', type: 'view' as const, system: false }]
  return buildCatalog(
    version,
    { database: 'db', relations, columns: [], routines: [f(effect)] },
    () => [],
    derive,
  )
}

// INVARIANT (deny-by-default): what a statement was read to do holds for the code that there was.
describe('code of the users that does something else under a newer catalog', () => {
  test.each<[string, Statement, (version: number, effect: Routine['effect']) => Catalog]>([
    ['a function', select(call('f', A)), (version, effect) => catalogAt(version, 1, [f(effect)])],
    ['a view', select({ kind: 'literal', type: 'number' } as Expression), viewing],
  ])('%s', (_, statement, catalogWith) => {
    const made = run(statement, catalogWith(1, 'pure'))
    expect(renewed(made, catalogWith(2, 'pure')).facts.effects).toEqual(['read'])
    const { facts, changes } = renewed(made, catalogWith(2, 'writes'))
    expect([facts.effects, facts.outputs]).toEqual([['read', 'unknown'], 'unknown'])
    expect(facts.flows).toContainEqual({ sources: [], unknown: true, direct: false, target: undefined })
    expect(changes).toContainEqual({ kind: 'names-void' })
  })

  test('and in FETCH from a cursor that was declared before', () => {
    const made = run(select(call('f', A)), catalogAt(1, 1, [f('pure')]))
    const fetched: Statement = { kind: 'fetch', cursor: 'c', move: false }
    expect(run(fetched, catalogAt(2, 1, [f('pure')]), made).facts.effects).toEqual(['read'])
    expect(run(fetched, catalogAt(2, 1, [f('writes')]), made).facts.effects).toEqual(['read', 'unknown'])
  })

  test('MAX_CHANGED_NAMES: of more names any may be meant', () => {
    expect([named(MAX_CHANGED_NAMES)?.other, named(MAX_CHANGED_NAMES + 1)?.other]).toEqual(['own', 'any'])
  })
})
