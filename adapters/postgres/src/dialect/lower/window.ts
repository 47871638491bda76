import type { Window } from '@sluice/core/statement/expression'
import type { WindowDef } from 'libpg-query'
import { type Context, make, only } from './context.ts'

const window = (
  body: WindowDef,
  context: Context,
  name: string | undefined,
  refersTo: string | undefined,
): Window => {
  const { partitionClause, orderClause, startOffset, endOffset } = only(
    'WindowDef',
    body,
    'name',
    'refname',
    'partitionClause',
    'orderClause',
    'frameOptions',
    'startOffset',
    'endOffset',
  )
  return make<Window>({
    kind: 'window',
    at: context.at(body.location),
    name,
    refersTo,
    partitionBy: context.expressions(partitionClause),
    orderBy: context.sortKeys(orderClause),
    bounds: [startOffset, endOffset].flatMap((bound) =>
      bound === undefined ? [] : [context.expression(bound)],
    ),
  })
}

/** An item of WINDOW: its name is the one it defines. */
export const lowerWindow = (body: WindowDef, context: Context): Window =>
  window(body, context, body.name, body.refname)

/** OVER: a bare name there refers to an item of WINDOW, it does not define one. */
export const lowerOver = (over: WindowDef | undefined, context: Context): Window | undefined =>
  over === undefined ? undefined : window(over, context, undefined, over.name ?? over.refname)
