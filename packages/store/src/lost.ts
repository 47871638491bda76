import type { Catalog, Column, Relation } from '@sluice/core/catalog/catalog'
import type { Label } from '@sluice/core/catalog/label'
import type { Relabelling } from '@sluice/core/catalog/relabel'
import { directiveIn } from '@sluice/core/detect/label-column'
import { joinedLabels } from '@sluice/core/flow/inherit'
import type { Place } from '@sluice/core/flow/place'
import type { Change, LabelRows } from './label-rows.ts'
import { labelNames } from './names.ts'

/** Labels that a column had by its name, its type or its words, or by the tables that its own shared rows with. */
type LostLabels = { readonly column: Column; readonly labels: readonly Label[] }

/**
 * What the names, types and words of columns said that are there still, by their ids, and say no more: they were renamed
 * or changed, and hold what they held. A comment's directive is no such word, unless the comment went by itself: whoever
 * changes it says something else.
 */
export const lostLabels = (before: Catalog, now: Catalog): readonly LostLabels[] =>
  lostOf(before, now, (was, column) =>
    was.labels.filter(
      ({ name, origin }) =>
        (origin === 'detector' ||
          origin === 'config' ||
          (origin === 'comment' && lapsed(was, column, now))) &&
        !isAmong(column.labels, name),
    ),
  )

/**
 * Where ids are names, whoever changes a column and does not say its comment again takes it away. A view's column has the
 * comment of what it shows, and shows something else without it.
 */
const lapsed = (was: Column, { comment }: Column, { idsAreNames }: Catalog): boolean =>
  idsAreNames === true && was.derivedFrom === undefined && (comment ?? '') === ''

/** What `lost` says of columns that changed, with what they are now. */
const lostOf = (
  before: Catalog,
  now: Catalog,
  lost: (was: Column, column: Column) => readonly Label[],
): readonly LostLabels[] => {
  if (before.identity !== now.identity) return []
  return before.relations.flatMap((relation) => {
    const after = now.relationById(relation.id)
    if (after === undefined || after === relation) return []
    return relation.columns.flatMap((was): LostLabels[] => {
      const column = sameColumn(was, after, now)
      if (column === undefined || column === was) return []
      const labels = lost(was, column)
      return labels.length === 0 || directiveIn(column.comment)?.decides === true ? [] : [{ column, labels }]
    })
  })
}

/** The column in another catalog. */
const sameColumn = (was: Column, { columns }: Relation, { idsAreNames }: Catalog): Column | undefined =>
  columns.find((one) => (idsAreNames ? one.name === was.name : one.ordinal === was.ordinal))

const isAmong = (labels: readonly Label[], name: string): boolean => labels.some((one) => one.name === name)

/**
 * What columns had of tables that shared rows with theirs, and do no more: rows came by the one, and may have gone on by it
 * to others. `before`: with the labels of then; `labels`: those of now. A temporary table takes its rows along.
 */
export const leftLabels = (
  before: Catalog,
  now: Catalog,
  labels: Relabelling,
  isTemporarySchema: (schema: string) => boolean,
): readonly LostLabels[] =>
  lostOf(before, now, (was, column) => {
    if (was.family === undefined || column.family === was.family) return []
    const stay = new Set(column.family?.map(({ id }) => id))
    if (!was.family.some(({ id, schema }) => !stay.has(id) && !isTemporarySchema(schema))) return []
    const own = labels.get(column) ?? column.labels
    return was.labels.filter(({ name, origin }) => origin !== 'builtin' && !isAmong(own, name))
  })

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
