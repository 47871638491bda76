import type { Statement } from '../../statement/command.ts'
import type { FromItem, Query, With } from '../../statement/query.ts'
import type { Delete, Insert, Merge, Update } from '../../statement/write.ts'
import type { BoundStatement } from '../work.ts'
import { fromBounded, tablesOfItems } from './from-tables.ts'
import { type Around, boundedCtes, restricts, rowsBounded } from './restricts.ts'

const TOP: Around = { depth: 0, tables: new Set(), ctes: new Map() }

/** Objects that take their rows with them when they are dropped. */
const HOLDS_ROWS: ReadonlySet<string> = new Set([
  'table',
  'materialized view',
  'foreign table',
  'schema',
  'database',
  'owned',
  'tablespace',
  'extension',
])

/**
 * True where a statement cannot touch the whole of a table: it has a WHERE that is no tautology, or a LIMIT, or it
 * touches no row. Every part that writes must be bounded, those in WITH too.
 */
export const isBounded = ({ statement, inner, opaque, dynamic }: BoundStatement): boolean => {
  if (opaque !== undefined || dynamic) return false
  if (
    inner &&
    (statement.kind === 'execute' ||
      statement.kind === 'explain' ||
      statement.kind === 'prepare' ||
      statement.kind === 'procedural')
  ) {
    return inner.facts.bounded
  }
  return statementBounded(statement)
}

const statementBounded = (node: Statement): boolean => {
  switch (node.kind) {
    case 'select':
    case 'set-operation':
    case 'values':
      return rowsBounded(node, TOP) && writesBounded(node.with)
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return writeBounded(node) && writesBounded(node.with)
    case 'ddl':
      return node.verb === 'truncate' || (node.verb === 'drop' && HOLDS_ROWS.has(node.object))
        ? false
        : !node.query || (rowsBounded(node.query, TOP) && writesBounded(node.query.with))
    case 'copy':
      return node.direction === 'in' || (node.query !== undefined && statementBounded(node.query))
    case 'declare-cursor':
      return rowsBounded(node.query, TOP) && writesBounded(node.query.with)
    case 'opaque':
    case 'do':
      return false
    default:
      return true
  }
}

const writesBounded = (node: With | undefined): boolean =>
  (node?.ctes ?? []).every(({ query }) => {
    const isQuery = query.kind === 'select' || query.kind === 'set-operation' || query.kind === 'values'
    return (isQuery || writeBounded(query)) && writesBounded(query.with)
  })

const writeBounded = (node: Insert | Update | Delete | Merge): boolean => {
  if (node.kind !== 'insert' && node.limit) return true
  const around: Around = { ...TOP, ctes: boundedCtes(node.with, TOP) }
  switch (node.kind) {
    case 'insert':
      return !node.source || rowsBounded(node.source, around)
    case 'update':
      return rowsOf(node, node.from, around)
    case 'delete':
      return rowsOf(node, node.using, around)
    case 'merge':
      // Each row of the source finds its own rows of the target, so a bounded source bounds the whole.
      return (
        restricts(node.on, over(around, [])) &&
        fromBounded(node.source, around.ctes, (query: Query) => rowsBounded(query, around))
      )
  }
}

/** Of an UPDATE or DELETE: a WHERE that restricts, or a target that is one of the bounded queries of its FROM. */
const rowsOf = (node: Update | Delete, items: readonly FromItem[], around: Around): boolean => {
  if (node.where && restricts(node.where, over(around, [node.target, ...items]))) return true
  const inside = node.targetInFrom === true && items.length > 0
  return (
    inside && items.every((item) => fromBounded(item, around.ctes, (query) => rowsBounded(query, around)))
  )
}

const over = (around: Around, items: readonly FromItem[]): Around => ({
  ...around,
  tables: tablesOfItems(items),
})
