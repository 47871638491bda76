import type { Copy, Maintenance, SetVariable, Statement, Transaction } from '@sluice/core/statement/command'
import { Kind } from '../lexer/kind.ts'
import { statementStarts } from '../lexer/reserved.ts'
import type { Cursor } from './cursor.ts'
import { readTableName } from './from.ts'
import { procedural, readValue } from './message.ts'

/** A node of transaction control. */
export const transaction = (op: Transaction['op'], name: string | undefined): Transaction =>
  name === undefined ? { kind: 'transaction', op } : { kind: 'transaction', op, name }

/** COMMIT, ROLLBACK, SAVE. A ROLLBACK to a name may be one to a savepoint or of the whole. */
export const readTransaction = (c: Cursor): Statement => {
  const verb = c.next().value
  const long = c.isOneOf(['tran', 'transaction'])
  if (long || c.is('work')) c.at++
  else if (verb === 'save') return c.fail('`transaction` was expected')
  const named = long && (c.isName() || c.peek().kind === Kind.variable)
  const name = named ? c.next().value : undefined
  if (c.is('with') && c.isSign('(', 1)) {
    c.at++
    c.skipParentheses()
  }
  if (verb === 'save') return transaction('savepoint', name)
  if (verb === 'commit') return transaction('commit', undefined)
  return name === undefined ? transaction('rollback', undefined) : transaction('rollback to', name)
}

/** A setting of the session. */
export const setting = (name: string, value?: readonly string[]): SetVariable =>
  value === undefined ? { kind: 'set', name, local: false } : { kind: 'set', name, local: false, value }

/** USE: later names lead into another database. */
export const readUse = (c: Cursor): Statement => {
  c.at++
  return { ...setting('database', [c.name()]), called: 'use' }
}

/** `EXECUTE AS USER = 'x'`, `EXECUTE AS LOGIN = 'x' WITH NO REVERT`: later statements run as somebody else. */
export const readExecuteAs = (c: Cursor): Statement => {
  c.at++
  c.expect('as')
  if (c.take('caller')) return executeAs('caller')
  const kind = c.is('user') ? c.next().value : c.name()
  if (kind !== 'user' && kind !== 'login') c.fail('`user` or `login` was expected')
  c.expectSign('=')
  const who = c.next()
  if (who.kind !== Kind.string) c.fail('the name of a user was expected')
  if (c.take('with')) {
    if (!c.takeAll('no', 'revert')) c.fail('a cookie is not read')
  }
  return executeAs(kind, who.value)
}

const executeAs = (...value: readonly string[]): SetVariable => ({
  ...setting('execute as', value),
  called: 'execute as',
})

/** REVERT: back to who one was. */
export const readRevert = (c: Cursor): Statement => {
  c.at++
  if (c.is('with')) c.fail('a cookie is not read')
  return { ...setting('execute as'), called: 'revert' }
}

const maintenance = (verb: string, tables: Maintenance['tables'] = []): Maintenance => ({
  kind: 'maintenance',
  verb,
  tables,
})

/** Skips to the `;` or to what can only be another statement. */
const skipOptions = (c: Cursor): void => {
  while (!c.done && !c.isSign(';')) {
    if (c.isSign('(')) {
      c.skipParentheses()
      continue
    }
    const { kind, value } = c.peek()
    if (kind === Kind.word && statementStarts.has(value) && value !== 'with') return
    c.at++
  }
}

/** Work on the server itself: DBCC, BACKUP, RESTORE, KILL, CHECKPOINT, RECONFIGURE, UPDATE STATISTICS, SHUTDOWN. */
export const readMaintenance = (c: Cursor): Statement => {
  const verb = c.next().value
  switch (verb) {
    case 'update':
      c.at++
      return finished(c, maintenance('update statistics', [readTableName(c)]))
    case 'backup':
    case 'restore':
      return backup(c, verb)
    case 'reconfigure':
      c.takeAll('with', 'override')
      return maintenance(verb)
    case 'checkpoint':
      if (c.peek().kind === Kind.number) c.at++
      return maintenance(verb)
    case 'dbcc':
      c.name()
      return finished(c, maintenance(verb))
    default:
      return finished(c, maintenance(verb))
  }
}

const finished = (c: Cursor, node: Maintenance): Statement => {
  skipOptions(c)
  return node
}

/** What BACKUP and RESTORE name stays outside the tree, but that they write or read files does not. */
const backup = (c: Cursor, verb: string): Statement => {
  skipOptions(c)
  const file: Copy = {
    kind: 'copy',
    direction: verb === 'backup' ? 'out' : 'in',
    columns: [],
    via: 'file',
    format: 'unknown',
    options: {},
  }
  return procedural(verb, [], [maintenance(verb), file])
}

/** BULK INSERT: rows of a file that the server reads. */
export const readBulkInsert = (c: Cursor): Statement => {
  c.at++
  c.expect('insert')
  const table = readTableName(c)
  c.expect('from')
  readValue(c)
  if (c.take('with')) c.skipParentheses()
  return {
    kind: 'copy',
    called: 'bulk insert',
    direction: 'in',
    table,
    columns: [],
    via: 'file',
    format: 'unknown',
    options: {},
  }
}
