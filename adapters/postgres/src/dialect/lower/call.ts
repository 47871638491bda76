import type { Call, Expression } from '@sluice/core/statement/expression'
import type { FuncCall, Node } from 'libpg-query'
import { type Body, type Context, lookUp, make, only, required, texts } from './context.ts'
import type { Rules } from './expression.ts'
import { readsAs } from './named-type.ts'
import { sqlCall } from './operator.ts'
import { lowerOver } from './window.ts'

type Argument = { readonly name: string | null; readonly value: Node }

const argument = (node: Node): Argument => {
  if (!('NamedArgExpr' in node)) return { name: null, value: node }
  const { arg, name } = only('NamedArgExpr', node.NamedArgExpr, 'arg', 'name', 'argnumber')
  return { name: required(name, 'NamedArgExpr.name'), value: required(arg, 'NamedArgExpr.arg') }
}

/** Before PostgreSQL 14, EXTRACT called another function, which names its column. */
const calledName = ({ funcname, funcformat }: FuncCall, { major }: Context): string[] => {
  const name = texts(funcname)
  const isExtract = funcformat === 'COERCE_SQL_SYNTAX' && name.at(-1) === 'extract'
  return isExtract && major < 14 ? ['pg_catalog', 'date_part'] : name
}

/** A function call; also what CALL names. */
export const lowerCall = (body: FuncCall, context: Context): Call => {
  const { args, agg_order, agg_filter, over, agg_within_group, agg_star, agg_distinct } = only(
    'FuncCall',
    body,
    'funcname',
    'args',
    'agg_order',
    'agg_filter',
    'over',
    'agg_within_group',
    'agg_star',
    'agg_distinct',
    'func_variadic',
    'funcformat',
  )
  const given = (args ?? []).map(argument)
  const orderBy = context.sortKeys(agg_order)
  const values = given.map(({ value }) => context.expression(value))
  // `percentile_cont(0.5) WITHIN GROUP (ORDER BY x)` returns a value of `x`: the sort keys are arguments too.
  const aggregated = agg_within_group === true ? orderBy.map(({ expression }) => expression) : []
  const name = calledName(body, context)
  const argNames = given.some((one) => one.name !== null) ? given.map((one) => one.name) : undefined
  return make<Call>({
    kind: 'call',
    at: context.at(body.location),
    name,
    args: [...values, ...aggregated],
    argNames,
    star: agg_star ?? false,
    distinct: agg_distinct ?? false,
    orderBy,
    filter: context.optional(agg_filter),
    over: lowerOver(over, context),
    makes: readsAs(name, values, argNames),
  })
}

const valueFunctions: Readonly<Record<string, string>> = {
  SVFOP_CURRENT_DATE: 'current_date',
  SVFOP_CURRENT_TIME: 'current_time',
  SVFOP_CURRENT_TIME_N: 'current_time',
  SVFOP_CURRENT_TIMESTAMP: 'current_timestamp',
  SVFOP_CURRENT_TIMESTAMP_N: 'current_timestamp',
  SVFOP_LOCALTIME: 'localtime',
  SVFOP_LOCALTIME_N: 'localtime',
  SVFOP_LOCALTIMESTAMP: 'localtimestamp',
  SVFOP_LOCALTIMESTAMP_N: 'localtimestamp',
  SVFOP_CURRENT_ROLE: 'current_role',
  SVFOP_CURRENT_USER: 'current_user',
  SVFOP_USER: 'user',
  SVFOP_SESSION_USER: 'session_user',
  SVFOP_CURRENT_CATALOG: 'current_catalog',
  SVFOP_CURRENT_SCHEMA: 'current_schema',
}

const minMax: Readonly<Record<string, string>> = { IS_GREATEST: 'greatest', IS_LEAST: 'least' }

const sqlValue = (body: Body<'SQLValueFunction'>, context: Context): Expression => {
  const { op } = only('SQLValueFunction', body, 'op', 'typmod')
  return sqlCall(lookUp(valueFunctions, op ?? '', 'function'), [], context.at(body.location))
}

/** Function calls, and the SQL forms that behave like one. */
export const callRules = {
  FuncCall: lowerCall,
  SQLValueFunction: sqlValue,
  CoalesceExpr: (body, context) =>
    sqlCall(
      'coalesce',
      context.expressions(only('CoalesceExpr', body, 'args').args),
      context.at(body.location),
    ),
  MinMaxExpr: (body, context) => {
    const { op, args } = only('MinMaxExpr', body, 'op', 'args')
    return sqlCall(lookUp(minMax, op ?? '', 'function'), context.expressions(args), context.at(body.location))
  },
  GroupingFunc: (body, context) =>
    sqlCall(
      'grouping',
      context.expressions(only('GroupingFunc', body, 'args').args),
      context.at(body.location),
    ),
  MergeSupportFunc: (body, context) => {
    only('MergeSupportFunc', body, 'msftype')
    return sqlCall('merge_action', [], context.at(body.location))
  },
} satisfies Rules<Expression>
