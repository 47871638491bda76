import type { Analysis } from '@sluice/core/analysis/context'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { withRelation } from '@sluice/core/catalog/overlay'
import type { Statement } from '@sluice/core/statement/command'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { Governance } from '../session/governance.ts'
import type { ReadingContext } from './understand.ts'

/**
 * What an index, or what ALTER TABLE adds, is about that is defined on a table which the open transaction made, and which the
 * catalog does not have yet. Its columns are those that were listed. Undefined: nothing is known of it but what `found` says.
 *
 * INVARIANT (no-unproven-column): it names no other table whose values count, and runs no code of the users' own.
 */
export function ofFreshTable(
  { analyse }: Governance,
  read: ReadStatement,
  found: Analysis,
  catalog: Catalog,
  { names, session, tablesSince, codeSince }: ReadingContext,
): Analysis | undefined {
  const { fresh = [] } = tablesSince ?? {}
  if (fresh.length === 0 || !isOfTable(read.statement)) return undefined
  if (codeSince !== undefined && codeSince.stamps === undefined) return undefined
  const { facts, own } = analyse(read, fresh.reduce(withRelation, catalog), names, session)
  const isFresh = (table: { schema: string; name: string }): boolean =>
    fresh.some(({ schema, name }) => schema === table.schema && name === table.name)
  if (own !== undefined || facts.opaque !== undefined || facts.dynamic) return undefined
  return facts.tables.every((table) => isFresh(table) || table.keys === true)
    ? { ...found, facts }
    : undefined
}

function isOfTable(statement: Statement): boolean {
  if (statement.kind !== 'ddl') return false
  const { verb, object, relabels, frees, leaving } = statement
  if (verb === 'create') return object === 'index'
  // What gets another name or type, and what goes, takes along what came into it since.
  return (
    verb === 'alter' && object === 'table' && [relabels, frees, leaving].every((one) => one === undefined)
  )
}
