import type { Analysis } from '@sluice/core/analysis/context'
import type { Facts } from '@sluice/core/analysis/facts'
import type { CatalogSource } from '../ports/catalog-source.ts'
import { runsOwnCode } from './near-masked.ts'

/** Statements that define something, and that the database has not answered yet. */
const underWay = new WeakMap<CatalogSource, Set<Analysis>>()

/**
 * A statement that defines something is about to be sent. What it defines may be in effect before the database answers it:
 * that lasts where a block or a procedure goes on behind it. Returns what to call once the catalog is invalidated.
 */
export function beginDefinition(catalog: CatalogSource, definition: Analysis): () => void {
  const definitions = underWay.get(catalog) ?? new Set<Analysis>()
  underWay.set(catalog, definitions)
  definitions.add(definition)
  return () => definitions.delete(definition)
}

/** Whether what a statement names may be defined otherwise than its catalog says, by one that is still under way. */
export function mayBeRedefined(catalog: CatalogSource, analysis: Analysis): boolean {
  const definitions = underWay.get(catalog)
  if (definitions === undefined || definitions.size === 0) return false
  const { tables, functions } = analysis.facts
  if (tables.length === 0 && functions.length === 0) return false
  for (const definition of definitions)
    if (definition !== analysis && touches(definition.facts, analysis.facts)) return true
  return false
}

/** Whether one defines what the other uses. Of code, and of what is no table, it is not told what it defines. */
function touches(definition: Facts, { tables, outputs }: Facts): boolean {
  const defined = definition.tables.filter(({ access }) => access.includes('write'))
  if (defined.length === 0 || definition.verb === 'call' || runsOwnCode(definition)) return true
  const isDefined = (schema: string, name: string): boolean =>
    defined.some((table) => table.schema === schema && table.name === name)
  if (tables.some(({ schema, name }) => isDefined(schema, name))) return true
  if (typeof outputs === 'string') return false
  return outputs.some(({ sources }) =>
    sources.some(({ relation }) => isDefined(relation.schema, relation.name)),
  )
}
