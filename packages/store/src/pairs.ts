import type { Column, End } from '@sluice/core/catalog/catalog'
import { isColumn, type Move } from '@sluice/core/flow/moves'
import { type Finding, isWhole, type Place } from '@sluice/core/flow/place'
import { FlowsUnwritable } from '@sluice/gateway/ports/flow-ledger'

/** The most flows that are kept of one database. */
export const MAX_EDGES = 200_000

/** The most columns that one statement may bring to others, each pair counted. */
const MAX_PAIRS = 10_000

/** One column, and one that its values go to. */
export type Pair = { readonly source: End | Place; readonly target: End; readonly direct: boolean }

/** Moves one by one. Throws `FlowsUnwritable` where they are too many. */
export const pairsOf = (moves: readonly Move[]): readonly Pair[] => {
  const count = moves.reduce((sum, { sources }) => sum + sources.length, 0)
  if (count > MAX_PAIRS)
    throw new FlowsUnwritable(`the statement moves columns in more than ${MAX_PAIRS} ways; split it up`)
  return moves.flatMap(({ sources, target, direct }) => sources.map((source) => ({ source, target, direct })))
}

/** What a place is looked up by: its ids where it has them, else its names. */
export const keyOf = ({ relation, schema, table, column, ordinal }: Omit<Place, 'id'>): string =>
  relation === undefined
    ? JSON.stringify([schema, table, column ?? '', ordinal ?? 0])
    : `${relation}.${ordinal ?? (column === undefined ? 0 : JSON.stringify(column))}`

/** The same for one end of a move. `idsAreNames`: as of the catalog. */
export const endKey = (end: End, idsAreNames: true | undefined): string =>
  isColumn(end)
    ? keyOf(columnPlace(end, idsAreNames, 0))
    : JSON.stringify([end.schema, end.table, end.column ?? '', end.ordinal ?? 0])

/**
 * The place of one end of a move. `sure`: the catalog is the one that the statement was understood by, so that a table
 * it did not have is none that the newest has.
 */
export const placeFor = (
  end: End,
  finding: Finding | undefined,
  sure: boolean,
  since: number,
): Omit<Place, 'id'> => {
  const idsAreNames = finding?.catalog.idsAreNames
  if (isColumn(end)) return columnPlace(end, idsAreNames, since)
  const { made, added, ...at } = end
  const there = finding?.named.get(end.table) ?? []
  // Where ids are names, a table that takes the place of another has its id, and columns of it have no places yet.
  if (idsAreNames && made && at.column === undefined && there.some(({ schema }) => schema === at.schema))
    return { schema: at.schema, table: at.table, instead: [], since }
  const named = idsAreNames ? [] : there
  if (added === true) {
    const own = isWhole(at) ? named.find(({ schema }) => schema === at.schema) : undefined
    return { ...at, ...(own && { relation: own.id }), instead: [], since }
  }
  // One of another schema may come to this one, as it is.
  const before = named.filter(
    ({ schema }) => at.schema === '' || schema === at.schema || finding?.isTemporarySchema(schema) === true,
  )
  return { ...at, instead: made || sure ? before.map(({ id }) => id) : [], since }
}

const columnPlace = (
  { relation, name, ordinal }: Column,
  idsAreNames: true | undefined,
  since: number,
): Omit<Place, 'id'> => {
  const at = { schema: relation.schema, table: relation.name, column: name, instead: [], since }
  // The value of a function: there is no table that it could be followed by.
  if (relation.id === 0) return at
  return { ...at, relation: relation.id, ...(idsAreNames ? {} : { ordinal }) }
}
