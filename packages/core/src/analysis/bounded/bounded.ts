import type { Ddl, Statement } from '../../statement/command.ts'
import type { Expression } from '../../statement/expression.ts'
import type { Name } from '../../statement/node.ts'
import type { FromItem, Query, TableRef, With } from '../../statement/query.ts'
import { type AnyNode, visit } from '../../statement/walk.ts'
import type { Delete, Insert, JoinedDelete, JoinedUpdate, Merge, Update } from '../../statement/write.ts'
import type { Findings } from '../findings.ts'
import type { BoundStatement, Surroundings } from '../work.ts'
import { tablesOfItems } from './from-tables.ts'
import { type Around, boundedCtes, elsewhere, isFromBounded, restricts, rowsBounded } from './restricts.ts'
import { type IsTarget, look } from './sight.ts'

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
export const isBounded = ({
  statement,
  inner,
  opaque,
  dynamic,
  around,
  findings,
}: BoundStatement): boolean => {
  if (opaque !== undefined || dynamic) return false
  if (
    inner &&
    (statement.kind === 'execute' ||
      statement.kind === 'explain' ||
      statement.kind === 'prepare' ||
      statement.kind === 'procedural' ||
      statement.kind === 'do')
  ) {
    return inner.facts.bounded
  }
  return statementBounded(statement, topOf(around, findings))
}

/** Nothing in sight yet. */
const topOf = ({ catalog, context }: Surroundings, findings: Findings): Around => ({
  depth: 0,
  sight: { seen: [], outer: undefined },
  columns: (name) => {
    const bare = name.at(-1) ?? ''
    const schemas = name.length > 1 ? [name.at(-2) ?? ''] : context.searchPath
    for (const schema of schemas) {
      const relation = catalog.relation(schema, bare)
      if (relation) return new Set(relation.columns.map((column) => column.name))
    }
    return undefined
  },
  tables: new Set(),
  ctes: new Map(),
  returnsBounded,
  found: new Map(),
  spend: (amount) => findings.spend(amount),
})

const statementBounded = (node: Statement, top: Around): boolean => {
  switch (node.kind) {
    case 'select':
    case 'set-operation':
    case 'values':
      return queryBounded(node, top)
    case 'insert':
    case 'update':
    case 'delete':
    case 'merge':
      return writeBounded(node, top) && writesBounded(node.with, top)
    case 'joined-update':
    case 'joined-delete':
      return joinedBounded(node, top)
    case 'ddl':
      return takesAway(node)
        ? false
        : !node.query || (rowsBounded(node.query, top) && writesBounded(node.query.with, top))
    case 'copy':
      return node.direction === 'in' || (node.query !== undefined && statementBounded(node.query, top))
    case 'declare-cursor':
      return queryBounded(node.query, top)
    case 'opaque':
    case 'do':
      return false
    default:
      return true
  }
}

/** Whether a definition takes rows away, or a column with all that it has, by itself or beside what it makes. */
const takesAway = ({ verb, object, takesRows, parts = [] }: Ddl): boolean =>
  verb === 'truncate' ||
  takesRows === true ||
  (verb === 'drop' && HOLDS_ROWS.has(object)) ||
  parts.some((part) => part.startsWith('drop ') && HOLDS_ROWS.has(part.slice('drop '.length)))

/** A query whose rows go to the client. */
const queryBounded = (node: Query, top: Around): boolean =>
  rowsBounded(node, top) && valuesBounded(node, top) && writesBounded(node.with, top)

/** `SELECT (SELECT json_agg(c) FROM c)`: one row, and the whole of a table within its value. */
const valuesBounded = (node: Query, top: Around): boolean => {
  const around = elsewhere(top, { ctes: boundedCtes(node.with, top) })
  switch (node.kind) {
    case 'set-operation':
      return valuesBounded(node.left, around) && valuesBounded(node.right, around)
    case 'values':
      return !node.rows.flat().some((value) => gathersTable(value, around))
    case 'select':
      return !node.targets.some((target) => gathersTable(target, around))
  }
}

const gathersTable = (root: AnyNode, around: Around): boolean => {
  let found = false
  visit(root, (node) => {
    if (node.kind !== 'subquery') return true
    const isValue = node.mode === 'scalar' || node.mode === 'array'
    found ||= isValue && !queryBounded(node.query, around)
    return false
  })
  return found
}

const writesBounded = (node: With | undefined, top: Around): boolean =>
  (node?.ctes ?? []).every(({ query }) => {
    const isQuery = query.kind === 'select' || query.kind === 'set-operation' || query.kind === 'values'
    return (isQuery || writeBounded(query, top)) && writesBounded(query.with, top)
  })

/** It returns the rows that it writes. One with a WITH of its own is not looked into: each level would be twice. */
const returnsBounded = (node: Insert | Update | Delete | Merge, around: Around): boolean =>
  !node.with && !node.returning.some(hasSubquery) && writeBounded(node, around)

const hasSubquery = (root: AnyNode): boolean => {
  let found = false
  visit(root, (node) => {
    found ||= node.kind === 'subquery'
    return !found
  })
  return found
}

const writeBounded = (node: Insert | Update | Delete | Merge, top: Around): boolean => {
  if (node.kind !== 'insert' && node.limit) return true
  const around = elsewhere(top, { ctes: boundedCtes(node.with, top) })
  switch (node.kind) {
    case 'insert':
      return !node.source || rowsBounded(node.source, around)
    case 'update':
      return rowsOf(node, node.from, around)
    case 'delete':
      return rowsOf(node, node.using, around)
    case 'merge':
      return mergeBounded(node, around)
  }
}

/** Each row of the source finds its own rows of the target, so a bounded source bounds the whole. */
const mergeBounded = (node: Merge, around: Around): boolean =>
  !node.actions.some(({ bySource }) => bySource === true) &&
  restricts(node.on, over(around, node.target, [node.target, node.source])) &&
  isFromBounded(node.source, around)

/** Of an UPDATE or DELETE: a WHERE that restricts, or a target that is one of the bounded queries of its FROM. */
const rowsOf = (
  node: Pick<Update, 'target' | 'targetInFrom' | 'where'>,
  items: readonly FromItem[],
  around: Around,
): boolean => {
  const inside = node.targetInFrom === true && items.length > 0
  const sighted = over(around, node.target, inside ? items : [node.target, ...items])
  if (node.where && (restricts(node.where, sighted) || throughJoins(node.where, items, sighted, around)))
    return true
  return inside && items.every((item) => isFromBounded(item, around))
}

/** Every table that is written, or may be, has to be restricted. */
const joinedBounded = (node: JoinedUpdate | JoinedDelete, top: Around): boolean => {
  if (node.kind === 'joined-update' && node.limit) return true
  const around = elsewhere(top, { ctes: boundedCtes(node.with, top) })
  const tables = node.from.flatMap(singleItems).filter((item) => item.kind === 'table-ref')
  const names = node.kind === 'joined-delete' ? node.targets : node.assignments.map((a) => a.qualifier)
  const written = tables.filter((table) => names.some((name) => mayBe(table, name)))
  const { where } = node
  return written.every((target) =>
    rowsOf({ target, targetInFrom: true, ...(where ? { where } : {}) }, node.from, around),
  )
}

/** Whether a table of the join may be the one that a name, or no name, says. */
const mayBe = (table: TableRef, name: Name | undefined): boolean =>
  name === undefined || (table.alias ?? table.name.at(-1)) === name.at(-1)

/** `… FROM t JOIN u ON t.id = u.id WHERE u.a = 1`: restricts a table that an inner join ties the target to. */
const throughJoins = (
  where: Expression,
  items: readonly FromItem[],
  sighted: Around,
  around: Around,
): boolean => {
  const any = look(items, undefined, around.columns, (item) => !isFromBounded(item, around))
  if (!restricts(where, { ...sighted, sight: any })) return false
  return items.flatMap(innerConditions).some((on) => restricts(on, sighted))
}

const innerConditions = (item: FromItem): readonly Expression[] => {
  if (item.kind !== 'join') return []
  const under = [...innerConditions(item.left), ...innerConditions(item.right)]
  return item.type === 'inner' && item.on ? [...under, item.on] : under
}

const over = (around: Around, target: TableRef, items: readonly FromItem[]): Around =>
  elsewhere(around, {
    sight: look(items, undefined, around.columns, targetIn(items, target)),
    tables: tablesOfItems(items),
  })

/** The target itself, or where it stands in FROM by its name or its alias. Of two that it may be, it is neither. */
const targetIn = (items: readonly FromItem[], target: TableRef): IsTarget => {
  if (items.flatMap(singleItems).includes(target)) return (item) => item === target
  const named = items.flatMap(singleItems).filter((item) => isNamed(item, target))
  return (item) => named.length === 1 && item === named[0]
}

const singleItems = (item: FromItem): readonly Exclude<FromItem, { kind: 'join' }>[] =>
  item.kind === 'join' ? [...singleItems(item.left), ...singleItems(item.right)] : [item]

const isNamed = (item: FromItem, target: TableRef): boolean => {
  const name = target.name.at(-1)
  if (item.kind !== 'table-ref') return item.kind === 'derived' && item.alias === name
  return item.name.at(-1) === name || item.alias === name
}
