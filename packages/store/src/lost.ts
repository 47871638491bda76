import type { Catalog, Column } from '@sluice/core/catalog/catalog'
import type { Label } from '@sluice/core/catalog/label'
import { directiveIn } from '@sluice/core/detect/label-column'
import { joinedLabels } from '@sluice/core/flow/inherit'
import type { Place } from '@sluice/core/flow/place'
import type { Change, LabelRows } from './label-rows.ts'
import { labelNames } from './names.ts'

/** Labels that a column had by its name, its type or its words. */
export type LostLabels = { readonly column: Column; readonly labels: readonly Label[] }

/**
 * What the names, types and words of columns said that are there still, by their ids, and say no more: they were renamed
 * or changed, and hold what they held. A comment's directive is no such word: whoever changes it says something else.
 */
export const lostLabels = (before: Catalog, now: Catalog): readonly LostLabels[] => {
  if (before.identity !== now.identity) return []
  return before.relations.flatMap((relation) => {
    const after = now.relationById(relation.id)
    if (after === undefined || after === relation) return []
    return relation.columns.flatMap((was): LostLabels[] => {
      const column = after.columns.find((one) =>
        now.idsAreNames ? one.name === was.name : one.ordinal === was.ordinal,
      )
      if (column === undefined || column === was || directiveIn(column.comment)?.decides === true) return []
      const labels = was.labels.filter(
        ({ name, origin }) =>
          (origin === 'detector' || origin === 'config') && !column.labels.some((one) => one.name === name),
      )
      return labels.length === 0 ? [] : [{ column, labels }]
    })
  })
}

/** Keeps them with their columns' places. `at`: milliseconds since the epoch. */
export const noteLost = (
  rows: LabelRows,
  all: readonly LostLabels[],
  placeOf: (column: Column) => Place,
  at: number,
): void => {
  if (all.length === 0) return
  const detected = rows.assignments().filter(({ origin }) => origin === 'detector')
  const known = new Map(detected.map(({ place, labels }) => [place, labels]))
  for (const lost of all) {
    const { id } = placeOf(lost.column)
    const before = known.get(id)
    const labels = joinedLabels(before ?? [], lost.labels)
    if (labels === before) continue
    known.set(id, labels)
    rows.assign(id, 'detector', labels)
    rows.addChange(changeOf(lost.column, before, labels, at))
  }
}

const changeOf = (
  { relation, name }: Column,
  before: readonly Label[] | undefined,
  now: readonly Label[],
  at: number,
): Change => ({
  at,
  who: 'sluice',
  origin: 'detector',
  schema: relation.schema,
  table: relation.name,
  column: name,
  old: before ? labelNames(before) : null,
  new: labelNames(now),
})
