import type { Expression, Literal, SortKey } from '@sluice/core/statement/expression'
import type { Name } from '@sluice/core/statement/node'
import { Unreadable } from '@sluice/reading/unreadable'
import type { A_Const, ColumnRef, Node, SortBy } from 'libpg-query'
import { callRules } from './call.ts'
import {
  type Body,
  type Context,
  expect,
  make,
  type NodeKind,
  only,
  open,
  required,
  text,
  texts,
} from './context.ts'
import { jsonRules } from './json.ts'
import { operatorRules } from './operator.ts'
import { typeName } from './type-name.ts'
import { xmlRules } from './xml.ts'

/** One lowering per node type of a family. */
export type Rules<T> = { readonly [K in NodeKind]?: (body: Body<K>, context: Context) => T }

const literalOf = (body: A_Const): Pick<Literal, 'type' | 'value'> => {
  const { ival, fval, boolval, sval, bsval, isnull } = only(
    'A_Const',
    body,
    'ival',
    'fval',
    'boolval',
    'sval',
    'bsval',
    'isnull',
  )
  if (isnull === true) return { type: 'null' }
  if (boolval !== undefined) return { type: 'boolean', value: String(boolval.boolval ?? false) }
  if (ival !== undefined) return { type: 'number', value: String(ival.ival ?? 0) }
  if (fval !== undefined) return { type: 'number', value: fval.fval ?? '' }
  if (sval !== undefined) return { type: 'string', value: sval.sval ?? '' }
  if (bsval !== undefined) return { type: 'bit', value: bsval.bsval ?? '' }
  throw new Unreadable('a constant of the parse tree has no value')
}

const constant = (body: A_Const, context: Context): Literal => {
  const { type, value } = literalOf(body)
  const known = !context.unsettled || value?.includes('\\') !== true
  return make<Literal>({
    kind: 'literal',
    at: context.at(body.location),
    type,
    slot: context.slot(body.location),
    // `true` and `false` are words of the canonical text; other values exist only where literals were read.
    value: known && (context.literals || type === 'boolean') ? value : undefined,
  })
}

const columnRef = (body: ColumnRef, context: Context): Expression => {
  const fields = required(only('ColumnRef', body, 'fields').fields, 'ColumnRef.fields')
  const at = context.at(body.location)
  const last = fields.at(-1)
  if (last !== undefined && 'A_Star' in last)
    return make<Expression & { kind: 'star' }>({ kind: 'star', at, qualifier: texts(fields.slice(0, -1)) })
  return make<Expression & { kind: 'column-ref' }>({ kind: 'column-ref', at, name: texts(fields) })
}

/** `expr.field`, `expr.*`, `expr[i]`, one step after the other. */
const indirection = (body: Body<'A_Indirection'>, context: Context): Expression => {
  const { arg, indirection: steps } = only('A_Indirection', body, 'arg', 'indirection')
  let operand = context.expression(required(arg, 'A_Indirection.arg'))
  for (const step of steps ?? []) {
    const { kind } = open(step)
    if (kind === 'A_Indices') operand = { kind: 'subscript', operand, indexes: indexes(step, context) }
    else operand = { kind: 'field-select', operand, field: kind === 'A_Star' ? '*' : text(step) }
  }
  return operand
}

/** The expressions of one `[i]` or `[i:j]`. */
export const indexes = (step: Node, context: Context): Expression[] => {
  const { lidx, uidx } = only('A_Indices', expect('A_Indices', step), 'is_slice', 'lidx', 'uidx')
  return [lidx, uidx].flatMap((index) => (index === undefined ? [] : [context.expression(index)]))
}

const cast = (body: Body<'TypeCast'>, context: Context): Expression => {
  const { arg, typeName: type } = only('TypeCast', body, 'arg', 'typeName')
  const { name, array } = typeName(type)
  return make<Expression & { kind: 'cast' }>({
    kind: 'cast',
    at: context.at(body.location),
    operand: context.expression(required(arg, 'TypeCast.arg')),
    type: name,
    array,
  })
}

const caseOf = (body: Body<'CaseExpr'>, context: Context): Expression => {
  const { arg, args, defresult } = only('CaseExpr', body, 'arg', 'args', 'defresult')
  return make<Expression & { kind: 'case' }>({
    kind: 'case',
    at: context.at(body.location),
    subject: context.optional(arg),
    branches: (args ?? []).map((branch) => {
      const { expr, result } = only('CaseWhen', expect('CaseWhen', branch), 'expr', 'result')
      return {
        when: context.expression(required(expr, 'CaseWhen.expr')),
        // oxlint-disable-next-line unicorn/no-thenable -- THEN of CASE; a list of expressions is never awaited
        then: context.expression(required(result, 'CaseWhen.result')),
      }
    }),
    otherwise: context.optional(defresult),
  })
}

const param = (body: Body<'ParamRef'>, context: Context): Expression => {
  const index = only('ParamRef', body, 'number').number ?? 0
  if (index < 1) throw new Unreadable('parameters count from `$1`')
  return make<Expression & { kind: 'param' }>({ kind: 'param', at: context.at(body.location), index })
}

const rules: Rules<Expression> = {
  A_Const: constant,
  ColumnRef: columnRef,
  ParamRef: param,
  A_Indirection: indirection,
  TypeCast: cast,
  CaseExpr: caseOf,
  RowExpr: (body, context) => ({
    kind: 'row',
    fields: context.expressions(only('RowExpr', body, 'args', 'row_format').args),
  }),
  A_ArrayExpr: (body, context) => ({
    kind: 'array',
    elements: context.expressions(only('A_ArrayExpr', body, 'elements', 'list_start', 'list_end').elements),
  }),
  SetToDefault: (body) => {
    only('SetToDefault', body)
    return { kind: 'default' }
  },
  ...operatorRules,
  ...callRules,
  ...jsonRules,
  ...xmlRules,
}

/** Any node that stands for a value. */
export const lowerExpression = (node: Node, context: Context): Expression => {
  const { kind, body } = open(node)
  if (!Object.hasOwn(rules, kind)) throw new Unreadable(`the expression \`${kind}\` is not known`)
  // The table pairs each kind with a rule for its own body.
  return (rules[kind] as (body: object, context: Context) => Expression)(body, context)
}

/** `ORDER BY x USING op`, where the operator is not plainly ascending or descending. */
const orderingOperator = (using: Name): Name | undefined =>
  using.length === 0 || (using.length === 1 && (using[0] === '<' || using[0] === '>')) ? undefined : using

const sortKey = (body: SortBy, context: Context): SortKey => {
  const { node, sortby_dir, useOp } = only('SortBy', body, 'node', 'sortby_dir', 'sortby_nulls', 'useOp')
  const using = texts(useOp)
  return make<SortKey>({
    kind: 'sort-key',
    at: context.at(body.location),
    expression: context.expression(required(node, 'SortBy.node')),
    descending: sortby_dir === 'SORTBY_DESC' || using.at(-1)?.startsWith('>') === true,
    using: orderingOperator(using),
  })
}

/** ORDER BY, of a query, a call or a window. */
export const lowerSortKeys = (nodes: readonly Node[] | undefined, context: Context): SortKey[] =>
  (nodes ?? []).map((node) => sortKey(expect('SortBy', node), context))
