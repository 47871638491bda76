import type { Expression, Operator, SubqueryExpression } from '@sluice/core/statement/expression'
import type { Name } from '@sluice/core/statement/node'
import type { A_Expr, Node } from 'libpg-query'
import { type Body, type Context, lookUp, make, only, required, texts } from './context.ts'
import type { Rules } from './expression.ts'
import { typeName } from './type-name.ts'

const operator = (
  op: string,
  operands: readonly Expression[],
  at: number | undefined,
  schema?: string,
): Operator => make<Operator>({ kind: 'operator', at, op, schema, operands })

/** `name` of an A_Expr, as it is written in SQL. The keys are the operators behind the words (gram.y, a_expr). */
const words: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AEXPR_DISTINCT: { '=': 'is distinct from' },
  AEXPR_NOT_DISTINCT: { '=': 'is not distinct from' },
  AEXPR_IN: { '=': 'in', '<>': 'not in' },
  AEXPR_LIKE: { '~~': 'like', '!~~': 'not like' },
  AEXPR_ILIKE: { '~~*': 'ilike', '!~~*': 'not ilike' },
  AEXPR_SIMILAR: { '~': 'similar to', '!~': 'not similar to' },
  AEXPR_BETWEEN: { BETWEEN: 'between' },
  AEXPR_NOT_BETWEEN: { 'NOT BETWEEN': 'not between' },
  AEXPR_BETWEEN_SYM: { 'BETWEEN SYMMETRIC': 'between symmetric' },
  AEXPR_NOT_BETWEEN_SYM: { 'NOT BETWEEN SYMMETRIC': 'not between symmetric' },
}

const quantified: Readonly<Record<string, string>> = { AEXPR_OP_ANY: 'any', AEXPR_OP_ALL: 'all' }

/** The right side: the elements of a list for IN and BETWEEN, one expression otherwise. */
const right = (node: Node | undefined, context: Context): Expression[] => {
  if (node === undefined) return []
  return 'List' in node
    ? context.expressions(only('List', node.List, 'items').items)
    : [context.expression(node)]
}

const expression = (body: A_Expr, context: Context): Expression => {
  const { kind, name, lexpr, rexpr } = only(
    'A_Expr',
    body,
    'kind',
    'name',
    'lexpr',
    'rexpr',
    'rexpr_list_start',
    'rexpr_list_end',
  )
  const at = context.at(body.location)
  const parts = texts(name)
  const symbol = required(parts.at(-1), 'A_Expr.name')
  const operands = [...(lexpr === undefined ? [] : [context.expression(lexpr)]), ...right(rexpr, context)]
  const how = required(kind, 'A_Expr.kind')
  if (how === 'AEXPR_OP') return operator(symbol, operands, at, parts.at(-2))
  if (how === 'AEXPR_NULLIF') return sqlCall('nullif', operands, at)
  if (how in quantified)
    return operator(`${symbol} ${lookUp(quantified, how, 'operator')}`, operands, at, parts.at(-2))
  return operator(lookUp(lookUp(words, how, 'operator'), symbol, 'operator'), operands, at)
}

/**
 * A call that the grammar makes without looking a name up: COALESCE, XMLELEMENT, current_user. Its schema is
 * `pg_catalog`, which tells it from a function of the same name that somebody made and calls with quotes. `makes`: types
 * that the statement names for its value.
 */
export const sqlCall = (
  name: string,
  args: readonly Expression[],
  at?: number,
  makes?: readonly Name[],
): Expression =>
  make<Expression & { kind: 'call' }>({
    kind: 'call',
    at,
    name: ['pg_catalog', name],
    args,
    argNames: undefined,
    star: false,
    distinct: false,
    orderBy: [],
    filter: undefined,
    over: undefined,
    makes,
  })

const boolOps: Readonly<Record<string, string>> = { AND_EXPR: 'and', OR_EXPR: 'or', NOT_EXPR: 'not' }
const nullTests: Readonly<Record<string, string>> = { IS_NULL: 'is null', IS_NOT_NULL: 'is not null' }
const boolTests: Readonly<Record<string, string>> = {
  IS_TRUE: 'is true',
  IS_NOT_TRUE: 'is not true',
  IS_FALSE: 'is false',
  IS_NOT_FALSE: 'is not false',
  IS_UNKNOWN: 'is unknown',
  IS_NOT_UNKNOWN: 'is not unknown',
}

const modes: Readonly<Record<string, SubqueryExpression['mode']>> = {
  EXISTS_SUBLINK: 'exists',
  ALL_SUBLINK: 'all',
  ANY_SUBLINK: 'any',
  EXPR_SUBLINK: 'scalar',
  ARRAY_SUBLINK: 'array',
}

const subLink = (body: Body<'SubLink'>, context: Context): SubqueryExpression => {
  const { subLinkType, testexpr, operName, subselect } = only(
    'SubLink',
    body,
    'subLinkType',
    'testexpr',
    'operName',
    'subselect',
  )
  const mode = lookUp(modes, required(subLinkType, 'SubLink.subLinkType'), 'subquery')
  // `x IN (SELECT …)` is `= ANY` without an operator of its own.
  const parts = texts(operName)
  const named = parts[0] === 'pg_catalog' ? parts.at(-1) : parts.join('.')
  const op = parts.length > 0 ? named : mode === 'any' ? '=' : undefined
  return make<SubqueryExpression>({
    kind: 'subquery',
    at: context.at(body.location),
    mode,
    op,
    test: context.optional(testexpr),
    query: context.query(required(subselect, 'SubLink.subselect')),
  })
}

/** Operators, tests and subqueries used as values. */
export const operatorRules = {
  A_Expr: expression,
  SubLink: subLink,
  BoolExpr: (body, context) => {
    const { boolop, args } = only('BoolExpr', body, 'boolop', 'args')
    return operator(
      lookUp(boolOps, boolop ?? '', 'operator'),
      context.expressions(args),
      context.at(body.location),
    )
  },
  NullTest: (body, context) => {
    const { arg, nulltesttype } = only('NullTest', body, 'arg', 'nulltesttype')
    const operands = [context.expression(required(arg, 'NullTest.arg'))]
    return operator(lookUp(nullTests, nulltesttype ?? '', 'test'), operands, context.at(body.location))
  },
  BooleanTest: (body, context) => {
    const { arg, booltesttype } = only('BooleanTest', body, 'arg', 'booltesttype')
    const operands = [context.expression(required(arg, 'BooleanTest.arg'))]
    return operator(lookUp(boolTests, booltesttype ?? '', 'test'), operands, context.at(body.location))
  },
  CollateClause: (body, context) => {
    const { arg } = only('CollateClause', body, 'arg', 'collname')
    return operator(
      'collate',
      [context.expression(required(arg, 'CollateClause.arg'))],
      context.at(body.location),
    )
  },
  CurrentOfExpr: (body) => {
    only('CurrentOfExpr', body, 'cursor_name', 'cursor_param')
    return operator('current of', [], undefined)
  },
  XmlSerialize: (body, context) => {
    const { expr, typeName: type } = only('XmlSerialize', body, 'xmloption', 'expr', 'typeName', 'indent')
    const operand = context.expression(required(expr, 'XmlSerialize.expr'))
    return sqlCall('xmlserialize', [operand], undefined, [typeName(type).name])
  },
  JsonIsPredicate: (body, context) => {
    const { expr } = only('JsonIsPredicate', body, 'expr', 'format', 'item_type', 'unique_keys')
    return operator(
      'is json',
      [context.expression(required(expr, 'JsonIsPredicate.expr'))],
      context.at(body.location),
    )
  },
} satisfies Rules<Expression>
