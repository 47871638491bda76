import type { Ddl, Statement } from '@sluice/core/statement/command'
import type { Name } from '@sluice/core/statement/node'
import { confirm } from './confirm.ts'
import type { Cursor } from './cursor.ts'
import { readAuthorization } from './dcl.ts'
import { columnsFollow, type References, skipDefinition, skipTableBody } from './ddl-body.ts'
import { readQuery } from './rules.ts'

type Verb = Ddl['verb']

type Extra = Partial<Pick<Ddl, 'query' | 'on' | 'columns'>>

const ddl = (
  verb: Verb,
  object: string,
  names: readonly Name[],
  found: References,
  extra: Extra = {},
): Ddl => ({
  kind: 'ddl',
  verb,
  object,
  names,
  ...found,
  ...extra,
  temporary: object === 'table' && names.some((name) => name.at(-1)?.startsWith('#') === true),
})

const nothing = (): References => ({ tables: [], expressions: [] })

/** CREATE, ALTER, DROP, TRUNCATE, ENABLE and DISABLE TRIGGER. */
export const readDdl = (c: Cursor): Statement => {
  const start = c.at
  const word = c.next().value
  if (word === 'truncate') return truncate(c)
  if (word === 'enable' || word === 'disable') return { ...toggleTrigger(c), called: `${word} trigger` }
  if (word === 'drop') return drop(c)
  if (word === 'create' && c.takeAll('or', 'alter')) return define(c, 'create', start)
  return define(c, word as Verb, start)
}

const truncate = (c: Cursor): Statement => {
  c.expect('table')
  const names = [c.path()]
  if (c.take('with')) c.skipParentheses()
  return ddl('truncate', 'table', names, nothing())
}

const toggleTrigger = (c: Cursor): Statement => {
  c.expect('trigger')
  if (!c.take('all')) c.list(() => c.path())
  c.expect('on')
  const whole = c.isOneOf(['database', 'all'])
  if (!whole) return ddl('alter', 'trigger', [], nothing(), { on: tableRef(c.path()) })
  if (c.take('all')) c.expect('server')
  else c.at++
  return ddl('alter', 'trigger', [], nothing())
}

/** Adjectives of an index, a type of table or a key. */
const adjectives: ReadonlySet<string> = new Set([
  'clustered',
  'columnstore',
  'fulltext',
  'json',
  'vector',
  'nonclustered',
  'primary',
  'spatial',
  'unique',
  'xml',
])

/** Objects of two or three words. */
const longer: readonly (readonly string[])[] = [
  ['application', 'role'],
  ['availability', 'group'],
  ['column', 'encryption', 'key'],
  ['column', 'master', 'key'],
  ['database', 'audit', 'specification'],
  ['database', 'encryption', 'key'],
  ['database', 'scoped', 'configuration'],
  ['database', 'scoped', 'credential'],
  ['broker', 'priority'],
  ['event', 'notification'],
  ['event', 'session'],
  ['external', 'file', 'format'],
  ['master', 'key'],
  ['message', 'type'],
  ['partition', 'function'],
  ['partition', 'scheme'],
  ['resource', 'governor'],
  ['resource', 'pool'],
  ['search', 'property', 'list'],
  ['security', 'policy'],
  ['server', 'audit'],
  ['server', 'role'],
  ['symmetric', 'key'],
  ['workload', 'group'],
  ['schema', 'collection'],
]

const single: ReadonlySet<string> = new Set(
  `
  aggregate catalog contract credential database default function index login proc
  procedure queue role route rule schema sequence service statistics stoplist synonym table trigger type user view
  `
    .trim()
    .split(/\s+/),
)

const readObject = (c: Cursor): string => {
  const start = c.at
  while (c.isOneOf(adjectives)) c.at++
  const before = c.tokens.slice(start, c.at).map(({ value }) => value)
  const words = longer.find((candidate) => c.takeAll(...candidate))
  const object = words?.join(' ') ?? c.next().value
  if (words === undefined && !single.has(object)) c.fail('this kind of object is not read')
  const full = before.length > 0 && object !== 'index' ? `${before.join(' ')} ${object}` : object
  return full === 'proc' ? 'procedure' : full
}

/** Objects with code inside; they end with the batch. */
const routines: ReadonlySet<string> = new Set(['procedure', 'function', 'trigger'])

const define = (c: Cursor, verb: Verb, start: number): Statement => {
  if (c.take('authorization')) return readAuthorization(c)
  const object = readObject(c)
  if (verb === 'alter' && object.endsWith('role')) return role(c, object)
  if (routines.has(object)) return routine(c, verb, object, start)
  if (object === 'view') return view(c, verb, start)
  if (object === 'index' || object === 'statistics') return index(c, verb, object)
  if (object === 'table') return table(c, verb)
  if (object === 'database' && c.is('current')) c.at++
  const names = c.isName() ? [c.path()] : []
  const found = nothing()
  if (object === 'type') typeBody(c, found)
  // ALTER DATABASE x SET …
  else if (verb === 'alter') c.take('set')
  if (object === 'synonym' && c.take('for')) found.tables.push(tableRef(c.path()))
  skipDefinition(c, found)
  return ddl(verb, object, names, found)
}

const tableRef = (name: Name) => ({ kind: 'table-ref', name, columnAliases: [], sample: [] }) as const

/** Who is a member of a role decides what he may do. */
const role = (c: Cursor, object: string): Statement => {
  const name = c.path()
  const change = c.next().value
  if ((change === 'add' || change === 'drop') && c.take('member')) {
    c.name()
    const verb = change === 'add' ? 'grant' : 'revoke'
    return { kind: 'dcl', called: `alter ${object}`, verb, names: [name] }
  }
  if (change !== 'with') c.fail('`member` was expected')
  skipDefinition(c, nothing())
  return ddl('alter', object, [name], nothing())
}

const typeBody = (c: Cursor, found: References): void => {
  if (c.takeAll('as', 'table')) skipTableBody(c, found.expressions, found.tables)
}

/** "CREATE PROCEDURE must be the only statement in the batch": its body goes on to the end. It runs when it is called. */
const routine = (c: Cursor, verb: Verb, object: string, start: number): Statement => {
  alone(c, start)
  const names: Name[] = [c.path()]
  const on =
    object === 'trigger' && c.take('on') && c.isName() && !c.is('all') ? { on: tableRef(c.path()) } : {}
  c.at = c.tokens.length
  return ddl(verb, object, names, nothing(), on)
}

const alone = (c: Cursor, start: number): void => {
  if (c.tokens.slice(0, start).some(({ value }) => value !== ';'))
    c.fail('it must be the first statement of its batch')
}

const view = (c: Cursor, verb: Verb, start: number): Statement => {
  alone(c, start)
  const name = c.path()
  if (c.isSign('(')) c.skipParentheses()
  if (c.take('with')) c.list(() => c.name())
  c.expect('as')
  const from = c.at
  const query = readQuery(c)
  confirm(c, from, query)
  if (c.takeAll('with', 'check')) c.expect('option')
  return ddl(verb, 'view', [name], nothing(), { query })
}

const index = (c: Cursor, verb: Verb, object: string): Statement => {
  if (c.is('all') || c.isName()) c.at++
  if (!c.take('on')) return c.fail('`on` was expected')
  const on = tableRef(c.path())
  // The list of columns looks like a call.
  if (c.isSign('(')) indexColumns(c)
  const found = nothing()
  // ALTER INDEX i ON t SET (…), ALTER FULLTEXT INDEX ON t DROP (…).
  if (verb === 'alter' && !c.take('set')) c.take('drop')
  skipDefinition(c, found)
  return ddl(verb, object, [], found, { on })
}

/** `(a DESC, b)`: nothing but columns. */
const indexColumns = (c: Cursor): void => {
  c.parenthesised(() => {
    c.list(() => {
      c.name()
      while (!c.isSign(',') && !c.isSign(')')) {
        if (c.isSign('(')) c.skipParentheses()
        else c.next()
      }
    })
  })
}

const table = (c: Cursor, verb: Verb): Statement => {
  const names: Name[] = [c.path()]
  const found = nothing()
  if (verb === 'create') {
    if (c.is('as') && c.isOneOf(['filetable', 'clone'], 1)) c.fail('this CREATE TABLE is not read')
    if (!c.isSign('(')) c.fail('`(` was expected')
    const columns = columnsFollow(c)
    skipTableBody(c, found.expressions, found.tables)
    if (c.is('as') && !c.isOneOf(['node', 'edge'], 1)) c.fail('CREATE TABLE AS is not read')
    // Tables of a graph have columns of the server's making.
    const listed = c.is('as') || columns === undefined ? {} : { columns }
    skipDefinition(c, found)
    return ddl(verb, 'table', names, found, listed)
  }
  if (c.is('switch')) return switched(c, names)
  // ALTER TABLE's own first words are those of statements: ALTER COLUMN, DROP CONSTRAINT, SET (…).
  c.at++
  skipDefinition(c, found)
  return ddl(verb, 'table', names, found)
}

/** ALTER TABLE … SWITCH moves all rows to another table. */
const switched = (c: Cursor, names: Name[]): Statement => {
  c.at++
  while (!c.done && !c.is('to')) c.at++
  c.expect('to')
  names.push(c.path())
  const found = nothing()
  skipDefinition(c, found)
  return ddl('alter', 'table', names, found)
}

const drop = (c: Cursor): Statement => {
  const object = readObject(c)
  c.takeAll('if', 'exists')
  const found = nothing()
  if (object === 'index') return dropIndex(c, found)
  const names = c.isName() ? c.list(() => c.path()) : []
  skipDefinition(c, found)
  return ddl('drop', object, names, found)
}

/** `DROP INDEX i ON t, j ON u`, and the older `DROP INDEX t.i`. */
const dropIndex = (c: Cursor, found: References): Statement => {
  const [on, ...others] = c.list(() => {
    const path = c.path()
    const table = c.take('on') ? c.path() : path.slice(0, -1)
    if (table.length === 0) c.fail('the table of the index was expected')
    return tableRef(table)
  })
  found.tables.push(...others)
  skipDefinition(c, found)
  return ddl('drop', 'index', [], found, on === undefined ? {} : { on })
}
