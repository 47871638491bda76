// MySQL Internals, "Column Definition": schema, table, org_table, org_name
import type { Catalog, Relation } from '@sluice/core/catalog/catalog'
import type { ResultColumn } from '@sluice/core/mask/plan'
import { foldName } from '../dialect/names.ts'

/** Where a column's definition says that it is from. Empty texts: it does not say. */
type DefinedOrigin = {
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
/** Where the tables are that stand behind `information_schema` (MySQL: "Data Dictionary Schema"). */
const BEHIND_OWN_VIEWS: ReadonlySet<string> = new Set(['information_schema', 'mysql'])

/**
 * The server's provenance by the ids of the catalog; undefined where it gives none. For what it merged into the query
 * (a view, a derived table, a common table expression) the server gives the alias as the original name, in the session's
 * database, so that an alias that is no table says nothing: the analysis alone knows what stands behind it.
 * Where it keeps the rows of a view, or MariaDB those of the others, before it sends them, to sort or to group them, the
 * original name is the view's column, and the original table one behind the view: of its own views a table that nobody may read, in `mysql` or as if it were
 * in `information_schema`. INVARIANT (no-unproven-column): an original name that is no alias must be in the catalog.
 */
export const originOf = (
  { schema, table, orgTable, orgName }: DefinedOrigin,
  catalog: Catalog | undefined,
): ResultColumn['origin'] => {
  if (schema === '' || orgTable === '' || orgName === '' || catalog === undefined) return undefined
  const mayBeAlias = table === orgTable
  const relation = relationNamed(catalog, schema, orgTable)
  if (relation === undefined && mayBeAlias) return undefined
  const name = foldName(orgName)
  if (relation === undefined)
    return { relation: NO_RELATION, ordinal: 1, ...(BEHIND_OWN_VIEWS.has(schema) ? { name } : {}) }
  const column = relation.columns.find((one) => one.name === name)
  if (column === undefined && mayBeAlias) return undefined
  return { relation: relation.id, ordinal: column?.ordinal ?? NO_COLUMN, ...(mayBeAlias ? {} : { name }) }
}

/** With `lower_case_table_names` the catalog has names in lower case, whatever was written. */
const relationNamed = (catalog: Catalog, schema: string, name: string): Relation | undefined =>
  catalog.relation(schema, name) ?? catalog.relation(schema.toLowerCase(), name.toLowerCase())
