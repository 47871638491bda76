import type { FromItem, Pivot } from '@sluice/core/statement/query'
import type { Cursor } from './cursor.ts'

const last = (path: readonly string[]): string => path.at(-1) ?? ''

/** `PIVOT (sum(a) FOR b IN ([1], [2]))` and `UNPIVOT (a FOR b IN (c, d))`, without the alias behind them. */
export const readPivot = (c: Cursor, source: FromItem): Pivot => {
  const isPivot = c.next().value === 'pivot'
  const found = c.parenthesised(() => (isPivot ? pivoted(c) : unpivoted(c)))
  return { kind: 'pivot', source, ...found, columnAliases: [] }
}

type Change = Pick<Pivot, 'consumed' | 'made'>

const pivoted = (c: Cursor): Change => {
  c.path()
  const values = c.parenthesised(() => c.list(() => last(c.path())))
  const { by, columns } = forIn(c)
  const consumed = [...values, by]
  return { consumed, made: columns.map((name) => ({ name, from: consumed })) }
}

const unpivoted = (c: Cursor): Change => {
  const value = c.name()
  const { by, columns } = forIn(c)
  return {
    consumed: columns,
    made: [
      { name: value, from: columns },
      { name: by, from: [] },
    ],
  }
}

const forIn = (c: Cursor): { readonly by: string; readonly columns: readonly string[] } => {
  c.expect('for')
  const by = last(c.path())
  c.expect('in')
  return { by, columns: c.parenthesised(() => c.list(() => last(c.path()))) }
}
