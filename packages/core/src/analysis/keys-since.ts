import type { Telling } from '../catalog/catalog.ts'
import type { Statement } from '../statement/command.ts'
import type { Analysis } from './context.ts'
import type { Flow } from './facts.ts'
import type { TablesSince } from './tables-since.ts'
import { type UseFact, useOf } from './uses.ts'

/**
 * The same statement, with what it tells by a key, or by a table's becoming a part of another, of rows that the open
 * transaction made the table with: the catalog does not have it yet.
 */
export const withKeysSince = (
  statement: Statement,
  analysis: Analysis,
  since: TablesSince | undefined,
): Analysis => {
  const told = since === undefined ? [] : toldOf(statement, since.filled)
  if (told.length === 0) return analysis
  const { facts } = analysis
  return { ...analysis, facts: { ...facts, uses: [...new Set([...facts.uses, ...told])] } }
}

const toldOf = (statement: Statement, filled: TablesSince['filled']): readonly UseFact[] => {
  if (statement.kind !== 'ddl' || (statement.verb !== 'alter' && statement.object !== 'index')) return []
  const { names, tables, keys = [], relabels } = statement
  // What joins others has no columns to tell it by.
  const joins = statement.verb === 'alter' && relabels?.length === 0
  const asked = joins ? [...keys, { columns: undefined, telling: 'more' as const }] : keys
  if (asked.length === 0) return []
  if (filled === 'any') return [useOf(undefined, 'tested')]
  const flows = [...names, ...tables.map(({ name }) => name)].flatMap(
    (name) => filled.get(name.at(-1) ?? '') ?? [],
  )
  return asked.flatMap(({ columns, telling }) =>
    flows
      .filter(({ place }) => place?.column === undefined || (columns?.includes(place.column) ?? true))
      .flatMap((flow) => toldBy(flow, telling)),
  )
}

/** A key tells of values as they are which of them are alike, and of what was computed of them a part. */
const toldBy = ({ sources, unknown, direct }: Flow, telling: Telling): readonly UseFact[] => {
  const isWhole = direct && !sources.some(({ labels }) => labels.some((label) => label.computed))
  if (isWhole && telling === 'unique') return []
  const use = isWhole && telling === 'equality' ? 'join' : 'tested'
  return [...sources, ...(unknown ? [undefined] : [])].map((column) => useOf(column, use))
}
