import type { Column } from '@sluice/core/catalog/catalog'
import type { Relabelling } from '@sluice/core/catalog/relabel'
import type { LabelRows } from './label-rows.ts'
import { columnName, labelNames } from './names.ts'

/** Writes down which labels came to columns along edges, and which went. `at`: milliseconds since the epoch. */
export const noteDerived = (rows: LabelRows, labels: Relabelling, at: number): void => {
  const before = rows.derived()
  const now = new Map(
    [...labels].map(([column, list]) => [columnName(column), { column, names: labelNames(list) }]),
  )
  const note = (name: string, next: string | undefined, column?: Column): void => {
    const [schema = '', table = '', bare = ''] = column
      ? [column.relation.schema, column.relation.name, column.name]
      : name.split('.')
    rows.setDerived(name, next)
    rows.addChange({
      at,
      who: 'sluice',
      origin: 'derived',
      schema,
      table,
      column: bare,
      old: before.get(name) ?? null,
      new: next ?? null,
    })
  }
  for (const [name, { column, names }] of now) if (before.get(name) !== names) note(name, names, column)
  for (const name of before.keys()) if (!now.has(name)) note(name, undefined)
}
