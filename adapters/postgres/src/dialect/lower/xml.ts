import type { Expression } from '@sluice/core/statement/expression'
import type { XmlExpr } from 'libpg-query'
import { type Context, expect, lookUp, only, required } from './context.ts'
import type { Rules } from './expression.ts'
import { sqlCall } from './operator.ts'

const functions: Readonly<Record<string, string>> = {
  IS_XMLCONCAT: 'xmlconcat',
  IS_XMLELEMENT: 'xmlelement',
  IS_XMLFOREST: 'xmlforest',
  IS_XMLPARSE: 'xmlparse',
  IS_XMLPI: 'xmlpi',
  IS_XMLROOT: 'xmlroot',
}

const xml = (body: XmlExpr, context: Context): Expression => {
  const { op, named_args, args } = only(
    'XmlExpr',
    body,
    'op',
    'name',
    'named_args',
    'args',
    'xmloption',
    'indent',
  )
  // Attributes and the items of XMLFOREST are `value AS name`; only the values feed the result.
  const named = (named_args ?? []).map((node) => {
    const { val } = only('ResTarget', expect('ResTarget', node), 'name', 'val')
    return context.expression(required(val, 'ResTarget.val'))
  })
  const operands = [...named, ...context.expressions(args)]
  if (op === 'IS_DOCUMENT') return { kind: 'operator', op: 'is document', operands }
  return sqlCall(lookUp(functions, op ?? '', 'function'), operands, context.at(body.location))
}

/** The XML forms of SQL, as calls. */
export const xmlRules = { XmlExpr: xml } satisfies Rules<Expression>
