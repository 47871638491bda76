import type { Catalog, Relation } from '../catalog/catalog.ts'
import type { Ddl } from '../statement/command.ts'
import type { BoundStatement } from './work.ts'

/** What is made, changed and dropped within schemas, by the system's own code. */
const WITHIN: ReadonlySet<string> = new Set([
  'table',
  'index',
  'view',
  'sequence',
  'type',
  'function',
  'procedure',
  'routine',
  'trigger',
  'policy',
  'statistics',
  'constraint',
])

const VERBS: ReadonlySet<Ddl['verb']> = new Set<Ddl['verb']>(['create', 'alter', 'drop', 'comment'])

/**
 * Whether the schemas that names are looked up in are the same behind a definition, without asking the server: it makes and
 * drops none, not that of temporary tables either, and runs no code of the users' own, which may set what it likes.
 * INVARIANT (deny-by-default): only where the catalog says that none runs by itself.
 */
export const keepsPath = (node: Ddl, { around, findings }: BoundStatement): boolean => {
  const { catalog, context, traits } = around
  if (catalog.definitionsRun !== false || !VERBS.has(node.verb) || !WITHIN.has(node.object)) return false
  const schemas = [
    ...context.searchPath,
    ...[...node.names, ...(node.on ? [node.on.name] : [])].map(schemaOf),
  ]
  if (node.temporary || node.calls || schemas.some((schema) => traits.isTemporarySchema(schema))) return false
  if (node.verb !== 'alter' && node.object !== 'index') return true
  // Rows are looked at, or made anew; those of tables of a composite type too, which are not told.
  if (node.object === 'type' && node.relabels !== undefined) return false
  const types = [...(catalog.running?.values() ?? [])]
  const relations = [...findings.tables.values()].flatMap(({ relation }) => relation ?? [])
  const family = relations
    .flatMap(({ family }) => family?.all ?? [])
    .map(({ id }) => catalog.relationById(id))
  return (
    types.every(({ effect }) => effect === 'pure') &&
    [...relations, ...family].every((relation) => relation !== undefined && !runsCode(relation, catalog))
  )
}

const schemaOf = (name: readonly string[]): string => name.at(-2) ?? ''

const runsCode = ({ id, functions, whenWritten, ownCode }: Relation, { writing }: Catalog): boolean =>
  functions !== undefined ||
  whenWritten !== undefined ||
  ownCode === true ||
  writing?.planned?.has(id) === true
