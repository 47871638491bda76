import type { Expression, SortKey } from '../../statement/expression.ts'
import type { Select } from '../../statement/query.ts'
import { type Feed, influenced, union } from '../feed.ts'
import { type Columns, hasColumn, possibleOutputs, rowOf, type Scope } from '../scope.ts'
import type { Binder } from './binder.ts'
import { sorted } from './operator.ts'

/** GROUP BY: a bare name is an input column first, an output's name second; a number is an output's position. */
export const bindGroupBy = (
  b: Binder,
  nodes: Select['groupBy'],
  scope: Scope,
  outputs: Columns,
): readonly Feed[] =>
  nodes.map((node) => {
    const position = atPosition(b, node, scope, outputs)
    if (position) return position
    const name = bareName(node)
    const column = name === undefined || hasColumn(scope, name, b.traits)
    if (name === undefined || column === true) return b.expression(node, scope)
    return keyFeed(b, node, scope, outputs, name, column === undefined)
  })

/** ORDER BY: a bare name is an output's name first. */
export const bindOrderBy = (
  b: Binder,
  keys: readonly SortKey[],
  scope: Scope,
  outputs: Columns,
): readonly Feed[] =>
  keys.map((key) => {
    b.findings.seen.add(key)
    const feed = sorted(b, key, orderedBy(b, key.expression, scope, outputs))
    b.findings.use(feed, 'order')
    b.findings.tells(feed, 'order')
    return feed
  })

/** DISTINCT ON: what a name or a number means, it means in ORDER BY. */
export const bindDistinctOn = (
  b: Binder,
  nodes: Select['distinctOn'],
  scope: Scope,
  outputs: Columns,
): readonly Feed[] => nodes.map((node) => orderedBy(b, node, scope, outputs))

const orderedBy = (b: Binder, node: Expression, scope: Scope, outputs: Columns): Feed => {
  const name = bareName(node)
  return (
    atPosition(b, node, scope, outputs) ??
    (name === undefined ? b.expression(node, scope) : keyFeed(b, node, scope, outputs, name))
  )
}

/** ORDER BY of a set operation or VALUES knows the outputs' names only. */
export const bindSetOrderBy = (
  b: Binder,
  keys: readonly SortKey[],
  scope: Scope,
  outputs: Columns,
): readonly Feed[] => {
  const item = { ...outputs, bare: true, stored: false }
  return bindOrderBy(b, keys, { items: [item], ctes: scope.ctes, parent: scope }, outputs)
}

/** What a bare name stands for: an output, or what it is otherwise. `mayBeColumn`: FROM may have one that comes first. */
const keyFeed = (
  b: Binder,
  node: Expression,
  scope: Scope,
  outputs: Columns,
  name: string,
  mayBeColumn = false,
): Feed => {
  const output = named(outputs, name)
  if (output && !mayBeColumn) return seen(b, node, output)
  const possible = [...(output ? [output] : []), ...possibleOutputs(outputs, name, b.traits)]
  const otherwise = b.expression(node, scope)
  return possible.length === 0 ? otherwise : union([otherwise, ...possible])
}

/** A number is a position. Where its value is not known, it may be any. */
const atPosition = (b: Binder, node: Expression, scope: Scope, outputs: Columns): Feed | undefined => {
  if (node.kind !== 'literal' || node.type !== 'number') {
    if (b.traits.constantsMayBePositions !== true || !mayBeNumber(node)) return undefined
    return union([b.expression(node, scope), rowOf(outputs)])
  }
  const output = node.value === undefined ? undefined : outputs.columns[Number(node.value) - 1]
  return seen(b, node, output && !outputs.rest ? output.feed : rowOf(outputs))
}

/** A constant that may be a whole number. */
const mayBeNumber = (node: Expression): boolean => {
  if (node.kind === 'literal') return node.type === 'number' || node.type === 'boolean'
  return node.kind === 'param' || (node.kind === 'operator' && node.operands.every(mayBeNumber))
}

const bareName = (node: Expression): string | undefined =>
  node.kind === 'column-ref' && node.name.length === 1 ? node.name[0] : undefined

/** The output of a name. Outputs whose name is not certain may have it too. */
const named = (outputs: Columns, name: string): Feed | undefined => {
  const sure = outputs.columns.filter((c) => c.sure && c.name === name).map((c) => c.feed)
  const first = sure[0]
  return first && influenced(first, sure.slice(1).length > 0 ? [union(sure.slice(1))] : [])
}

const seen = (b: Binder, node: Expression, feed: Feed): Feed => {
  b.findings.seen.add(node)
  return feed
}
