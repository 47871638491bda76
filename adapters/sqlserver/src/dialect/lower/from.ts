import { emptySelect } from '@sluice/core/statement/empty-select'
import type { Expression } from '@sluice/core/statement/expression'
import type {
  Derived,
  FromItem,
  FunctionTable,
  Join,
  Select,
  TableRef,
  Target,
} from '@sluice/core/statement/query'
import { Kind, type Token } from '../lexer/kind.ts'
import { calls, methodCall, systemCall } from './call.ts'
import type { Cursor } from './cursor.ts'
import { subqueryFollows, sum, variable } from './expression.ts'
import { readPivot } from './pivot.ts'
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
  while (c.isOneOf(['pivot', 'unpivot']) && c.isSign('(', 1)) {
    const pivot = readPivot(c, item)
    const alias = readAlias(c)
    const columnAliases = readColumnAliases(c)
    item = alias === undefined ? { ...pivot, columnAliases } : { ...pivot, alias, columnAliases }
  }
  return item
}

const readSource = (c: Cursor): FromItem => {
  if (c.isSign('(')) return readParenthesised(c)
  if (c.peek().kind === Kind.variable) return readVariable(c)
  if (c.isOneOf(['containstable', 'freetexttable'])) return readSearched(c)
  if (c.isOneOf(rowsets)) return readRowset(c)
  const begin = c.at
  const name = c.path()
  if (c.isSign('(') && !hintsFollow(c)) return readFunction(c, name, begin)
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
  const begin = c.at
  const name = c.next().value
  if (!c.isSign('.')) return readTable(c, variableName(name))
  c.at++
  c.name()
  const args = readArguments(c)
  return nodes(c, variable(c, name), args, begin)
}

const readArguments = (c: Cursor): Expression[] =>
  c.parenthesised(() => (c.isSign(')') ? [] : c.list(() => readExpression(c))))

const withAlias = (c: Cursor, call: Expression): FunctionTable => {
  const alias = readAlias(c)
  return functionTable(call, alias, readColumnAliases(c))
}

/** `column.nodes('…') AS t(c)`: one column, of parts of the value. */
const nodes = (c: Cursor, value: Expression, args: readonly Expression[], begin: number): FunctionTable => {
  const end = c.at
  const found = withAlias(c, methodCall(value, args))
  const [column = 'c'] = found.columnAliases
  if (found.alias !== undefined)
    c.cuts.push({ from: begin, to: c.at, put: asQuery(c, begin, end, found.alias, column) })
  return found.columnAliases.length === 1 ? { ...found, complete: true } : found
}

const token = (kind: Kind, value: string): Token => ({ kind, value, start: 0, end: 0 })

/** To the other readers `a.b.nodes('x') AS t(c)` is `(SELECT a.b AS c) t`. */
const asQuery = (c: Cursor, begin: number, end: number, alias: string, column: string): readonly Token[] => {
  const tokens = c.tokens.slice(begin, end)
  const method = tokens.findLastIndex(
    ({ value }, index) => value === 'nodes' && tokens[index - 1]?.value === '.',
  )
  return [
    token(Kind.mark, '('),
    token(Kind.word, 'select'),
    ...tokens.slice(0, method - 1),
    token(Kind.word, 'as'),
    token(Kind.quoted, column),
    token(Kind.mark, ')'),
    token(Kind.quoted, alias),
  ]
}

const readFunction = (c: Cursor, name: readonly string[], begin: number): FromItem => {
  if (name.at(-1) === 'nodes' && name.length > 1) {
    const column: Expression = { kind: 'column-ref', name: name.slice(0, -1) }
    return nodes(c, column, readArguments(c), begin)
  }
  if (name.length === 1 && name[0] === 'openjson') return readOpenJson(c)
  if (name.length === 1 && name[0] === 'changetable') c.fail('CHANGETABLE is not read')
  const args = readArguments(c)
  // A function of the system needs no schema here, a user's does not either: the path decides.
  const bare = name.length === 1 && tableFunctions.has(name[0] ?? '')
  const found = withAlias(c, calls(bare ? [systemSchema, ...name] : name, args))
  // A third argument of STRING_SPLIT says whether there is a second column.
  const certain = bare && !(name[0] === 'string_split' && args.length > 2)
  return certain ? complete(found, ['value']) : found
}

const tableFunctions: ReadonlySet<string> = new Set(['generate_series', 'string_split'])

/** A function whose columns are these, whatever it is given. */
const complete = (node: FunctionTable, columns: readonly string[]): FunctionTable => {
  const { columnAliases } = node
  return { ...node, complete: true, columnAliases: columnAliases.length > 0 ? columnAliases : columns }
}

/** `OPENJSON(x, '$.a') WITH (c int '$.c', d nvarchar(max) AS JSON) AS j`. */
const readOpenJson = (c: Cursor): FunctionTable => {
  const call = systemCall('openjson', ...readArguments(c))
  const columns = c.is('with') && c.isSign('(', 1) ? openJsonColumns(c) : ['key', 'value', 'type']
  return complete(withAlias(c, call), columns)
}

const searched = (alias: string): Target => ({
  kind: 'target',
  expression: systemCall('@search'),
  alias,
})

/** `CONTAINSTABLE(t, (a, b), 'x', LANGUAGE 1033, 5) AS k`: keys of a table's rows, and how well they match. */
const readSearched = (c: Cursor): Derived => {
  const begin = c.at
  c.at++
  const start = c.at
  const table = c.parenthesised(() => {
    const found = tableRef(c.path())
    while (!c.isSign(')')) {
      if (c.isSign('(')) c.skipParentheses()
      else c.next()
    }
    return found
  })
  // To the other readers it is the table itself.
  c.cuts.push({ from: begin, to: c.at, put: c.tokens.slice(start + 1, start + 2 * table.name.length) })
  const query: Select = { ...emptySelect, targets: [searched('key'), searched('rank')], from: [table] }
  const alias = readAlias(c)
  const node: Derived = { kind: 'derived', query, columnAliases: readColumnAliases(c), lateral: false }
  return alias === undefined ? node : { ...node, alias }
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

/** Rowset functions that are reserved words: they read what no catalog knows. */
const rowsets: ReadonlySet<string> = new Set(['opendatasource', 'openquery', 'openrowset', 'openxml'])

const readRowset = (c: Cursor): FunctionTable => {
  const name = c.next().value
  if (name === 'openxml') c.fail('OPENXML is not read')
  const bulk = name === 'openrowset' && c.is('bulk', 1)
  const from = c.at + 1
  c.skipParentheses()
  // What stands inside names servers, files and tables elsewhere, in a syntax of its own.
  c.cuts.push({ from, to: c.at - 1, put: [] })
  const path = c.at
  while (c.takeSign('.')) if (!c.isSign('.')) c.name()
  c.cut(path)
  const found = withAlias(c, systemCall(bulk ? '@openrowset bulk' : name))
  // What OPENQUERY runs, another server runs.
  return name === 'openquery' ? { ...found, calls: [...found.calls, systemCall('@remote')] } : found
}
