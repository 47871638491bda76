// MySQL Internals, "Column Definition": schema, table, org_table, org_name
import type { Catalog, Column, Relation } from '@sluice/core/catalog/catalog'
import type { ResultColumn } from '@sluice/core/mask/plan'
import { foldName } from '../dialect/names.ts'

/** Where a column's definition says that it is from. Empty texts: it does not say. */
export type DefinedOrigin = {
  readonly schema: string
  /** The alias, or the name where there is none. */
  readonly table: string
  readonly orgTable: string
  readonly orgName: string
}

/** No relation has this id. */
const NO_RELATION = 0
/** No column has this ordinal: a table has 4096 at most. */
const NO_COLUMN = 1_000_000

/**
 * The server's provenance by the ids of the catalog; undefined where it gives none. For what it merged into the query
 * (a view, a derived table, a common table expression) the server gives the alias as the original name, in the session's
 * database, so that an alias that is no table says nothing: the analysis alone knows what stands behind it.
 * INVARIANT (no-unproven-column): an original name that is no alias must be in the catalog.
 */
export const originOf = (
  { schema, table, orgTable, orgName }: DefinedOrigin,
  catalog: Catalog | undefined,
): ResultColumn['origin'] => {
  if (schema === '' || orgTable === '' || orgName === '' || catalog === undefined) return undefined
  const mayBeAlias = table === orgTable
  const relation = relationNamed(catalog, schema, orgTable)
  if (relation === undefined) return mayBeAlias ? undefined : { relation: NO_RELATION, ordinal: 1 }
  const column = columnNamed(relation, orgName)
  if (column === undefined) return mayBeAlias ? undefined : { relation: relation.id, ordinal: NO_COLUMN }
  return { relation: relation.id, ordinal: column.ordinal }
}

/** With `lower_case_table_names` the catalog has names in lower case, whatever was written. */
const relationNamed = (catalog: Catalog, schema: string, name: string): Relation | undefined =>
  catalog.relation(schema, name) ?? catalog.relation(schema.toLowerCase(), name.toLowerCase())

const columnNamed = ({ columns }: Relation, name: string): Column | undefined => {
  const lower = foldName(name)
  return columns.find((column) => column.name === lower)
}
