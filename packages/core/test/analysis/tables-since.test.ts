import { describe, expect, test } from '@jest/globals'
import {
  MAX_CHANGED_TABLES,
  type TableChange,
  type TablesSince,
  tablesAfter,
} from '@sluice/core/analysis/tables-since'

const after = (...changes: readonly (TableChange | undefined)[]): TablesSince | undefined =>
  changes.reduce<TablesSince | undefined>(
    (since, tables) => tablesAfter(since, { kind: 'catalog', ...(tables && { tables }) }),
    undefined,
  )

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, i) => `t${i}`)

describe('how tables have changed', () => {
  test('what leaves them alone changes nothing, and what nobody knows any of them', () => {
    expect(after({ names: [] })).toBeUndefined()
    expect(after(undefined)?.any).toBe(true)
    expect(after({ names: ['t'] }, undefined, { names: ['u'] })).toMatchObject({
      any: true,
      changed: new Set(['t', 'u']),
    })
  })

  test('MAX_CHANGED_TABLES: of more names any may be meant', () => {
    expect(after({ names: names(MAX_CHANGED_TABLES) })?.any).toBe(false)
    expect(after({ names: names(MAX_CHANGED_TABLES + 1) })?.any).toBe(true)
  })

  test('where a table is there, none of its name is made', () => {
    const made: TableChange = { names: ['t'], others: 'made', ifGone: true }
    expect(after(made)).toBeUndefined()
    expect(after({ names: ['t'], others: 'any' }, made)?.made).toEqual(new Set(['t']))
  })

  test('a table that is made is known by its places under another name, until a column goes', () => {
    const made: TableChange = { names: ['t'], others: 'made' }
    const renamed: TableChange = { names: ['t', 'u'], others: 'any', renamed: ['t', 'u'] }
    expect(after(made, { names: ['t'] })?.made).toEqual(new Set(['t']))
    expect(after(made, renamed)?.made).toEqual(new Set(['u']))
    expect(after(renamed)?.made).toEqual(new Set())
    expect(after(made, { names: ['t'], freed: ['c'] })?.made).toEqual(new Set())
    expect(after(made, { names: ['t'], others: 'any' })?.made).toEqual(new Set())
  })

  test('a table that goes into another schema is told by its name, one of a schema with another name by none', () => {
    const moved: TableChange = { names: ['t'], others: 'any', renamed: ['t', 't'] }
    const renamed: TableChange = { names: ['t', 'u'], others: 'any', renamed: ['t', 'u'] }
    expect(after(renamed)?.moved).toEqual(new Set())
    expect(after(moved, renamed)?.moved).toEqual(new Set(['t']))
    expect(after({ names: [], ofSchema: true }, moved)).toMatchObject({ any: true, moved: 'any' })
    expect(after({ names: names(MAX_CHANGED_TABLES + 1) })?.moved).toBe('any')
  })
})
