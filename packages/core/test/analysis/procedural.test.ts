import { describe, expect, test } from '@jest/globals'
import type { DialectTraits } from '@sluice/core/analysis/traits'
import type { Procedural, Statement } from '@sluice/core/statement/command'
import type { Select } from '@sluice/core/statement/query'
import type { Delete } from '@sluice/core/statement/write'
import { analysedBare, BARE } from './bare-system.ts'

const TRAITS: DialectTraits = {
  ...BARE,
  isSystemSchema: (schema) => schema === 'sys',
  isHarmlessSetting: () => true,
}

const facts = (statement: Statement) => analysedBare(statement, TRAITS)

const T = { kind: 'table-ref', name: ['t'], columnAliases: [], sample: [] } as const
const SELECT: Select = {
  kind: 'select',
  distinct: false,
  distinctOn: [],
  targets: [{ kind: 'target', expression: { kind: 'column-ref', name: ['a'] } }],
  from: [T],
  groupBy: [],
  windows: [],
  orderBy: [],
  locks: false,
}
const DELETE: Delete = { kind: 'delete', target: T, using: [], returning: [] }

const block = (statements: readonly Statement[], more: Partial<Procedural> = {}): Procedural => ({
  kind: 'procedural',
  verb: 'begin',
  expressions: [],
  statements,
  returns: true,
  ...more,
})

describe('a statement of a procedural language', () => {
  test('does what any statement inside it does', () => {
    const { facts: found } = facts(block([SELECT, block([DELETE])]))
    expect(found.effects).toEqual(['read', 'write'])
    expect(found.tables).toEqual([expect.objectContaining({ name: 't', access: ['read', 'write'] })])
    expect(found.bounded).toBe(false)
    expect(found.verb).toBe('begin')
  })

  test.each([
    ['returns rows of which nothing is known', block([SELECT]), 'unknown'],
    ['returns nothing where nothing inside does', block([DELETE]), 'none'],
    ['returns nothing where the rows stay inside', block([SELECT], { returns: false }), 'none'],
    ['returns nothing where it is empty', block([]), 'none'],
  ])('%s', (_name, statement, outputs) => {
    expect(facts(statement).facts.outputs).toBe(outputs)
  })

  test('is opaque where a statement inside is', () => {
    const { facts: found } = facts(block([DELETE, { kind: 'opaque', reason: 'not known' }]))
    expect(found.opaque).toBe('not known')
    expect(found.effects).toContain('unknown')
  })

  test('uses the columns of its conditions', () => {
    const query = { kind: 'subquery', mode: 'scalar', query: SELECT } as const
    const { facts: found } = facts(block([], { expressions: [query] }))
    expect(found.columns.map(({ column }) => column.name)).toEqual(['a'])
    expect(found.effects).toEqual(['read'])
  })

  test('changes what the statements inside change, and leaves no name certain', () => {
    const declare = { kind: 'declare-cursor', name: 'c', hold: true, query: SELECT } as const
    expect(facts(block([declare])).changes).toEqual([{ kind: 'names-void', only: 'cursors' }])
    const drop: Statement = {
      kind: 'ddl',
      verb: 'drop',
      object: 'table',
      names: [['t']],
      tables: [],
      expressions: [],
      temporary: false,
    }
    const gone = { kind: 'catalog', tables: { names: ['t'], others: 'any' } }
    expect(facts(block([drop])).changes).toEqual([gone, { kind: 'settings' }])
  })
})
