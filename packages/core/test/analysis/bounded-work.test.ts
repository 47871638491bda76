import { describe, expect, test } from '@jest/globals'
import { MAX_WORK } from '@sluice/core/analysis/findings'
import type { DialectTraits } from '@sluice/core/analysis/traits'
import type { Expression, Window } from '@sluice/core/statement/expression'
import type { FromItem, Select, Target } from '@sluice/core/statement/query'
import { analysedBare, BARE } from './bare-system.ts'

const TRAITS: DialectTraits = { ...BARE, isBuiltinOperator: () => true }

const analysed = (statement: Select) => analysedBare(statement, TRAITS).facts

const TABLE: FromItem & { kind: 'table-ref' } = {
  kind: 'table-ref',
  name: ['t'],
  columnAliases: [],
  sample: [],
}
const TRUE: Expression = { kind: 'literal', type: 'boolean', value: 'true' }
const A: Expression = { kind: 'column-ref', name: ['a'] }

const CALL: Expression & { kind: 'call' } = {
  kind: 'call',
  name: ['sum'],
  args: [],
  distinct: false,
  orderBy: [],
  star: false,
}

const EQUAL: Expression = { kind: 'operator', op: '=', operands: [A, TRUE] }

const read = (name: string): FromItem => ({ ...TABLE, name: [name] })

/** Fails, rather than going on for hours, once conditions were looked at too often. */
class Looks {
  readonly #most: number
  count = 0

  constructor(most: number) {
    this.#most = most
  }

  select(from: FromItem, where: Expression, target: Expression = A): Select {
    const looked = (): Expression => {
      if (++this.count > this.#most) throw new Error('looked at conditions too often')
      return where
    }
    return {
      kind: 'select',
      distinct: false,
      distinctOn: [],
      targets: [{ kind: 'target', expression: target }],
      from: [from],
      get where() {
        return looked()
      },
      groupBy: [],
      windows: [],
      orderBy: [],
      locks: false,
    }
  }
}

/** A window of a chain: each refers to the one before it. */
const chained = (level: number): Window => ({
  kind: 'window',
  name: `w${level}`,
  ...(level > 0 && { refersTo: `w${level - 1}` }),
  partitionBy: level > 0 ? [] : [A],
  orderBy: [],
  bounds: [],
})

const wide = (columns: number, alias: string): FromItem => ({
  kind: 'derived',
  query: {
    ...new Looks(10).select(TABLE, TRUE),
    targets: Array.from({ length: columns }, (_, i) => ({
      kind: 'target',
      expression: A,
      alias: `c${i}`,
    })),
  },
  columnAliases: [],
  alias,
  lateral: false,
})

const windows = (count: number): Select => ({
  ...new Looks(1_000).select(TABLE, TRUE),
  windows: Array.from({ length: count }, (_, level) => chained(level)),
})

const joined = (columns: number) => {
  const [left, right] = [wide(columns, 'l'), wide(columns, 'r')]
  const join: FromItem = {
    kind: 'join',
    type: 'inner',
    natural: true,
    using: [],
    columnAliases: [],
    left,
    right,
  }
  return analysed(new Looks(10).select(join, TRUE, TRUE))
}

// INVARIANT (hostile-both-sides): every iteration is bounded.
describe('what bounds a statement is found with work in proportion to it', () => {
  test('each derived table is looked into once, however deep', () => {
    const looks = new Looks(2_000)
    let query = looks.select(TABLE, TRUE)
    for (let level = 0; level < 60; level++)
      query = looks.select({ kind: 'derived', query, columnAliases: ['a'], alias: 'd', lateral: false }, TRUE)
    expect(analysed(query)).toMatchObject({ bounded: false })
    expect(analysed(query).opaque).toBeUndefined()
  })

  test('what decides the rows of WITH queries is held once, however often they are read', () => {
    const looks = new Looks(2_000)
    const names = ['w0', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7']
    const ctes = names.map((name, level) => {
      const from = level === 0 ? [TABLE] : Array.from({ length: 20 }, () => read(names[level - 1] ?? ''))
      const query = { ...looks.select(TABLE, level === 0 ? EQUAL : TRUE, TRUE), from }
      return { kind: 'cte' as const, name, columns: [], query, extraColumns: false }
    })
    const last = looks.select(read('w7'), TRUE, TRUE)
    const facts = analysed({ ...last, with: { kind: 'with', recursive: false, ctes } })
    expect(facts.opaque).toBeUndefined()
    expect(facts.uses).toMatchObject([{ column: { name: 'a' }, use: 'equality' }])
  })

  test('lists of conditions within one another are given up where they take too much work', () => {
    const looks = new Looks(2 * MAX_WORK)
    const outer: Expression = { kind: 'column-ref', name: ['o', 'a'] }
    const other: Expression = { kind: 'column-ref', name: ['o', 'b'] }
    const condition: Expression = { kind: 'operator', op: '=', operands: [other, TRUE] }
    let tested: Expression = outer
    for (let level = 0; level < 40; level++) {
      const where: Expression = { kind: 'operator', op: 'in', operands: [tested, condition, TRUE] }
      tested = {
        kind: 'subquery',
        mode: 'scalar',
        query: looks.select({ ...TABLE, alias: 'i' }, where, TRUE),
      }
    }
    const where: Expression = { kind: 'operator', op: 'in', operands: [tested, condition, TRUE] }
    const facts = analysed(looks.select({ ...TABLE, alias: 'o' }, where))
    expect(facts).toMatchObject({ bounded: false, opaque: expect.stringContaining('takes too much work') })
  })

  test('windows that refer to one another are looked at once each', () => {
    expect(analysed(windows(400)).opaque).toBeUndefined()
  })

  test('a window that is referred to very often is looked at once', () => {
    const over: Window = { kind: 'window', refersTo: 'w0', partitionBy: [], orderBy: [], bounds: [] }
    const sums: Target[] = Array.from({ length: 800 }, () => ({
      kind: 'target',
      expression: { ...CALL, over },
    }))
    const partitionBy = Array.from({ length: 2_000 }, () => A)
    const query: Select = { ...windows(1), windows: [{ ...chained(0), partitionBy }], targets: sums }
    expect(analysed(query).opaque).toBeUndefined()
  })

  test('so are joins by very many columns', () => {
    expect(joined(300).opaque).toBeUndefined()
    expect(joined(800).opaque).toContain('takes too much work')
  })

  test('a long list of values takes no more work than each value is looked at', () => {
    const value: Expression = { kind: 'literal', type: 'number', value: '1' }
    const values = Array.from({ length: 220_000 }, (): Expression => ({ ...value }))
    const where: Expression = { kind: 'operator', op: 'in', operands: [A, ...values] }
    const facts = analysed(new Looks(2_000).select(TABLE, where))
    expect(facts.opaque).toBeUndefined()
    expect(facts.bounded).toBe(true)
  })
})
