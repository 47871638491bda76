import type { Catalog, End, StandingMove } from '@sluice/core/catalog/catalog'
import type { Relabelling } from '@sluice/core/catalog/relabel'
import { isBetween } from '@sluice/core/flow/code-moves'
import { isColumn } from '@sluice/core/flow/moves'
import type { Pair } from './pairs.ts'

/**
 * What the database's own code and definitions bring that is to be kept: labelled values, and those of tables that are
 * not there while nothing runs. A view has nothing of its own. From a place between, only where one of these comes to it.
 */
export const standingPairs = (catalog: Catalog, labels: Relabelling): readonly Pair[] => {
  const isViews = (end: End): boolean =>
    isColumn(end) && catalog.relationById(end.relation.id)?.type === 'view'
  const moves = [...(catalog.standing ?? []), ...storedMoves(catalog)].filter(
    ({ source, target }) =>
      (!isColumn(source) || (labels.get(source) ?? source.labels).length > 0) && !isViews(target),
  )
  const reached = reachedBy(moves)
  return moves
    .filter(({ source }) => !isBetween(source) || reached.has(source.table))
    .map(({ source, target, direct }) => ({
      source: isColumn(source) ? { ...source, labels: labels.get(source) ?? source.labels } : source,
      target,
      direct,
    }))
}

/** What materialized views and generated columns have stays in them when they are defined by something else, or no more. */
const storedMoves = ({ relations }: Catalog): readonly StandingMove[] =>
  relations
    .filter(({ type, system }) => type !== 'view' && !system)
    .flatMap(({ columns }) => columns)
    .flatMap((target) =>
      (target.derivedFrom?.sources ?? []).map((source) => ({
        source,
        target,
        direct: target.derivedFrom?.direct === true,
      })),
    )

/** The places between that something comes to, by way of others too. */
const reachedBy = (moves: readonly StandingMove[]): ReadonlySet<string> => {
  const reached = new Set<string>()
  const into = moves.filter(({ target }) => isBetween(target))
  for (let before = -1; before < reached.size; ) {
    before = reached.size
    for (const { source, target } of into)
      if (isBetween(target) && (!isBetween(source) || reached.has(source.table))) reached.add(target.table)
  }
  return reached
}
