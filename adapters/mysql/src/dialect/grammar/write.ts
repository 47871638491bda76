import type { Name } from '@sluice/core/statement/node'
import type { Query, TableRef, Target, With } from '@sluice/core/statement/query'
import type {
  Assignment,
  Delete,
  Insert,
  JoinedDelete,
  JoinedUpdate,
  OnConflict,
  Taken,
  Update,
} from '@sluice/core/statement/write'
import { Unreadable } from '@sluice/reading/unreadable'
import { foldName } from '../names.ts'
import { table, tables } from './from.ts'
import { expression, query, sortKeys, startsQuery } from './pieces.ts'
import { limitClause, target } from './query.ts'
import { newRowName, type Tokens } from './tokens.ts'

/** `column = value`; what stands before the column says whose it is. */
const assignment = (t: Tokens): Assignment => {
  const path = t.path()
  if (t.takeAny('=', ':=') === undefined) throw new Unreadable('`=` was expected')
  const qualifier = path.slice(0, -1).map((part) => t.fold(part))
  const value = expression(t)
  const made: Assignment = { kind: 'assignment', columns: [foldName(path.at(-1)!)], value }
  return qualifier.length === 0 ? made : { ...made, qualifier }
}

/** The same where only one table can be meant. */
const plainAssignment = (t: Tokens): Assignment => {
  const { qualifier: _one, ...made } = assignment(t)
  return made
}

const returningClause = (t: Tokens): Target[] => (t.take('returning') ? t.list(() => target(t)) : [])

const priorities = ['low_priority', 'delayed', 'high_priority', 'quick', 'ignore']
const skipPriorities = (t: Tokens): void => {
  while (t.takeAny(...priorities) !== undefined);
}

/** INSERT and REPLACE. REPLACE takes old rows away; whoever may insert its values sees nothing of them. */
export const insert = (t: Tokens): Insert => {
  const replaces = t.next().word === 'replace'
  skipPriorities(t)
  t.take('into')
  const into = insertTarget(t)
  const { columns, source } = t.take('set') ? setSource(t) : { columns: columnList(t), source: rows(t) }
  const row = t.take('as') ? newRow(t) : undefined
  const onConflict = conflict(t, source, row)
  const returning = returningClause(t)
  return {
    kind: 'insert',
    target: into,
    columns,
    source,
    returning,
    ...(onConflict === undefined ? {} : { onConflict }),
    ...(replaces ? { called: 'replace', replaces } : {}),
  }
}

const insertTarget = (t: Tokens): TableRef => {
  const name = t.tableName()
  if (t.take('partition')) t.parenthesised(() => t.name())
  return { kind: 'table-ref', name, columnAliases: [], sample: [] }
}

/** `(a, b)` before the rows; `()` is no list, and a parenthesis may also begin a query. */
const columnList = (t: Tokens): string[] => {
  if (!t.is('(') || startsQuery(t)) return []
  return t.parenthesised(() => foldName(t.path().at(-1)!))
}

const rows = (t: Tokens): Query => {
  if (t.is('value') || (t.is('values') && t.peek(1).word === '(')) {
    t.at++
    return { kind: 'values', rows: t.list(() => t.parenthesised(() => expression(t))), orderBy: [] }
  }
  return query(t)
}

const setSource = (t: Tokens): { columns: string[]; source: Query } => {
  const assigned = t.list(() => plainAssignment(t))
  return {
    columns: assigned.flatMap(({ columns }) => columns),
    source: { kind: 'values', rows: [assigned.map(({ value }) => value)], orderBy: [] },
  }
}

type NewRow = { readonly alias: string; readonly columns: readonly string[] }

/** `AS new (a, b)`: a name for the row that was to be inserted, and for its columns. */
const newRow = (t: Tokens): NewRow => {
  const alias = t.fold(t.name())
  return { alias, columns: t.is('(') ? t.parenthesised(() => t.lowerName()) : [] }
}

/** ON DUPLICATE KEY UPDATE sees the new row as VALUES(column), and the tables of the SELECT. */
const conflict = (t: Tokens, source: Query, row: NewRow | undefined): OnConflict | undefined => {
  if (!t.take('on', 'duplicate', 'key', 'update')) return undefined
  t.seesNewRow = true
  const assignments = t.list(() => plainAssignment(t))
  t.seesNewRow = false
  return {
    kind: 'on-conflict',
    arbiter: [],
    assignments,
    excluded: row === undefined ? [newRowName] : [row.alias, newRowName],
    ...(row === undefined || row.columns.length === 0 ? {} : { excludedColumns: row.columns }),
    ...(source.kind === 'select' ? { seesSource: true } : {}),
  }
}

/** WHERE, ORDER BY and LIMIT of an UPDATE or DELETE. */
const taking = (t: Tokens): Taken => {
  const where = t.take('where') ? { where: expression(t) } : {}
  const orderBy = t.take('order', 'by') ? { orderBy: sortKeys(t) } : {}
  const { limit, offset } = limitClause(t)
  if (offset !== undefined) throw new Unreadable('a write has an OFFSET')
  return { ...where, ...orderBy, ...(limit === undefined ? {} : { limit }) }
}

/** UPDATE of a table, or of some of the tables of a join. */
export const update = (t: Tokens, ctes?: With): Update | JoinedUpdate => {
  t.expect('update')
  skipPriorities(t)
  const from = tables(t)
  t.expect('set')
  const more = ctes === undefined ? {} : { with: ctes }
  const [only] = from
  if (from.length === 1 && only?.kind === 'table-ref') {
    const assignments = t.list(() => plainAssignment(t))
    return { kind: 'update', target: only, assignments, from: [], returning: [], ...more, ...taking(t) }
  }
  const assignments = t.list(() => assignment(t))
  return { kind: 'joined-update', from, assignments, orderBy: [], ...more, ...taking(t) }
}

/** `t`, `t.*`, `db.t.*` in the list of tables to delete from. */
const doomed = (t: Tokens): Name => {
  const path = [t.fold(t.name())]
  while (t.take('.')) if (!t.take('*')) path.push(t.fold(t.name()))
  return path
}

/** DELETE from a table, or from some of the tables of a join. */
export const remove = (t: Tokens, ctes?: With): Delete | JoinedDelete => {
  t.expect('delete')
  skipPriorities(t)
  t.take('history')
  const more = ctes === undefined ? {} : { with: ctes }
  if (!t.take('from')) {
    const targets = t.list(() => doomed(t))
    t.expect('from')
    return { ...several(t, targets), ...more }
  }
  const single = t.attempt(() => singleTable(t))
  if (single === undefined) {
    const targets = t.list(() => doomed(t))
    t.expect('using')
    return { ...several(t, targets), ...more }
  }
  const taken = taking(t)
  return { kind: 'delete', target: single, using: [], ...taken, returning: returningClause(t), ...more }
}

const singleTable = (t: Tokens): TableRef => {
  const found = table(t)
  if (t.is(',') || t.is('using') || t.is('.')) throw new Unreadable('several tables follow')
  return found
}

const several = (t: Tokens, targets: readonly Name[]): JoinedDelete => {
  const from = tables(t)
  return { kind: 'joined-delete', targets, from, ...(t.take('where') ? { where: expression(t) } : {}) }
}
