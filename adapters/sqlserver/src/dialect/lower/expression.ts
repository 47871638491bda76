import type { Case, Expression, Literal, Operator } from '@sluice/core/statement/expression'
import { Kind } from '../lexer/kind.ts'
import { asCall, call, callFollows, methodCall, readNamed, systemCall } from './call.ts'
import type { Cursor } from './cursor.ts'
import { readExpression, readQuery } from './rules.ts'

/** An operator's node. */
export const operator = (op: string, ...operands: readonly Expression[]): Operator => ({
  kind: 'operator',
  op,
  operands,
})

/** Any expression, conditions included: OR binds loosest. */
export const expressionRule = (c: Cursor): Expression => c.deeper(() => chain(c, ['or'], conjunction))

const conjunction = (c: Cursor): Expression => chain(c, ['and'], negation)

const chain = (c: Cursor, words: readonly string[], inner: (c: Cursor) => Expression): Expression => {
  const operands = [inner(c)]
  let op = ''
  while (c.isOneOf(words)) {
    op = c.next().value
    operands.push(inner(c))
  }
  return operands.length === 1 ? operands[0]! : operator(op, ...operands)
}

const negation = (c: Cursor): Expression =>
  c.take('not')
    ? operator(
        'not',
        c.deeper(() => negation(c)),
      )
    : predicate(c)

const comparisons: ReadonlySet<string> = new Set(['=', '<>', '!=', '<', '>', '<=', '>=', '!<', '!>'])
const spelling: Readonly<Record<string, string>> = { '!=': '<>', '!<': '>=', '!>': '<=' }

const predicate = (c: Cursor): Expression => {
  let left = sum(c)
  for (;;) {
    const token = c.peek()
    if (token.kind === Kind.operator && comparisons.has(token.value)) left = comparison(c, left)
    else if (token.kind === Kind.word) {
      const found = worded(c, left)
      if (found === undefined) return left
      left = found
    } else return left
  }
}

const comparison = (c: Cursor, left: Expression): Expression => {
  const written = c.next().value
  const op = spelling[written] ?? written
  if (c.isOneOf(['all', 'any', 'some']) && c.isSign('(', 1)) {
    const mode = c.next().value === 'all' ? 'all' : 'any'
    const query = c.parenthesised(() => readQuery(c))
    return { kind: 'subquery', mode, op, test: left, query }
  }
  return operator(op, left, sum(c))
}

const worded = (c: Cursor, left: Expression): Expression | undefined => {
  const not = c.is('not') && c.isOneOf(['like', 'in', 'between'], 1)
  if (not) c.at++
  const found = positive(c, left, not ? 'not ' : '')
  if (not && found === undefined) c.fail('a predicate was expected')
  return found
}

const positive = (c: Cursor, left: Expression, not: '' | 'not '): Expression | undefined => {
  if (c.take('like')) {
    const pattern = sum(c)
    const escape = c.take('escape') ? [sum(c)] : []
    return operator(`${not}like`, left, pattern, ...escape)
  }
  if (c.take('between')) {
    const low = sum(c)
    c.expect('and')
    return operator(`${not}between`, left, low, sum(c))
  }
  if (c.take('in')) return membership(c, left, not)
  return c.is('is') ? identity(c, left) : undefined
}

const membership = (c: Cursor, left: Expression, not: '' | 'not '): Expression =>
  c.parenthesised(() => {
    if (!c.isOneOf(['select', 'with']) && !subqueryFollows(c))
      return operator(`${not}in`, left, ...c.list(() => readExpression(c)))
    const query = readQuery(c)
    const any: Expression = { kind: 'subquery', mode: 'any', op: '=', test: left, query }
    return not === '' ? any : operator('not', any)
  })

const identity = (c: Cursor, left: Expression): Expression => {
  c.expect('is')
  const not = c.take('not') ? 'is not ' : 'is '
  if (c.take('null')) return operator(`${not}null`, left)
  c.expect('distinct', 'from')
  return operator(`${not}distinct from`, left, sum(c))
}

const sums: ReadonlySet<string> = new Set(['+', '-', '&', '|', '^'])
const products: ReadonlySet<string> = new Set(['*', '/', '%'])

const arithmetic = (c: Cursor, signs: ReadonlySet<string>, inner: (c: Cursor) => Expression): Expression => {
  let left = inner(c)
  for (let token = c.peek(); token.kind === Kind.operator && signs.has(token.value); token = c.peek()) {
    c.at++
    left = operator(token.value, left, inner(c))
  }
  return left
}

/** An expression without comparisons and logic, as after LIKE and in BETWEEN. */
export const sum = (c: Cursor): Expression => c.deeper(() => arithmetic(c, sums, product))
const product = (c: Cursor): Expression => arithmetic(c, products, unary)

const unary = (c: Cursor): Expression => {
  const token = c.peek()
  if (token.kind === Kind.operator && ['-', '+', '~'].includes(token.value)) {
    c.at++
    return operator(
      token.value,
      c.deeper(() => unary(c)),
    )
  }
  const begin = c.at
  return postfix(c, primary(c), begin)
}

const postfix = (c: Cursor, inner: Expression, begin: number): Expression => {
  let operand = inner
  for (;;) {
    if (c.take('collate')) {
      c.name()
      operand = operator('collate', operand)
    } else if (c.takeAll('at', 'time', 'zone')) operand = operator('at time zone', operand, unary(c))
    else if (c.isSign('.') && c.isName(1)) {
      operand = method(c, operand, begin)
    } else return operand
  }
}

/** A method or property of a value: XML, spatial and hierarchy types have them built in. */
const method = (c: Cursor, operand: Expression, begin: number): Expression => {
  const dot = c.at
  c.at++
  c.name()
  if (c.isSign('(')) asCall(c, begin, dot)
  const args = c.isSign('(')
    ? c.parenthesised(() => (c.isSign(')') ? [] : c.list(() => readExpression(c))))
    : []
  return methodCall(operand, args)
}

/** What may follow a query in parentheses that is part of another. */
const behindQuery: ReadonlySet<string> = new Set(['union', 'except', 'intersect', 'order', 'offset', 'for'])

/** Whether a query stands here, perhaps in parentheses of its own. */
export const subqueryFollows = (c: Cursor): boolean => {
  let opened = 0
  while (c.isSign('(', opened)) opened++
  return opened > 0 ? c.is('select', opened) && closesAsQuery(c, opened) : c.isOneOf(['select', 'with'])
}

/** `((select 1) + 2)` is an expression; `((select 1) union select 2)` and `((select 1))` are queries. */
const closesAsQuery = (c: Cursor, opened: number): boolean => {
  let level = opened
  let depth = opened
  for (let ahead = opened + 1; ; ahead++) {
    const { kind, value } = c.peek(ahead)
    if (kind === Kind.end) return false
    if (kind !== Kind.mark) continue
    if (value === '(') depth++
    else if (value === ')') depth--
    if (depth >= level) continue
    const after = c.peek(ahead + 1)
    const goesOn = after.kind === Kind.word && behindQuery.has(after.value)
    if (!goesOn && !(after.kind === Kind.mark && after.value === ')')) return false
    if (--level === 0) return true
  }
}

const literal = (c: Cursor, type: Literal['type']): Literal => {
  const slot = c.slotAt(c.at)
  const { value } = c.next()
  return c.batch.literals ? { kind: 'literal', type, slot, value } : { kind: 'literal', type, slot }
}

const primary = (c: Cursor): Expression => {
  switch (c.peek().kind) {
    case Kind.string:
      return literal(c, 'string')
    case Kind.number:
      return literal(c, 'number')
    case Kind.binary:
      return literal(c, 'bit')
    case Kind.variable:
      return variable(c, c.next().value)
    case Kind.mark:
      return parenthesised(c)
    default:
      return word(c)
  }
}

/** `@@x` is a function; `@x` a parameter, or something of unknown origin where rows may have been put into it. */
export const variable = (c: Cursor, name: string): Expression => {
  if (name.startsWith('@@')) return systemCall(name)
  if (c.batch.tainted.has(name)) return systemCall('@variable')
  const { parameters } = c.batch
  const known = parameters.get(name) ?? parameters.size + 1
  parameters.set(name, known)
  return { kind: 'param', index: known }
}

const parenthesised = (c: Cursor): Expression => {
  if (!c.isSign('(')) c.fail('an expression was expected')
  c.at++
  const inner: Expression =
    c.isOneOf(['select', 'with']) || (c.isSign('(') && subqueryFollows(c))
      ? { kind: 'subquery', mode: 'scalar', query: readQuery(c) }
      : readExpression(c)
  c.expectSign(')')
  return inner
}

const word = (c: Cursor): Expression => {
  if (c.take('null')) return { kind: 'literal', type: 'null' }
  if (c.take('default')) return { kind: 'default' }
  if (c.take('case')) return cases(c)
  if (c.take('exists'))
    return { kind: 'subquery', mode: 'exists', query: c.parenthesised(() => readQuery(c)) }
  if (callFollows(c)) return call(c)
  return readNamed(c)
}

const cases = (c: Cursor): Case => {
  const subject = c.is('when') ? {} : { subject: readExpression(c) }
  const branches: { readonly when: Expression; readonly then: Expression }[] = []
  while (c.take('when')) {
    const when = readExpression(c)
    c.expect('then')
    // oxlint-disable-next-line unicorn/no-thenable -- THEN of CASE; a list of expressions is never awaited
    branches.push({ when, then: readExpression(c) })
  }
  if (branches.length === 0) c.fail('`when` was expected')
  const otherwise = c.take('else') ? { otherwise: readExpression(c) } : {}
  c.expect('end')
  return { kind: 'case', ...subject, branches, ...otherwise }
}
