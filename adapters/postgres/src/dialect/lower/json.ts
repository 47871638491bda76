import type { Call, Expression } from '@sluice/core/statement/expression'
import type { Name } from '@sluice/core/statement/node'
import type {
  JsonAggConstructor,
  JsonBehavior,
  JsonFuncExpr,
  JsonKeyValue,
  JsonOutput,
  JsonValueExpr,
  Node,
} from 'libpg-query'
import { type Context, expect, lookUp, make, only, required } from './context.ts'
import type { Rules } from './expression.ts'
import { sqlCall } from './operator.ts'
import { typeName } from './type-name.ts'
import { lowerOver } from './window.ts'

/** `expr FORMAT JSON`: its expression. */
export const jsonValue = (body: JsonValueExpr | undefined, context: Context): Expression => {
  const { raw_expr } = only('JsonValueExpr', required(body, 'JsonValueExpr'), 'raw_expr', 'format')
  return context.expression(required(raw_expr, 'JsonValueExpr.raw_expr'))
}

const keyValue = (body: JsonKeyValue | undefined, context: Context): Expression[] => {
  const { key, value } = only('JsonKeyValue', required(body, 'JsonKeyValue'), 'key', 'value')
  return [context.expression(required(key, 'JsonKeyValue.key')), jsonValue(value, context)]
}

/** The type that RETURNING names: values of it are made of what a JSON form gives. */
const output = (body: JsonOutput | undefined): readonly Name[] | undefined => {
  if (body === undefined) return undefined
  const { typeName: type } = only('JsonOutput', body, 'typeName', 'returning')
  return type && [typeName(type).name]
}

/** `DEFAULT expr ON EMPTY` and its like. */
export const behavior = (body: JsonBehavior | undefined, context: Context): Expression[] => {
  if (body === undefined) return []
  const { expr } = only('JsonBehavior', body, 'btype', 'expr', 'coerce')
  return expr === undefined ? [] : [context.expression(expr)]
}

/** PASSING: the values handed to a path. */
export const passing = (nodes: readonly Node[] | undefined, context: Context): Expression[] =>
  (nodes ?? []).map((node) =>
    jsonValue(only('JsonArgument', expect('JsonArgument', node), 'val', 'name').val, context),
  )

const functions: Readonly<Record<string, string>> = {
  JSON_EXISTS_OP: 'json_exists',
  JSON_QUERY_OP: 'json_query',
  JSON_VALUE_OP: 'json_value',
}

const queryFunction = (body: JsonFuncExpr, context: Context): Expression => {
  const fields = only(
    'JsonFuncExpr',
    body,
    'op',
    'context_item',
    'pathspec',
    'passing',
    'output',
    'on_empty',
    'on_error',
    'wrapper',
    'quotes',
  )
  const args = [
    jsonValue(fields.context_item, context),
    context.expression(required(fields.pathspec, 'JsonFuncExpr.pathspec')),
    ...passing(fields.passing, context),
    ...behavior(fields.on_empty, context),
    ...behavior(fields.on_error, context),
  ]
  const name = lookUp(functions, fields.op ?? '', 'function')
  return sqlCall(name, args, context.at(body.location), output(fields.output))
}

const aggregate = (
  name: string,
  args: readonly Expression[],
  agg: JsonAggConstructor | undefined,
  context: Context,
): Expression => {
  const fields = only('JsonAggConstructor', agg ?? {}, 'output', 'agg_filter', 'agg_order', 'over')
  return make<Call>({
    kind: 'call',
    at: context.at(agg?.location),
    name: ['pg_catalog', name],
    args,
    argNames: undefined,
    star: false,
    distinct: false,
    orderBy: context.sortKeys(fields.agg_order),
    filter: context.optional(fields.agg_filter),
    over: lowerOver(fields.over, context),
    makes: output(fields.output),
  })
}

/** The JSON forms of SQL, as calls. */
export const jsonRules = {
  JsonValueExpr: jsonValue,
  JsonFuncExpr: queryFunction,
  JsonObjectConstructor: (body, context) => {
    const fields = only('JsonObjectConstructor', body, 'exprs', 'output', 'absent_on_null', 'unique')
    const args = (fields.exprs ?? []).flatMap((node) => keyValue(expect('JsonKeyValue', node), context))
    return sqlCall('json_object', args, context.at(body.location), output(fields.output))
  },
  JsonArrayConstructor: (body, context) => {
    const fields = only('JsonArrayConstructor', body, 'exprs', 'output', 'absent_on_null')
    return sqlCall(
      'json_array',
      context.expressions(fields.exprs),
      context.at(body.location),
      output(fields.output),
    )
  },
  JsonArrayQueryConstructor: (body, context) => {
    const fields = only('JsonArrayQueryConstructor', body, 'query', 'output', 'format', 'absent_on_null')
    const query = context.query(required(fields.query, 'JsonArrayQueryConstructor.query'))
    return sqlCall(
      'json_array',
      [{ kind: 'subquery', mode: 'array', query }],
      context.at(body.location),
      output(fields.output),
    )
  },
  JsonObjectAgg: (body, context) => {
    const fields = only('JsonObjectAgg', body, 'constructor', 'arg', 'absent_on_null', 'unique')
    return aggregate('json_objectagg', keyValue(fields.arg, context), fields.constructor, context)
  },
  JsonArrayAgg: (body, context) => {
    const fields = only('JsonArrayAgg', body, 'constructor', 'arg', 'absent_on_null')
    return aggregate('json_arrayagg', [jsonValue(fields.arg, context)], fields.constructor, context)
  },
  JsonParseExpr: (body, context) => {
    const fields = only('JsonParseExpr', body, 'expr', 'output', 'unique_keys')
    return sqlCall(
      'json',
      [jsonValue(fields.expr, context)],
      context.at(body.location),
      output(fields.output),
    )
  },
  JsonScalarExpr: (body, context) => {
    const fields = only('JsonScalarExpr', body, 'expr', 'output')
    return sqlCall(
      'json_scalar',
      context.expressions(fields.expr && [fields.expr]),
      context.at(body.location),
      output(fields.output),
    )
  },
  JsonSerializeExpr: (body, context) => {
    const fields = only('JsonSerializeExpr', body, 'expr', 'output')
    return sqlCall(
      'json_serialize',
      [jsonValue(fields.expr, context)],
      context.at(body.location),
      output(fields.output),
    )
  },
} satisfies Rules<Expression>
