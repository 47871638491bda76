import type { Label } from '@sluice/core/catalog/label'
import type { Relabelling } from '@sluice/core/catalog/relabel'
import { joinedLabels } from '@sluice/core/flow/inherit'
import { columnsAt, type Finding, type Place } from '@sluice/core/flow/place'
import type { Edge } from '@sluice/core/flow/propagate'

/**
 * Edges whose source has labels that they do not have, with these. What it gets behind its first use counts as well once
 * it is gone: its values may have gone on at any time.
 */
export const grownBy = <E extends Edge>(
  edges: readonly E[],
  finding: Finding,
  labels: Relabelling,
): readonly { readonly edge: E; readonly more: readonly Label[] }[] => {
  const known = new Map<Place, readonly Label[]>()
  const labelsAt = (place: Place): readonly Label[] => {
    const found =
      known.get(place) ??
      columnsAt(place, finding).reduce<readonly Label[]>(
        (all, column) => joinedLabels(all, labels.get(column) ?? column.labels),
        [],
      )
    known.set(place, found)
    return found
  }
  return edges.flatMap((edge) => {
    const more = labelsAt(edge.source)
    return joinedLabels(edge.labels, more) === edge.labels ? [] : [{ edge, more }]
  })
}
