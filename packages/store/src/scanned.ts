import type { Column } from '@sluice/core/catalog/catalog'
import type { Label } from '@sluice/core/catalog/label'
import { joinedLabels } from '@sluice/core/flow/inherit'
import type { LabelRows, ScannedRow } from './label-rows.ts'
import { labelNames } from './names.ts'

/**
 * Keeps what samples of values say, beside what they said before: other rows may still have what these have not, and so
 * may copies of what was there.
 */
export const noteScan = (
  rows: LabelRows,
  samples: ReadonlyMap<Column, readonly Label[]>,
  at: number,
  who = 'sluice scan',
): void =>
  rows.together(() => {
    const said = new Map(
      rows
        .assignments()
        .flatMap(({ place, origin, labels }) => (origin === 'sample' ? [[place, labels]] : [])),
    )
    const places = new Map(
      rows.places().map((place) => [`${place.relation ?? ''}.${place.ordinal ?? ''}`, place.id]),
    )
    for (const [column, found] of samples) {
      const { relation, name, ordinal } = column
      const known = places.get(`${relation.id}.${ordinal}`)
      const before = known === undefined ? undefined : said.get(known)
      const labels = joinedLabels(before ?? [], found)
      if (labels.length === (before?.length ?? 0)) continue
      const named = {
        schema: relation.schema,
        table: relation.name,
        column: name,
        ordinal,
        relation: relation.id,
      }
      const place = known ?? rows.addPlace({ ...named, instead: [], since: at }).id
      rows.assign(place, 'sample', labels)
      rows.addChange({
        at,
        who,
        origin: 'sample',
        schema: relation.schema,
        table: relation.name,
        column: name,
        old: before ? labelNames(before) : null,
        new: labelNames(labels),
      })
    }
  })

/** What is different of one column; absent: there was none, or there is none any more. */
type Difference = {
  readonly column: string
  readonly before?: string
  readonly now?: string
}

/** What has come, gone, or has other labels since the last scan, by the columns' names. */
export const differences = (
  before: readonly ScannedRow[],
  now: readonly ScannedRow[],
): readonly Difference[] => {
  const old = new Map(before.map(({ column, labels }) => [column, labels]))
  const fresh = new Map(now.map(({ column, labels }) => [column, labels]))
  return [...new Set([...old.keys(), ...fresh.keys()])].sort().flatMap((column): readonly Difference[] => {
    const was = old.get(column)
    const is = fresh.get(column)
    if (was === is) return []
    return [
      { column, ...(was === undefined ? {} : { before: was }), ...(is === undefined ? {} : { now: is }) },
    ]
  })
}
