import type { Column, Telling } from '../catalog/catalog.ts'
import { blanked, type Feed } from './feed.ts'

/**
 * What is done with a column's value that can tell something of it even where it is shown masked or not at all.
 *
 * `equality`: compared for equality with a value. `join`: with another column. `null`: asked whether it is NULL.
 * `pattern`, `range`: compared otherwise. `computed`: what was computed of it is compared, or decides. `failing`: it
 * goes into what may fail, or give several rows, for some values: an error or a row more tells which. `stored`: what was
 * computed of it is written. `tested`: it is written to where more than its being equal decides something. `left`: code will write it
 * to whatever gets a name. `rows`: how many rows there are hangs on it.
 */
export type ColumnUse =
  | 'equality'
  | 'join'
  | 'null'
  | 'pattern'
  | 'range'
  | 'computed'
  | 'failing'
  | 'stored'
  | 'tested'
  | 'left'
  | 'order'
  | 'group'
  | 'distinct'
  | 'set operation'
  | 'window'
  | 'rows'

/** One use of one column. `column` undefined: of a value that could not be followed. */
export type UseFact = { readonly column: Column | undefined; readonly use: ColumnUse }

/**
 * Uses that tell no more than whether the value is one that the client knows already. They leave the value as it is: what else is
 * done with it counts as well.
 */
export const MILD: ReadonlySet<ColumnUse> = new Set<ColumnUse>(['equality', 'join', 'null'])

/** How much a use tells. */
export const tellingOf = (use: ColumnUse): Telling => (MILD.has(use) ? 'equality' : 'more')

const interned = new WeakMap<Column, Map<ColumnUse, UseFact>>()
const unfollowed = new Map<ColumnUse, UseFact>()

/** The same object for the same column and use, so that lists of them are joined by identity. */
export const useOf = (column: Column | undefined, use: ColumnUse): UseFact => {
  const known = column === undefined ? unfollowed : (interned.get(column) ?? new Map<ColumnUse, UseFact>())
  if (column !== undefined && known.size === 0) interned.set(column, known)
  const found = known.get(use) ?? { column, use }
  known.set(use, found)
  return found
}

/** What feeds the value: undefined stands for what could not be followed. */
const columnsOf = (feed: Feed): readonly (Column | undefined)[] =>
  feed.unknown ? [...feed.sources, undefined] : feed.sources

/** The columns whose own value this may still be. */
const whole = (feed: Feed): readonly (Column | undefined)[] => {
  const all = columnsOf(feed)
  if (feed.pending.length === 0) return all
  const changed = new Set(feed.pending.filter((p) => !MILD.has(p.use)).map((p) => p.column))
  return all.filter((column) => !changed.has(column))
}

const pendingWith = (feed: Feed, columns: readonly (Column | undefined)[], use: ColumnUse): Feed => {
  const more = columns.map((column) => useOf(column, use)).filter((one) => !feed.pending.includes(one))
  return more.length === 0 ? feed : { ...feed, pending: [...feed.pending, ...more] }
}

/** What a value tells that is written: nothing where it is some column's own. */
export const toldStored = (feed: Feed): readonly UseFact[] =>
  feed.pending.filter(({ use }) => !MILD.has(use)).map(({ column }) => useOf(column, 'stored'))

/** The value, after this was done with it. What was computed before stays what it is: only that of it is told. */
export const used = (feed: Feed, use: ColumnUse): Feed => pendingWith(feed, whole(feed), use)

/** The value, after it went into something that may fail for some values of its columns, or make nothing of them. */
export const risked = (feed: Feed): Feed =>
  blanked(pendingWith(used(feed, 'computed'), columnsOf(feed), 'failing'))

/**
 * What a value tells that decides something by being true or not: which rows there are, which branch is taken. `truth` says
 * what of a column as it is, for which it depends on its type.
 */
export const toldBy = (feed: Feed, truth: (column: Column | undefined) => ColumnUse): readonly UseFact[] => {
  const touched = new Set(feed.pending.map(({ column }) => column))
  const bare = whole(feed).filter((column) => !touched.has(column))
  return [...feed.pending, ...bare.map((column) => useOf(column, truth(column)))]
}

/** What a value tells by the place where it stands: of all of its columns the same. */
export const toldAs = (feed: Feed, use: ColumnUse): readonly UseFact[] =>
  [...feed.sources, ...(feed.unknown ? [undefined] : [])].map((column) => useOf(column, use))
