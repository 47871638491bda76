import type { Call, Expression, SortKey, Window } from '@sluice/core/statement/expression'
import type { Name } from '@sluice/core/statement/node'
import { Kind, type Token } from '../lexer/kind.ts'
import type { Cursor } from './cursor.ts'
import { readExpression } from './rules.ts'
import { readType, systemSchema } from './types.ts'

type CallParts = Partial<Pick<Call, 'star' | 'distinct' | 'orderBy' | 'over'>>

const callNode = (name: Name, args: readonly Expression[], parts: CallParts = {}): Call => ({
  kind: 'call',
  name,
  args,
  star: false,
  distinct: false,
  orderBy: [],
  ...parts,
})

/** A function of the system by its bare name. Names with `@` are what the grammar itself makes calls of. */
export const systemCall = (name: string, ...args: readonly Expression[]): Call =>
  callNode([systemSchema, name], args)

/** Reserved words that are functions, with parentheses. */
const reservedFunctions: ReadonlySet<string> = new Set([
  'coalesce',
  'nullif',
  'left',
  'right',
  'convert',
  'try_convert',
  'contains',
  'freetext',
  'update',
  'identity',
  'user',
])

/** Reserved words that are functions without parentheses. */
const bareFunctions: ReadonlySet<string> = new Set([
  'current_date',
  'current_time',
  'current_timestamp',
  'current_user',
  'session_user',
  'system_user',
  'user',
])

/** Functions whose first argument names a part of a date. */
const dateParts: ReadonlySet<string> = new Set([
  'date_bucket',
  'dateadd',
  'datediff',
  'datediff_big',
  'datename',
  'datepart',
  'datetrunc',
])

const casts: ReadonlySet<string> = new Set(['cast', 'try_cast', 'parse', 'try_parse'])

/** Methods of XML, spatial and hierarchy columns, which look like functions of a schema. */
const columnMethods: ReadonlySet<string> = new Set(
  `
  asbinaryzm asgml astextzm bufferwithcurves buffer envelopeangle envelopecenter exist filter getancestor getdescendant
  getlevel getreparentedvalue instanceof isdescendantof isvaliddetailed makevalid modify nodes numrings query reduce
  ringn starea stasbinary stastext stboundary stbuffer stcentroid stcontains stconvexhull stcrosses stcurven stdifference
  stdimension stdisjoint stdistance stendpoint stenvelope stequals stexteriorring stgeometryn stgeometrytype
  stinteriorringn stintersection stintersects stisclosed stisempty stisring stissimple stisvalid stlength
  stnumcurves stnumgeometries stnuminteriorring stnumpoints stoverlaps stpointn stpointonsurface strelate stsrid
  stdistance ststartpoint stsymdifference sttouches stunion stwithin stx sty tostring value
  `
    .trim()
    .split(/\s+/),
)

/** Whether a call of a system function by its bare name starts here. */
export const callFollows = (c: Cursor): boolean => {
  if (c.isOneOf(bareFunctions) || c.is('identitycol') || c.is('rowguidcol')) return true
  if (c.is('next') && c.is('value', 1) && c.is('for', 2)) return true
  return c.isSign('(', 1) && (c.isName() || c.isOneOf(reservedFunctions))
}

/** A call of a system function, or a word that stands for one. */
export const call = (c: Cursor): Expression => {
  const from = c.at
  if (c.takeAll('next', 'value', 'for')) {
    c.path()
    c.cut(from, c.is('over') ? rowNumber : [{ kind: Kind.number, value: '1', start: 0, end: 0 }])
    return over(c, systemCall('@next value for'))
  }
  const quoted = c.peek().kind === Kind.quoted
  const name = c.next().value
  if (bareFunctions.has(name)) {
    if (name === 'user' && c.isSign('(')) c.skipParentheses()
    return systemCall(name)
  }
  if (name === 'identitycol' || name === 'rowguidcol') return c.fail('IDENTITYCOL is not read')
  // `[x](…)` may only be a method or a function of the system under a quoted name: both are rare.
  if (quoted) return c.fail('a quoted name is called')
  if (casts.has(name)) return cast(c)
  if (name === 'convert' || name === 'try_convert') return convert(c)
  if (name === 'trim') return trim(c)
  return rest(c, [systemSchema, name])
}

const cast = (c: Cursor): Expression => {
  // The other readers know PARSE only as CAST.
  c.cuts.push({ from: c.at - 1, to: c.at, put: [{ kind: Kind.word, value: 'cast', start: 0, end: 0 }] })
  return c.parenthesised(() => {
    const operand = readExpression(c)
    c.expect('as')
    const type = readType(c)
    if (c.is('using')) {
      const from = c.at
      c.at++
      const culture = readExpression(c)
      c.cut(from)
      return systemCall('parse', operand, culture)
    }
    return { kind: 'cast', operand, type, array: false }
  })
}

const convert = (c: Cursor): Expression =>
  c.parenthesised(() => {
    const type = readType(c)
    c.expectSign(',')
    const operand: Expression = { kind: 'cast', operand: readExpression(c), type, array: false }
    return c.takeSign(',') ? systemCall('convert', operand, readExpression(c)) : operand
  })

const trim = (c: Cursor): Expression =>
  c.parenthesised(() => {
    if (c.isOneOf(['leading', 'trailing', 'both'])) c.at++
    const first = readExpression(c)
    return c.take('from') ? systemCall('trim', first, readExpression(c)) : systemCall('trim', first)
  })

/** The parentheses of a call and what may follow them. */
const rest = (c: Cursor, name: Name): Expression => {
  const found = c.parenthesised((): Call => {
    if (c.isSign(')')) return callNode(name, [])
    if (c.takeSign('*')) return callNode(name, [], { star: true })
    const distinct = c.take('distinct')
    if (!distinct) c.take('all')
    const part = dateParts.has(name.at(-1) ?? '') ? datePart(c) : []
    const args = [...part, ...c.list(() => argument(c))]
    jsonNulls(c)
    if (c.is('returning')) returning(c)
    return callNode(name, args, { distinct })
  })
  return over(c, withinGroup(c, found))
}

const datePart = (c: Cursor): readonly Expression[] => {
  if (!c.isName() || !c.isSign(',', 1)) c.fail('a part of a date was expected')
  c.at += 2
  return []
}

/** `NULL ON NULL`, `ABSENT ON NULL` of the JSON constructors. */
const jsonNulls = (c: Cursor): void => {
  if (c.isOneOf(['null', 'absent']) && c.is('on', 1) && c.is('null', 2)) c.at += 3
}

/** `CONTAINS (c, 'x', LANGUAGE 1033)`. */
const language = (c: Cursor): void => {
  c.at++
  c.cut(c.at - 1)
}

/** `JSON_VALUE(… RETURNING nvarchar(max))`. */
const returning = (c: Cursor): void => {
  const from = c.at
  c.at++
  readType(c)
  c.cut(from)
}

/** `key: value` is a pair of arguments (JSON_OBJECT). */
const argument = (c: Cursor): Expression => {
  if (c.is('language') && (c.peek(1).kind === Kind.string || c.peek(1).kind === Kind.number)) language(c)
  const first = readExpression(c)
  return c.takeSign(':') ? { kind: 'row', fields: [first, readExpression(c)] } : first
}

const withinGroup = (c: Cursor, inner: Call): Call => {
  if (!c.takeAll('within', 'group')) return inner
  const orderBy = c.parenthesised(() => readOrderBy(c))
  return { ...inner, args: [...inner.args, ...orderBy.map(({ expression }) => expression)], orderBy: [] }
}

const over = (c: Cursor, inner: Call): Call => {
  if (c.isOneOf(['ignore', 'respect']) && c.is('nulls', 1)) c.at += 2
  if (!c.take('over')) return inner
  if (c.isName())
    return {
      ...inner,
      over: { kind: 'window', refersTo: c.name(), partitionBy: [], orderBy: [], bounds: [] },
    }
  return { ...inner, over: readWindow(c) }
}

/** `( PARTITION BY … ORDER BY … ROWS … )`. */
export const readWindow = (c: Cursor): Window =>
  c.parenthesised(() => {
    const refersTo = c.isName() && !c.isOneOf(['partition', 'rows', 'range']) ? { refersTo: c.name() } : {}
    const partitionBy = c.takeAll('partition', 'by') ? c.list(() => readExpression(c)) : []
    const orderBy = c.is('order') ? readOrderBy(c) : []
    if (c.isOneOf(['rows', 'range'])) frame(c)
    return { kind: 'window', ...refersTo, partitionBy, orderBy, bounds: [] }
  })

const frame = (c: Cursor): void => {
  c.at++
  const between = c.take('between')
  bound(c)
  if (!between) return
  c.expect('and')
  bound(c)
}

/** Bounds are constants. */
const bound = (c: Cursor): void => {
  if (c.takeAll('current', 'row')) return
  if (!c.take('unbounded') && c.next().kind !== Kind.number) c.fail('a frame bound was expected')
  if (!c.take('preceding')) c.expect('following')
}

/** `ORDER BY a, b DESC`. */
export const readOrderBy = (c: Cursor): SortKey[] => {
  c.expect('order', 'by')
  return c.list(() => {
    const expression = readExpression(c)
    const descending = c.take('desc')
    if (!descending) c.take('asc')
    return { kind: 'sort-key', expression, descending }
  })
}

/** A column, `$action`, or a call of a function of a schema. */
export const readNamed = (c: Cursor): Expression => {
  const begin = c.at
  if (c.peek().value.startsWith('$')) return pseudo(c)
  const name = c.path()
  if (c.isSign('::')) return typeMethod(c, name, begin)
  if (!c.isSign('(')) return { kind: 'column-ref', name }
  if (name.length > 1 && columnMethods.has(name.at(-1) ?? '')) {
    const column: Expression = { kind: 'column-ref', name: name.slice(0, -1) }
    asCall(c, begin, c.at - 2)
    const args = c.parenthesised(() => (c.isSign(')') ? [] : c.list(() => readExpression(c))))
    return methodCall(column, args)
  }
  return rest(c, name)
}

/**
 * A method of a value. XQuery reaches other columns and variables by `sql:column` and `sql:variable` ("XQuery
 * extension functions"): where its text is known to name neither, the value is the column's.
 */
export const methodCall = (operand: Expression, args: readonly Expression[]): Call => {
  const [query] = args
  const closed = query?.kind === 'literal' && query.value !== undefined && !/\bsql\s*:/i.test(query.value)
  return systemCall(closed ? '@xquery' : '@method', operand, ...args)
}

/** To the other readers a sequence is a number of the row. */
const rowNumber: readonly Token[] = [
  { kind: Kind.word, value: 'row_number', start: 0, end: 0 },
  { kind: Kind.mark, value: '(', start: 0, end: 0 },
  { kind: Kind.mark, value: ')', start: 0, end: 0 },
]

const callStarts: readonly Token[] = [
  { kind: Kind.word, value: 'concat', start: 0, end: 0 },
  { kind: Kind.mark, value: '(', start: 0, end: 0 },
]
const comma: Token = { kind: Kind.mark, value: ',', start: 0, end: 0 }

/** To the other readers `a.b.value('x')` is `concat(a.b, 'x')`. `dot` is where the method begins; its `(` stands here. */
export const asCall = (c: Cursor, begin: number, dot: number): void => {
  if (begin < dot) c.cuts.push({ from: begin, to: begin, put: callStarts })
  const put = begin === dot ? callStarts : c.isSign(')', 1) ? [] : [comma]
  c.cuts.push({ from: dot, to: c.at + 1, put })
}

const pseudo = (c: Cursor): Expression => {
  const { kind, value } = c.next()
  if (kind === Kind.word && value === '$action') return systemCall('@action')
  return c.fail('a pseudo-column is not read')
}

const systemTypes: ReadonlySet<string> = new Set(['geography', 'geometry', 'hierarchyid'])

/** `geometry::Point(…)`: the system's own types have methods; those of users' types can do anything. */
const typeMethod = (c: Cursor, type: Name, begin: number): Expression => {
  c.expectSign('::')
  const name = c.name()
  const system = type.length === 1 && systemTypes.has(type[0] ?? '')
  if (!c.isSign('(')) return system ? systemCall('@method') : c.fail('a property of a type is not read')
  asCall(c, begin, begin)
  const args = c.parenthesised(() => (c.isSign(')') ? [] : c.list(() => readExpression(c))))
  return system ? systemCall('@method', ...args) : callNode([...type, name], args)
}

/** `f(a, b)` of any name: for functions in FROM and procedures. */
export const calls = (name: Name, args: readonly Expression[], argNames?: Call['argNames']): Call =>
  argNames === undefined ? callNode(name, args) : { ...callNode(name, args), argNames }
