import type { Expression } from '@sluice/core/statement/expression'
import type { Derived, FromItem, FunctionTable, Join, Select, TableRef } from '@sluice/core/statement/query'
import { Kind } from '../lexer/kind.ts'
import { calls, systemCall } from './call.ts'
import type { Cursor } from './cursor.ts'
import { subqueryFollows, sum, variable } from './expression.ts'
import { readExpression, readQuery } from './rules.ts'
import { readType, systemSchema } from './types.ts'

/** "Table hints" and the index hint. A parenthesis of nothing but these after a table's name is no call. */
const hints: ReadonlySet<string> = new Set(
  `
  forcescan forceseek holdlock ignore_constraints ignore_triggers index keepdefaults keepidentity noexpand nolock nowait
  paglock readcommitted readcommittedlock readpast readuncommitted repeatableread rowlock serializable snapshot
  spatial_window_max_cells tablock tablockx updlock xlock
  `
    .trim()
    .split(/\s+/),
)

/** The items of a FROM. */
export const fromRule = (c: Cursor): FromItem[] => c.list(() => readJoined(c))

/** A name as a table without alias or hints. */
export const readTableName = (c: Cursor): TableRef => {
  if (c.peek().kind !== Kind.variable) return tableRef(c.path())
  return tableRef(variableName(c.next().value))
}

/** A table variable under a schema that no table has: `[@t]` may be the name of a stored one. */
const variableName = (variable: string): string[] => ['@', variable]

const tableRef = (name: readonly string[], alias?: string): TableRef =>
  alias === undefined
    ? { kind: 'table-ref', name, columnAliases: [], sample: [] }
    : { kind: 'table-ref', name, alias, columnAliases: [], sample: [] }

const readJoined = (c: Cursor): FromItem =>
  c.deeper(() => {
    let left = readItem(c)
    while (joinFollows(c)) left = readJoin(c, left)
    return left
  })

const joinStarts: ReadonlySet<string> = new Set(['cross', 'full', 'inner', 'join', 'left', 'outer', 'right'])
const joinFollows = (c: Cursor): boolean => c.isOneOf(joinStarts)

const joinNode = (type: Join['type'], left: FromItem, right: FromItem, on?: Expression): Join => ({
  kind: 'join',
  type,
  natural: false,
  left,
  right,
  ...(on === undefined ? {} : { on }),
  using: [],
  columnAliases: [],
})

const readJoin = (c: Cursor, left: FromItem): Join => {
  if (c.takeAll('cross', 'join')) return joinNode('cross', left, readItem(c))
  if (c.takeAll('cross', 'apply')) return joinNode('cross', left, lateral(c, readItem(c)))
  if (c.takeAll('outer', 'apply')) return joinNode('left', left, lateral(c, readItem(c)))
  const type = joinType(c)
  // `a JOIN b JOIN c ON … ON …`: what has no ON yet is the left side of the next join.
  let right = readItem(c)
  while (joinFollows(c)) right = c.deeper(() => readJoin(c, right))
  c.expect('on')
  return joinNode(type, left, right, readExpression(c))
}

const joinHints: ReadonlySet<string> = new Set(['hash', 'loop', 'merge', 'remote'])

const joinType = (c: Cursor): Join['type'] => {
  const word = c.is('join') ? 'inner' : c.next().value
  if (word === 'cross' || word === 'outer') c.fail('a join was expected')
  if (word !== 'inner') c.take('outer')
  if (c.isOneOf(joinHints)) {
    c.at++
    c.cut(c.at - 1)
  }
  c.expect('join')
  return word as Join['type']
}

/** APPLY of a plain name may be a call of a function with an argument named like a hint. */
const lateral = (c: Cursor, item: FromItem): FromItem =>
  item.kind === 'derived' || item.kind === 'function-table'
    ? { ...item, lateral: true }
    : c.fail('APPLY of a table is not read')

const readItem = (c: Cursor): FromItem => {
  let item = readSource(c)
  while (c.isOneOf(['pivot', 'unpivot']) && c.isSign('(', 1)) item = readPivot(c, item)
  return item
}

const readSource = (c: Cursor): FromItem => {
  if (c.isSign('(')) return readParenthesised(c)
  if (c.peek().kind === Kind.variable) return readVariable(c)
  if (c.isOneOf(rowsets)) return readRowset(c)
  const name = c.path()
  if (c.isSign('(') && !hintsFollow(c)) return readFunction(c, name)
  return readTable(c, name)
}

/** `(NOLOCK)`, `(INDEX = x, HOLDLOCK)`: read as hints whatever a parser makes of them. */
const hintsFollow = (c: Cursor): boolean => {
  if (!c.isOneOf(hints, 1)) return false
  return !c.isSign('(', 2) || c.is('index', 1)
}

const readTable = (c: Cursor, name: readonly string[]): TableRef => {
  const sample = systemTime(c)
  if (c.is('tablesample')) c.fail('TABLESAMPLE is not read')
  const early = readHints(c)
  const alias = readAlias(c)
  if (!early) readHints(c)
  if (c.is('tablesample')) c.fail('TABLESAMPLE is not read')
  return { ...tableRef(name, alias), sample }
}

/** FOR SYSTEM_TIME: rows as they were, from the table and its history, whose columns are the same. */
const systemTime = (c: Cursor): Expression[] => {
  if (!c.is('for') || !c.is('system_time', 1)) return []
  const from = c.at
  c.at += 2
  const found = period(c)
  c.cut(from)
  return found
}

const period = (c: Cursor): Expression[] => {
  if (c.takeAll('as', 'of')) return [sum(c)]
  if (c.take('all')) return []
  if (c.takeAll('contained', 'in')) return c.parenthesised(() => c.list(() => readExpression(c)))
  const between = c.take('between')
  if (!between) c.expect('from')
  const first = sum(c)
  c.expect(between ? 'and' : 'to')
  return [first, sum(c)]
}

/** An alias of a table; APPLY's and PIVOT's words are no names here, as the server reads them. */
const notAliases: ReadonlySet<string> = new Set(['apply', 'with'])

const readAlias = (c: Cursor): string | undefined => {
  if (c.take('as')) return c.name()
  const { kind } = c.peek()
  if (!c.isName() || (kind === Kind.word && notAliases.has(c.peek().value))) return undefined
  // The options of a query stand behind its last table.
  if (c.is('window') && c.isName(1) && c.is('as', 2)) return undefined
  return c.name()
}

/** `WITH (…)` and the older `(…)`; true where there were any. */
export const readHints = (c: Cursor, withOnly = false): boolean => {
  const from = c.at
  if (c.is('with') && c.isSign('(', 1)) c.at++
  else if (withOnly || !c.isSign('(') || !c.isOneOf(hints, 1)) return false
  c.parenthesised(() => {
    do hint(c)
    while (c.takeSign(',') || !c.isSign(')'))
  })
  c.cut(from)
  return true
}

const hint = (c: Cursor): void => {
  if (!c.isOneOf(hints)) c.fail('a table hint was expected')
  c.at++
  if (c.isSign('(')) c.skipParentheses()
  else if (c.takeSign('=')) {
    if (c.isSign('(')) c.skipParentheses()
    else c.next()
  }
}

const readColumnAliases = (c: Cursor): string[] =>
  c.isSign('(') ? c.parenthesised(() => c.list(() => c.name())) : []

const readParenthesised = (c: Cursor): FromItem => {
  const query = c.isOneOf(['select', 'with', 'values'], 1) || innerQuery(c)
  if (!query) return c.deeper(() => c.parenthesised(() => readJoined(c)))
  if (c.is('merge', 1)) c.fail('a write in FROM is not read')
  const inner = c.parenthesised(() => readQuery(c))
  const alias = readAlias(c)
  const columnAliases = readColumnAliases(c)
  const node: Derived = { kind: 'derived', query: inner, columnAliases, lateral: false }
  return alias === undefined ? node : { ...node, alias }
}

const innerQuery = (c: Cursor): boolean => {
  if (!c.isSign('(', 1)) return false
  c.at++
  const found = subqueryFollows(c)
  c.at--
  return found
}

const functionTable = (
  call: Expression,
  alias: string | undefined,
  columnAliases: readonly string[],
): FunctionTable =>
  alias === undefined
    ? { kind: 'function-table', calls: [call], columnAliases, lateral: false }
    : { kind: 'function-table', calls: [call], alias, columnAliases, lateral: false }

/** `@t`, `@x.nodes('…') AS t(c)`. */
const readVariable = (c: Cursor): FromItem => {
  const name = c.next().value
  if (!c.isSign('.')) return readTable(c, variableName(name))
  c.at++
  c.name()
  const args = readArguments(c)
  return withAlias(c, systemCall('@method', variable(c, name), ...args))
}

const readArguments = (c: Cursor): Expression[] =>
  c.parenthesised(() => (c.isSign(')') ? [] : c.list(() => readExpression(c))))

const withAlias = (c: Cursor, call: Expression): FunctionTable => {
  const alias = readAlias(c)
  return functionTable(call, alias, readColumnAliases(c))
}

const readFunction = (c: Cursor, name: readonly string[]): FromItem => {
  if (name.at(-1) === 'nodes' && name.length > 1) {
    const column: Expression = { kind: 'column-ref', name: name.slice(0, -1) }
    return withAlias(c, systemCall('@method', column, ...readArguments(c)))
  }
  if (name.length === 1 && name[0] === 'openjson') return readOpenJson(c)
  if (name.length === 1 && name[0] === 'changetable') c.fail('CHANGETABLE is not read')
  const args = readArguments(c)
  // A function of the system needs no schema here, a user's does not either: the path decides.
  const bare = name.length === 1 && tableFunctions.has(name[0] ?? '')
  return withAlias(c, calls(bare ? [systemSchema, ...name] : name, args))
}

const tableFunctions: ReadonlySet<string> = new Set(['generate_series', 'string_split'])

/** `OPENJSON(x, '$.a') WITH (c int '$.c', d nvarchar(max) AS JSON) AS j`. */
const readOpenJson = (c: Cursor): FunctionTable => {
  const call = systemCall('openjson', ...readArguments(c))
  const columns = c.is('with') && c.isSign('(', 1) ? openJsonColumns(c) : []
  const alias = readAlias(c)
  const aliases = readColumnAliases(c)
  return functionTable(call, alias, aliases.length > 0 ? aliases : columns)
}

const openJsonColumns = (c: Cursor): string[] => {
  c.at++
  return c.parenthesised(() =>
    c.list(() => {
      const name = c.name()
      readType(c)
      if (c.take('collate')) c.name()
      if (c.peek().kind === Kind.string) c.next()
      if (c.take('as')) c.expect('json')
      return name
    }),
  )
}

/** Rowset functions that are reserved words. All but full-text search read what no catalog knows. */
const rowsets: ReadonlySet<string> = new Set([
  'containstable',
  'freetexttable',
  'opendatasource',
  'openquery',
  'openrowset',
  'openxml',
])

const readRowset = (c: Cursor): FunctionTable => {
  const name = c.next().value
  if (name === 'containstable' || name === 'freetexttable') c.fail('full-text tables are not read')
  if (name === 'openxml') c.fail('OPENXML is not read')
  const bulk = name === 'openrowset' && c.is('bulk', 1)
  const from = c.at + 1
  c.skipParentheses()
  // What stands inside names servers, files and tables elsewhere, in a syntax of its own.
  c.cuts.push({ from, to: c.at - 1, put: [] })
  while (c.takeSign('.')) if (!c.isSign('.')) c.name()
  return withAlias(c, systemCall(bulk ? '@openrowset bulk' : name))
}

const allOf = (item: FromItem): Select => ({
  kind: 'select',
  distinct: false,
  distinctOn: [],
  targets: [{ kind: 'target', expression: { kind: 'star', qualifier: [] } }],
  from: [item],
  groupBy: [],
  windows: [],
  orderBy: [],
  locks: false,
})

/** PIVOT and UNPIVOT make columns of values: every column of the result may hold anything of the source. */
const readPivot = (c: Cursor, source: FromItem): FunctionTable => {
  const word = c.next().value
  c.skipParentheses()
  const inner: Expression = { kind: 'subquery', mode: 'array', query: allOf(source) }
  return withAlias(c, systemCall(`@${word}`, inner))
}
