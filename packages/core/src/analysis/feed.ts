import type { Column } from '../catalog/catalog.ts'
import type { UseFact } from './uses.ts'

/**
 * What feeds a value. INVARIANT (no-unproven-column): `sources` names every column that can influence the value
 * through the expression itself, and whatever could not be followed sets `unknown`.
 */
export type Feed = {
  readonly sources: readonly Column[]
  readonly unknown: boolean
  /** The value is one column's own, unchanged. */
  readonly direct: boolean
  readonly functions: readonly string[]
  /** What was done with columns on the way to the value: told once the value decides something. */
  readonly pending: readonly UseFact[]
  /** Whether the value is NULL may tell more than whether its columns are. Absent: it does not. */
  readonly blank?: true
  /** How long it may be as a text, in bytes. Absent: as its columns are where it is `direct`, and else any length. */
  readonly bytes?: number
  /** Names that queries in FROM and WITH queries gave the value on its way, where it is `direct`. Absent: its column's alone. */
  readonly as?: readonly string[]
  /** For a composite value whose fields are known (a whole row, a row constructor). */
  readonly fields?: readonly NamedFeed[]
  /** Whether it is a row, or may be made of one. Absent: what it is made of and by tells. */
  readonly shape?: 'row' | 'scalar'
}

/**
 * An output column inside a statement. `sure` is false where the name rests on a rule with exceptions; `hidden` as
 * `Column` has it.
 */
export type NamedFeed = {
  readonly name: string
  readonly sure: boolean
  readonly feed: Feed
  readonly hidden?: true
}

/** A value that no column feeds: a literal, a parameter. */
export const NOTHING: Feed = { sources: [], unknown: false, direct: false, functions: [], pending: [] }

/** A value that could not be followed. */
export const UNKNOWN: Feed = { sources: [], unknown: true, direct: false, functions: [], pending: [] }

/** A value made of all these values. */
export const union = (feeds: readonly Feed[], ...functions: readonly string[]): Feed => {
  const fed = feeds.filter((f) => f !== NOTHING)
  if (fed.length === 0 && functions.length === 0) return NOTHING
  return {
    sources: distinct(fed.map((f) => f.sources)),
    unknown: fed.some((f) => f.unknown),
    direct: false,
    functions: distinct([...fed.map((f) => f.functions), functions]),
    pending: distinct(fed.map((f) => f.pending)),
    ...(fed.some((f) => f.blank) ? { blank: true } : {}),
    ...(fed.some((f) => f.shape === 'row') ? { shape: 'row' } : {}),
  }
}

/** The same value, but something that cannot be followed feeds it too: its fields as well, if it has any. */
export const doubtful = ({ fields: _fields, ...feed }: Feed): Feed => ({
  ...feed,
  unknown: true,
  direct: false,
})

/** The value, after something that makes NULL of some values that are not. */
export const blanked = (feed: Feed): Feed =>
  feed.blank === true || (feed.sources.length === 0 && !feed.unknown) ? feed : { ...feed, blank: true }

/** The value with more influences: still the same value where there are none. */
export const influenced = (feed: Feed, by: readonly Feed[]): Feed =>
  by.every((f) => f === NOTHING) ? feed : union([feed, ...by])

const distinct = <T>(lists: readonly (readonly T[])[]): readonly T[] => {
  const filled = lists.filter((l) => l.length > 0)
  if (filled.length === 0) return []
  if (filled.length === 1) return filled[0] as readonly T[]
  const seen = new Set<T>()
  for (const list of filled) for (const entry of list) seen.add(entry)
  return [...seen]
}
