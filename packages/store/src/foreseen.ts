import type { Flow } from '@sluice/core/analysis/facts'
import type { Column, Labeller } from '@sluice/core/catalog/catalog'
import { inherited, joinedLabels } from '@sluice/core/flow/inherit'

/** A column that a statement is about to make, with the labels that it will have. Undefined: not known. */
export const foreseenBy = (
  labeller: Labeller,
  { place, sources, direct, unknown }: Flow,
): Column | undefined => {
  const name = place?.column
  if (place === undefined || name === undefined || unknown) return undefined
  const type = direct ? (sources[0]?.type ?? 'text') : 'text'
  const { schema, table } = place
  const own = labeller({ schema, relation: table, relationType: 'table', system: false, name, type })
  const labels = sources.reduce((all, source) => joinedLabels(all, inherited(source.labels, direct)), own)
  return { relation: { schema, name: table, id: 0 }, name, ordinal: place.ordinal ?? 0, type, labels }
}
