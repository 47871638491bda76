import { describe, expect, test } from '@jest/globals'
import { emptySelect } from '../../src/statement/empty-select.ts'
import type { Expression } from '../../src/statement/expression.ts'
import type { Select, TableRef } from '../../src/statement/query.ts'
import { type AnyNode, children, tablesIn, visit, visitExpressions } from '../../src/statement/walk.ts'

const column = (name: string): Expression => ({ kind: 'column-ref', name: [name] })
const table = (name: string): TableRef => ({ kind: 'table-ref', name: [name], columnAliases: [], sample: [] })
const select = (fields: Partial<Select>): Select => ({ ...emptySelect, ...fields })

const chosen: Expression = {
  kind: 'case',
  branches: [
    {
      when: column('a'),
      // oxlint-disable-next-line unicorn/no-thenable -- THEN of CASE
      then: { kind: 'subquery', mode: 'scalar', query: select({ from: [table('inner')] }) },
    },
  ],
  otherwise: column('b'),
}
const statement = select({
  targets: [{ kind: 'target', expression: chosen }],
  from: [
    {
      kind: 'derived',
      query: { kind: 'values', rows: [[column('c')], [column('d')]], orderBy: [] },
      columnAliases: [],
      lateral: false,
    },
    table('outer'),
  ],
  where: column('e'),
})

const names = (nodes: readonly AnyNode[]) =>
  nodes.map((node) => (node.kind === 'column-ref' ? node.name[0] : node.kind))

describe('the walk', () => {
  test('sees lists, rows and branches', () => {
    expect(names(children(chosen))).toEqual(['a', 'subquery', 'b'])
    const all: AnyNode[] = []
    visit(statement, (node) => {
      all.push(node)
    })
    expect(names(all)).toEqual([
      'select',
      'target',
      'case',
      'a',
      'subquery',
      'select',
      'table-ref',
      'b',
      'derived',
      'values',
      'c',
      'd',
      'table-ref',
      'e',
    ])
  })

  test('leaves out what is under a node where it is told to', () => {
    const seen: AnyNode[] = []
    visit(statement, (node) => {
      seen.push(node)
      return node.kind !== 'case' && node.kind !== 'derived'
    })
    expect(names(seen)).toEqual(['select', 'target', 'case', 'derived', 'table-ref', 'e'])
  })

  test('lists expressions and tables', () => {
    const found: Expression[] = []
    visitExpressions(statement, (expression) => found.push(expression))
    expect(names(found)).toEqual(['case', 'a', 'subquery', 'b', 'c', 'd', 'e'])
    expect(tablesIn(statement).map(({ name }) => name[0])).toEqual(['inner', 'outer'])
  })

  test('needs no stack: no tree is too deep', () => {
    let deep = column('x')
    for (let depth = 0; depth < 100_000; depth++) deep = { kind: 'operator', op: 'not', operands: [deep] }
    let count = 0
    visitExpressions(deep, () => count++)
    expect(count).toBe(100_001)
  })
})
