import type { Analysis } from '../context.ts'
import type { FunctionFact } from '../facts.ts'
import type { Binder } from './binder.ts'
import { candidatesOf, findTable } from './names.ts'

/**
 * Whether a statement prepared under an older catalog still means what it did: the database reads its text anew when
 * something it uses has changed. INVARIANT (no-unproven-column): names that lead elsewhere by now void the analysis.
 */
export const stillMeans = (b: Binder, { facts, catalogVersion }: Analysis): boolean =>
  catalogVersion === b.catalog.version ||
  (facts.tables.every(({ schema, name }) => findTable(b, [name]).schema === schema || !isOnPath(b, schema)) &&
    facts.columns.every(({ column: { relation } }) =>
      isSame(b, relation.schema, relation.name, relation.id),
    ) &&
    facts.functions.every((called) => isSameCall(b, facts.functions, called)))

/** A table off the path was named with its schema, and still is. */
const isOnPath = (b: Binder, schema: string): boolean => b.context.searchPath.includes(schema)

const isSame = (b: Binder, schema: string, name: string, id: number): boolean =>
  b.catalog.relation(schema, name)?.id === id

/**
 * Operators, types and views are not looked up by a function's name: they count as changed. Where the schema is on the path it
 * may not have been written, so that another function of the path may be meant by now.
 */
const isSameCall = (b: Binder, before: readonly FunctionFact[], { schema, name }: FunctionFact): boolean => {
  if (name.includes(' ')) return false
  const now = candidatesOf(b, schema === '' || isOnPath(b, schema) ? [name] : [schema, name])
  const was = (one: FunctionFact): boolean =>
    before.some(
      (other) => other.schema === one.schema && other.name === one.name && other.effect === one.effect,
    )
  return now.every(({ called }) => was(called)) && now.some(({ called }) => called.schema === schema)
}
