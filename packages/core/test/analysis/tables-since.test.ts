import { describe, expect, test } from '@jest/globals'
import type { Flow } from '@sluice/core/analysis/facts'
import {
  MAX_CHANGED_TABLES,
  MAX_FILLED_COLUMNS,
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

const flows = (count: number): readonly Flow[] =>
  Array.from({ length: count }, () => ({ sources: [], unknown: true, direct: false, target: undefined }))

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

  test('the rows that a table was made with are known under another name', () => {
    const made: TableChange = { names: ['t'], others: 'made', filledBy: flows(2) }
    const renamed: TableChange = { names: ['t', 'u'], others: 'any', renamed: ['t', 'u'] }
    const filled = after(made, renamed)?.filled
    expect(filled === 'any' ? undefined : filled?.get('u')?.length).toBe(2)
  })

  test('MAX_FILLED_COLUMNS: with more, any table may have any', () => {
    const made: TableChange = { names: ['t'], others: 'made', filledBy: flows(MAX_FILLED_COLUMNS) }
    expect(after(made, made)?.filled).not.toBe('any')
    expect(after(made, { names: ['t'], others: 'made', filledBy: flows(1) })?.filled).toBe('any')
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
