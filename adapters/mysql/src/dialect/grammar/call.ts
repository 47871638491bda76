import type { Call, Expression, SortKey, Window } from '@sluice/core/statement/expression'
import { Unreadable } from '@sluice/reading/unreadable'
import { isReserved, likeFunctions } from '../keywords.ts'
import { Kind } from '../lexer/kind.ts'
import { foldName } from '../names.ts'
import { expression, expressions, sortKeys } from './pieces.ts'
import { newRowName, type Tokens } from './tokens.ts'
import { columnType } from './type.ts'

/** Functions that stand without parentheses too. */
const bare: ReadonlySet<string> = new Set(
  'current_date current_time current_timestamp current_user localtime localtimestamp utc_date utc_time utc_timestamp'.split(
    ' ',
  ),
)

/** Whether a call stands next. */
export const isCall = (t: Tokens): boolean => {
  const { word } = t.peek()
  if (bare.has(word)) return true
  if (isSequenceWorded(t)) return true
  if (word === 'match' && t.peek(1).word !== '.') return true
  if (word === 'default' && t.peek(1).word !== '(') return true
  if (isReserved(word) && !likeFunctions.has(word) && word !== 'default' && word !== 'row') return false
  let ahead = 1
  while (t.peek(ahead).word === '.' && t.isName(ahead + 1)) ahead += 2
  return t.peek(ahead).word === '('
}

const make = (name: readonly string[], args: readonly Expression[], more: Partial<Call> = {}): Call => ({
  kind: 'call',
  name,
  args,
  star: false,
  distinct: false,
  orderBy: [],
  ...more,
})

/** Reads what arguments look like where they are no plain list; the parentheses are read around it. */
type Arguments = (t: Tokens, name: string) => Expression

const toType = (t: Tokens, operand: Expression, before: string): Expression => {
  if (!t.take(before)) throw new Unreadable('the type of a cast was expected')
  return { kind: 'cast', operand, type: [columnType(t)], array: t.take('array') }
}

/** `CAST(a AS type)` */
const cast: Arguments = (t) => toType(t, expression(t), 'as')

/** `CONVERT(a, type)`, `CONVERT(a USING utf8mb4)` */
const convert: Arguments = (t) => {
  const operand = expression(t)
  if (!t.take('using')) return toType(t, operand, ',')
  t.next()
  return { kind: 'cast', operand, type: ['char'], array: false }
}

/** Words that take an argument's place: EXTRACT's unit, TRIM's side. */
const words = (t: Tokens): void => {
  while (t.peek().kind === Kind.word && /^(?:both|leading|trailing)$/.test(t.peek().word)) t.at++
}

/** `SUBSTRING(a FROM b FOR c)`, `TRIM(BOTH a FROM b)`, `POSITION(a IN b)`. */
const worded: Arguments = (t, name) => {
  words(t)
  const args: Expression[] = t.is('from') ? [] : [operand(t, name)]
  while (t.takeAny('from', 'for', 'in', ',') !== undefined) args.push(expression(t))
  return make([name], args)
}

/** POSITION's first operand ends before IN. */
const operand = (t: Tokens, name: string): Expression => {
  if (name !== 'position') return expression(t)
  const { kind } = t.peek()
  if (kind === Kind.string || kind === Kind.number || kind === Kind.bit) return t.literal()
  if (kind === Kind.param) return t.param()
  const tested = expression(t)
  if (tested.kind !== 'operator' || tested.op !== 'in') throw new Unreadable('POSITION is not understood')
  return { kind: 'row', fields: tested.operands }
}

/** A unit or a kind of format stands first: EXTRACT(YEAR FROM x), TIMESTAMPADD(DAY, 1, x), GET_FORMAT(DATE, 'EUR'). */
const unitFirst: Arguments = (t, name) => {
  t.name()
  if (!t.take(name === 'extract' ? 'from' : ',')) throw new Unreadable(`\`${name}\` is not understood`)
  return make([name], expressions(t))
}

const groupConcat: Arguments = (t, name) => {
  const distinct = t.take('distinct')
  const args = expressions(t)
  const orderBy = t.take('order', 'by') ? sortKeys(t) : []
  if (t.take('separator')) t.literal()
  if (t.take('limit')) args.push(...expressions(t))
  return make([name], args, { distinct, orderBy })
}

const weightString: Arguments = (t, name) => {
  const args = [expression(t)]
  if (t.take('as')) columnType(t)
  while (!t.is(')') && !t.done) t.next()
  return make([name], args)
}

const jsonValue: Arguments = (t, name) => {
  const args = expressions(t)
  if (t.take('returning')) columnType(t)
  while (t.takeAny('null', 'error', 'default', 'on', 'empty') !== undefined)
    if (t.peek().kind === Kind.string || t.peek().kind === Kind.number) args.push(t.literal())
  return make([name], args)
}

const char: Arguments = (t, name) => {
  const args = expressions(t)
  if (t.take('using')) t.next()
  return make([name], args)
}

const special: Readonly<Record<string, Arguments>> = {
  cast,
  convert,
  char,
  substring: worded,
  substr: worded,
  mid: worded,
  trim: worded,
  position: worded,
  extract: unitFirst,
  timestampadd: unitFirst,
  timestampdiff: unitFirst,
  get_format: unitFirst,
  group_concat: groupConcat,
  weight_string: weightString,
  json_value: jsonValue,
}

/**
 * Of the names above, those that are the servers' own only with the parenthesis glued to them (`sql_functions[]` of MariaDB's
 * `sql/lex.h`, `SYM_FN` in MySQL's): behind a space or a comment they are a stored function's, whose arguments are values.
 */
const gluedOnly: ReadonlySet<string> = new Set(
  'cast extract group_concat mid position substr substring trim'.split(' '),
)

/** What no list of values holds. IN may stand in one: the forms that do not know it refuse it or read it as a value. */
const builtinOnly: ReadonlySet<string> = new Set('as for from in limit order separator'.split(' '))

/**
 * Whether `name` is read in its own form. Where the parenthesis is not glued, only words that a stored function's call cannot
 * hold make it one: that is an error to the servers, or under IGNORE_SPACE the built-in.
 */
const inOwnForm = (t: Tokens, name: string): boolean => {
  if (!Object.hasOwn(special, name)) return false
  if (!gluedOnly.has(name) || t.peek(-1).glued) return true
  const close = t.closing(-1) ?? 0
  for (let ahead = 0; ahead < close; ahead++) {
    const { word } = t.peek(ahead)
    if (builtinOnly.has(word)) return true
    if (word === '(') ahead = t.closing(ahead) ?? close
  }
  return false
}

/** A plain list of arguments, with DISTINCT or as `*`. */
const plain = (t: Tokens, name: readonly string[]): Expression => {
  if (t.take('*')) return make(name, [], { star: true })
  if (t.is(')')) return make(name, [])
  const distinct = t.take('distinct')
  if (!distinct) t.take('all')
  const args = t.list(() => {
    const value = expression(t)
    // A stored function's argument may be named, for functions that are loaded (UDF).
    if (t.take('as')) t.name()
    return value
  })
  return make(name, args, { distinct })
}

/** MATCH (a, b) AGAINST ('…' IN BOOLEAN MODE) */
const match = (t: Tokens): Call => {
  t.expect('match')
  t.take('(')
  const columns = expressions(t)
  t.take(')')
  t.expect('against', '(')
  const against = t.peek().kind === Kind.string ? t.literal() : expressionBeforeIn(t)
  while (
    t.takeAny('in', 'natural', 'language', 'boolean', 'mode', 'with', 'query', 'expansion') !== undefined
  );
  t.expect(')')
  return make(['match'], [...columns, against])
}

const expressionBeforeIn = (t: Tokens): Expression => {
  return t.peek().kind === Kind.param ? t.param() : expression(t)
}

const sequences: ReadonlySet<string> = new Set(['nextval', 'lastval', 'setval'])

const isSequenceWorded = (t: Tokens): boolean =>
  t.mariadb && (t.is('next', 'value', 'for') || t.is('previous', 'value', 'for'))

/** A sequence of MariaDB is a table, and here its name stands where others have a column. To MySQL it is a column's. */
const sequence = (t: Tokens): Call | undefined => {
  const { word } = t.peek()
  if (isSequenceWorded(t)) {
    t.at += 3
    return ofSequence(word === 'next' ? 'nextval' : 'lastval', t)
  }
  if (!t.mariadb || !sequences.has(word) || t.peek(1).word !== '(') return undefined
  t.at += 2
  const made = ofSequence(word, t)
  const args = t.take(',') ? expressions(t) : []
  t.expect(')')
  return { ...made, args }
}

const ofSequence = (name: string, t: Tokens): Call =>
  make([name], [], {
    sequence: { kind: 'table-ref', name: t.tableName(), columnAliases: [], sample: [] },
  })

/** Reads the call that stands next, with its OVER. */
export const call = (t: Tokens): Expression => {
  const { word, kind } = t.peek()
  if (word === 'match') return match(t)
  const taken = sequence(t)
  if (taken !== undefined) return taken
  if (word === 'default' && t.peek(1).word !== '(') {
    t.at++
    return { kind: 'default' }
  }
  if (bare.has(word)) {
    t.at++
    return make([word], t.is('(') ? t.parenthesised(() => expression(t)) : [])
  }
  const name = kind === Kind.word && isReserved(word) ? [t.next().word] : t.path()
  const folded = [...name.slice(0, -1).map((part) => t.fold(part)), foldName(name.at(-1)!)]
  if (/^@|^:=$/.test(folded.at(-1)!)) throw new Unreadable('a function has the name of a variable')
  t.expect('(')
  const made = argumentsOf(t, folded, kind)
  t.expect(')')
  return windowed(t, made)
}

const argumentsOf = (t: Tokens, name: readonly string[], kind: Kind): Expression => {
  const single = name.length === 1 && kind === Kind.word ? name[0]! : ''
  if (single === 'row') return { kind: 'row', fields: expressions(t) }
  if (t.seesNewRow && (single === 'values' || (t.mariadb && single === 'value'))) return newValue(t)
  // `DEFAULT(a)` is the default of a column.
  return inOwnForm(t, single) ? special[single]!(t, single) : plain(t, name)
}

/** `VALUES(a)`: what the row would have had. */
const newValue = (t: Tokens): Expression => ({
  kind: 'column-ref',
  name: [newRowName, foldName(t.path().at(-1)!)],
})

const windowed = (t: Tokens, made: Expression): Expression => {
  if (made.kind !== 'call') return made
  if (t.take('from', 'first')) t.take('from', 'last')
  if (!t.take('respect', 'nulls')) t.take('ignore', 'nulls')
  const within = t.take('within', 'group')
  const orderBy = within ? withinGroup(t) : made.orderBy
  if (!t.take('over')) return within ? { ...made, orderBy } : made
  if (t.is('(')) return { ...made, orderBy, over: window(t) }
  return { ...made, orderBy, over: emptyWindow({ refersTo: t.lowerName() }) }
}

const withinGroup = (t: Tokens): SortKey[] => {
  t.expect('(', 'order', 'by')
  const keys = sortKeys(t)
  t.expect(')')
  return keys
}

const emptyWindow = (more: Partial<Window>): Window => ({
  kind: 'window',
  partitionBy: [],
  orderBy: [],
  bounds: [],
  ...more,
})

/** `(PARTITION BY … ORDER BY … ROWS …)` */
export const window = (t: Tokens, name?: string): Window => {
  t.expect('(')
  const refersTo =
    t.isName() && !t.is('partition') && !/^(?:rows|range|groups)$/.test(t.peek().word)
      ? t.lowerName()
      : undefined
  const partitionBy = t.take('partition', 'by') ? expressions(t) : []
  const orderBy = t.take('order', 'by') ? sortKeys(t) : []
  const bounds = t.takeAny('rows', 'range', 'groups') === undefined ? [] : frame(t)
  t.expect(')')
  return emptyWindow({
    partitionBy,
    orderBy,
    bounds,
    ...(name === undefined ? {} : { name }),
    ...(refersTo === undefined ? {} : { refersTo }),
  })
}

const frame = (t: Tokens): Expression[] => {
  const bound = (): Expression[] => {
    if (t.take('current', 'row')) return []
    const value = t.take('unbounded') ? [] : [expression(t)]
    if (t.takeAny('preceding', 'following') === undefined)
      throw new Unreadable('a window frame is not understood')
    return value
  }
  const bounds = t.take('between') ? betweenBounds(t, bound) : bound()
  if (t.take('exclude')) while (!t.is(')') && !t.done) t.next()
  return bounds
}

const betweenBounds = (t: Tokens, bound: () => Expression[]): Expression[] => {
  const low = bound()
  t.expect('and')
  return [...low, ...bound()]
}
