import type { Analysis } from '@sluice/core/analysis/context'
import type { OutputLineage } from '@sluice/core/analysis/facts'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { foldName } from '../../dialect/names.ts'
import type { MysqlColumn } from '../../values/column.ts'
import type { WireSession } from '../wire-session.ts'

/** Stands in the record for a column that has no name but its text. */
const UNNAMED = '?column?'

/** Statements whose columns the server itself names. */
const SHOWING: ReadonlySet<string> = new Set(
  'show describe desc explain analyze check checksum optimize repair'.split(' '),
)

/** Its names are words. In any other it quotes the statement: `Tables_in_shop (a%)`, `Grants for ana@%`. */
const SERVERS_NAME = /^(?:\w+|[A-Z]\w*(?: [A-Z]\w*)+)$/

/**
 * The columns by the names that the record may have. The servers call a column without alias by its text as the client
 * wrote it, so a name counts only where the tables or the canonical text have it. INVARIANT (secrets-stay-out).
 */
export function recordedColumns(
  { governance }: WireSession,
  { facts: { outputs, canonical, verb } }: Analysis,
  columns: readonly MysqlColumn[],
): readonly MysqlColumn[] {
  const catalog = governance.catalog.current()
  const shows = SHOWING.has(verb)
  return columns.map((column, i) => {
    const { name } = column
    const isServers = shows && SERVERS_NAME.test(name)
    const output = typeof outputs === 'string' ? undefined : outputs[i]
    if (isServers || isStored(column, catalog) || isWritten(name, output, canonical)) return column
    return { ...column, name: UNNAMED }
  })
}

/** Whether it is called what its column in the database is. */
function isStored({ name, origin }: MysqlColumn, catalog: Catalog | undefined): boolean {
  if (origin === undefined) return false
  const { relation, ordinal } = origin
  const columns = catalog?.relationById(relation)?.columns ?? []
  // They are in order, with gaps only where the gateway's login may not see one.
  const likely = columns[ordinal - 1]
  const stored = likely?.ordinal === ordinal ? likely : columns.find((column) => column.ordinal === ordinal)
  return stored?.name === foldName(name)
}

/** Whether the analysis knows it by that name, from a column of the database or from a text without literals. */
function isWritten(name: string, output: OutputLineage | undefined, canonical: string): boolean {
  const folded = foldName(name)
  if (output?.name !== folded) return false
  return (
    canonical.includes(name) ||
    canonical.includes(folded) ||
    output.sources.some((source) => source.name === folded)
  )
}
