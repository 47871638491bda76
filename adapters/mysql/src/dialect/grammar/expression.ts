import type { Case, Expression, Operator } from '@sluice/core/statement/expression'
import { Unreadable } from '@sluice/reading/unreadable'
import { isIntroducer } from '../charsets.ts'
import { Kind } from '../lexer/kind.ts'
import { checkedPlainName, foldName } from '../names.ts'
import { call, isCall } from './call.ts'
import { expression, parenthesisedQuery, startsQuery } from './pieces.ts'
import type { Tokens } from './tokens.ts'
import { assigned, variableName } from './user-variable.ts'

const operator = (op: string, ...operands: readonly Expression[]): Operator => ({
  kind: 'operator',
  op,
  operands,
})

/** Binary operators of one level, the loosest first ("Operator Precedence" in MySQL's manual). */
const levels: readonly (readonly string[])[] = [
  ['|'],
  ['&'],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', 'div', 'mod', '%'],
  ['^'],
]
const comparisons = ['=', '<=>', '>=', '>', '<=', '<', '<>']

/** Reads any expression. */
export const readExpression = (t: Tokens): Expression => t.deeper(() => or(t))

/** Operands of one operator in a row are one operator: `a AND b AND c`. */
const row = (t: Tokens, op: string, operand: (t: Tokens) => Expression): Expression => {
  const first = operand(t)
  if (!t.is(op)) return first
  const operands = [first]
  while (t.take(op)) operands.push(operand(t))
  return operator(op, ...operands)
}

const or = (t: Tokens): Expression => row(t, 'or', xor)
const xor = (t: Tokens): Expression => row(t, 'xor', and)
const and = (t: Tokens): Expression => row(t, 'and', not)

const not = (t: Tokens): Expression =>
  t.take('not')
    ? operator(
        'not',
        t.deeper(() => not(t)),
      )
    : comparison(t)

const tests: readonly string[] = ['null', 'true', 'false', 'unknown']

const comparison = (t: Tokens): Expression => {
  let left = predicate(t)
  for (;;) {
    if (t.take('is')) {
      const negated = t.take('not') ? 'is not' : 'is'
      const test = t.takeAny(...tests)
      if (test === undefined) throw new Unreadable('what follows IS is not known')
      left = operator(`${negated} ${test}`, left)
      continue
    }
    const op = t.takeAny(...comparisons)
    if (op === undefined) return left
    left = quantified(t, op, left) ?? operator(op, left, predicate(t))
  }
}

/** `x = ANY (SELECT …)` */
const quantified = (t: Tokens, op: string, test: Expression): Expression | undefined => {
  if (!t.is('any') && !t.is('some') && !t.is('all')) return undefined
  if (t.peek(1).word !== '(') return undefined
  const mode = t.next().word === 'all' ? 'all' : 'any'
  return { kind: 'subquery', mode, op, test, query: parenthesisedQuery(t) }
}

const predicate = (t: Tokens): Expression => {
  const left = binary(t, 0)
  if (t.take('sounds', 'like')) return operator('sounds like', left, binary(t, 0))
  if (t.take('member', 'of')) {
    t.expect('(')
    const array = expression(t)
    t.expect(')')
    return operator('member of', left, array)
  }
  const negated = t.is('not') && /^(?:in|between|like|regexp|rlike)$/.test(t.peek(1).word)
  if (negated) t.at++
  const no = negated ? 'not ' : ''
  if (t.take('in')) return membership(t, `${no}in`, left)
  if (t.take('between')) {
    const low = binary(t, 0)
    t.expect('and')
    return operator(`${no}between`, left, low, predicate(t))
  }
  if (t.take('like')) {
    const pattern = binary(t, 0)
    return t.take('escape')
      ? operator(`${no}like`, left, pattern, unary(t))
      : operator(`${no}like`, left, pattern)
  }
  if (t.takeAny('regexp', 'rlike') !== undefined) return operator(`${no}regexp`, left, binary(t, 0))
  return left
}

const membership = (t: Tokens, op: string, test: Expression): Expression => {
  if (startsQuery(t)) {
    const any = { kind: 'subquery', mode: 'any', op: '=', test, query: parenthesisedQuery(t) } as const
    return op === 'in' ? any : operator('not', any)
  }
  return operator(op, test, ...t.parenthesised(() => expression(t)))
}

const binary = (t: Tokens, level: number): Expression => {
  const here = levels[level]
  if (here === undefined) return unary(t)
  let left = binary(t, level + 1)
  for (;;) {
    const op = t.takeAny(...here)
    if (op === undefined) return left
    left = operator(op === 'mod' ? '%' : op, left, binary(t, level + 1))
  }
}

const unary = (t: Tokens): Expression => {
  const sign = t.takeAny('-', '+', '~', '!')
  if (sign !== undefined)
    return operator(
      sign === '!' ? 'not' : sign,
      t.deeper(() => unary(t)),
    )
  if (t.take('binary'))
    return { kind: 'cast', operand: t.deeper(() => unary(t)), type: ['binary'], array: false }
  return concatenation(t)
}

const concatenation = (t: Tokens): Expression => {
  let left = suffixed(t)
  while (t.take('||')) left = operator('||', left, suffixed(t))
  return left
}

const suffixed = (t: Tokens): Expression => {
  let made = primary(t)
  for (;;) {
    if (t.take('collate')) {
      if (t.peek().kind === Kind.string || t.is('binary')) t.at++
      else t.name()
      made = operator('collate', made)
    } else if (t.is('->') || t.is('->>')) {
      const op = t.next().word
      made = operator(op, made, t.literal())
    } else return made
  }
}

const constants: Readonly<Record<string, 'null' | 'boolean'>> = {
  null: 'null',
  true: 'boolean',
  false: 'boolean',
}

const primary = (t: Tokens): Expression => {
  const { kind, word } = t.peek()
  switch (kind) {
    case Kind.number:
    case Kind.string:
    case Kind.bit:
      return t.literal()
    case Kind.param:
      return t.param()
    case Kind.userVariable:
      return userVariable(t)
    case Kind.systemVariable:
      return systemVariable(t)
    case Kind.mark:
      if (word === '(') return parenthesis(t)
      throw new Unreadable('an expression was expected')
    case Kind.quoted:
    case Kind.word:
      return named(t, word)
    default:
      throw new Unreadable('an expression was expected')
  }
}

const named = (t: Tokens, word: string): Expression => {
  if (word !== '' && Object.hasOwn(constants, word)) {
    t.at++
    const type = constants[word]!
    return type === 'null' ? { kind: 'literal', type } : { kind: 'literal', type, value: word }
  }
  if (word === 'case') return caseOf(t)
  if (word === 'exists' && t.peek(1).word === '(') {
    t.at++
    return { kind: 'subquery', mode: 'exists', query: parenthesisedQuery(t) }
  }
  // `_utf8'…'`, `date '…'`: the word says how the string is read.
  const next = t.peek(1).kind
  if ((isIntroducer(word) && (next === Kind.string || next === Kind.bit)) || isTyped(word, next)) {
    t.at++
    const literal = t.literal()
    return isTyped(word, next) ? { ...literal, type: 'temporal' } : literal
  }
  if (word === 'interval' && !(t.peek(1).word === '(' && t.peek(1).glued && isIntervalCall(t)))
    return interval(t)
  if (isCall(t)) return call(t)
  if (!t.isName()) throw new Unreadable(`\`${word}\` stands where an expression was expected`)
  const path = t.path()
  const name = [...path.slice(0, -1).map((part) => t.fold(part)), foldName(path.at(-1)!)]
  if (name.at(-1) === '_rowid') throw new Unreadable('`_rowid` stands for a column of another name')
  return { kind: 'column-ref', name }
}

const isTyped = (word: string, next: Kind): boolean =>
  next === Kind.string && (word === 'date' || word === 'time' || word === 'timestamp')

/** INTERVAL(a, b): a function; `INTERVAL (a) DAY` is not. */
const isIntervalCall = (t: Tokens): boolean => {
  const { at } = t
  t.at++
  t.skipParentheses()
  const after = t.peek()
  t.at = at
  return !(after.kind === Kind.word && units.has(after.word))
}

const units: ReadonlySet<string> = new Set(
  'microsecond second minute hour day week month quarter year second_microsecond minute_microsecond minute_second hour_microsecond hour_second hour_minute day_microsecond day_second day_minute day_hour year_month'.split(
    ' ',
  ),
)

/** `INTERVAL 1 DAY` */
const interval = (t: Tokens): Expression => {
  t.expect('interval')
  const value = expression(t)
  if (!t.isAny(units)) throw new Unreadable('the unit of INTERVAL is not known')
  t.at++
  return operator('interval', value)
}

const userVariable = (t: Tokens): Expression => {
  const { text } = t.next()
  const variable = variableName(text)
  if (t.take(':=')) return assigned(variable, expression(t))
  const name = [text.toLowerCase()]
  return { kind: 'call', name, args: [], star: false, distinct: false, orderBy: [], variable }
}

const systemVariable = (t: Tokens): Expression => {
  let name = t.next().text
  while (t.is('.')) {
    t.at++
    name = `@@${t.lowerName()}`
  }
  checkedPlainName(name.slice(2))
  return { kind: 'call', name: [name], args: [], star: false, distinct: false, orderBy: [], variable: name }
}

const parenthesis = (t: Tokens): Expression => {
  if (startsQuery(t)) return { kind: 'subquery', mode: 'scalar', query: parenthesisedQuery(t) }
  const items = t.parenthesised(() => expression(t))
  return items.length === 1 ? items[0]! : { kind: 'row', fields: items }
}

const caseOf = (t: Tokens): Case => {
  t.expect('case')
  const subject = t.is('when') ? undefined : expression(t)
  const branches: Case['branches'][number][] = []
  while (t.take('when')) {
    const when = expression(t)
    t.expect('then')
    // oxlint-disable-next-line unicorn/no-thenable -- the tree's name for what stands behind THEN
    branches.push({ when, then: expression(t) })
  }
  const otherwise = t.take('else') ? expression(t) : undefined
  t.expect('end')
  return {
    kind: 'case',
    branches,
    ...(subject === undefined ? {} : { subject }),
    ...(otherwise === undefined ? {} : { otherwise }),
  }
}
