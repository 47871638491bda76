import type { Label } from '@sluice/core/catalog/label'
import type { Place } from '@sluice/core/flow/place'
import type { LabelRows } from './label-rows.ts'
import { labelNames, quotedName } from './names.ts'

/** Who says something, and when: milliseconds since the epoch. */
type Speaker = { readonly who: string; readonly at: number }

/** `[schema, table, column]`. */
type Parts = readonly string[]

const isAt = (place: Place, [schema, table, column]: Parts): boolean =>
  place.schema === schema && place.table === table && place.column === column

/** A person says which labels a column has: an empty list, none; undefined, what else says counts again. */
export const sayOf = (
  rows: LabelRows,
  parts: Parts,
  labels: readonly Label[] | undefined,
  { who, at }: Speaker,
): void => {
  const [schema = '', table = '', column = ''] = parts
  rows.together(() => {
    const places = rows.places().filter((one) => isAt(one, parts))
    const before = rows
      .assignments()
      .find((one) => one.origin === 'human' && places.some(({ id }) => id === one.place))
    // A column may be at two places once one took its name: what was said there is what is said anew.
    const place =
      places.find(({ id }) => id === before?.place) ??
      places[0] ??
      rows.addPlace({ schema, table, column, instead: [], since: at })
    rows.assign(place.id, 'human', labels)
    rows.addChange({
      at,
      who,
      origin: 'human',
      schema,
      table,
      column,
      old: before ? labelNames(before.labels) : null,
      new: labels ? labelNames(labels) : null,
    })
  })
}

/** Values that came into a column. */
type Arrival = {
  /** What the source was called when they first came. */
  readonly from: string
  readonly direct: boolean
  /** Its labels then. */
  readonly labels: string
  readonly principal: string
  readonly verb: string
  /** RFC 3339. */
  readonly first: string
  readonly last: string
  readonly count: number
}

/** Where the values of a column came from, the latest first. */
export const cameFrom = (rows: LabelRows, parts: Parts): readonly Arrival[] => {
  const targets = new Set(rows.places().flatMap((place) => (isAt(place, parts) ? [place.id] : [])))
  return rows
    .edges()
    .filter(({ target }) => targets.has(target))
    .flatMap(({ id, from, direct, labels }) =>
      rows.movesOver(id).map(
        ({ principal, verb, first_at, last_at, count }): Arrival => ({
          from,
          direct,
          labels: labelNames(labels),
          principal,
          verb,
          first: timeOf(first_at),
          last: timeOf(last_at),
          count,
        }),
      ),
    )
    .sort((a, b) => (a.last < b.last ? 1 : -1))
}

/** One change, in words. */
type SpokenChange = Readonly<Record<'at' | 'who' | 'origin' | 'column' | 'old' | 'now', string>>

/** Every change of labels, the oldest first. */
export const changesOf = (rows: LabelRows): readonly SpokenChange[] =>
  rows.changes().map(({ at, who, origin, schema, table, column, old, new: now }) => ({
    at: timeOf(at),
    who,
    origin,
    column: quotedName([schema, table, column]),
    old: said(old),
    now: said(now),
  }))

const said = (labels: string | null): string => {
  if (labels === null) return 'nothing said'
  return labels === '' ? 'none' : labels
}

const timeOf = (at: number): string => new Date(at).toISOString()
