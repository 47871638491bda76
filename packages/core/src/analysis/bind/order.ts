import type { Expression, SortKey } from '../../statement/expression.ts'
import type { Select } from '../../statement/query.ts'
import { type Feed, influenced, union } from '../feed.ts'
import { type Columns, hasColumn, rowOf, type Scope } from '../scope.ts'
import type { Binder } from './binder.ts'

/** GROUP BY: a bare name is an input column first, an output's name second; a number is an output's position. */
export const bindGroupBy = (
  b: Binder,
  nodes: Select['groupBy'],
  scope: Scope,
  outputs: Columns,
): readonly Feed[] =>
  nodes.map((node) => {
    const position = atPosition(b, node, outputs)
    if (position) return position
    const name = bareName(node)
    const column = name === undefined || hasColumn(scope, name, b.traits)
    const output = name === undefined || column === true ? undefined : named(outputs, name)
    if (!output) return b.expression(node, scope)
    return column === false ? seen(b, node, output) : union([b.expression(node, scope), output])
  })

/** ORDER BY: a bare name is an output's name first. */
export const bindOrderBy = (
  b: Binder,
  keys: readonly SortKey[],
  scope: Scope,
  outputs: Columns,
): readonly Feed[] =>
  keys.map(({ expression, ...key }, i) => {
    b.findings.seen.add(keys[i] ?? key)
    const name = bareName(expression)
    const output = name === undefined ? undefined : named(outputs, name)
    const feed = atPosition(b, expression, outputs) ?? keyFeed(b, expression, scope, output)
    b.findings.use(feed, 'order')
    b.findings.tells(feed, 'order')
    return feed
  })

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

const keyFeed = (b: Binder, node: Expression, scope: Scope, output: Feed | undefined): Feed =>
  output ? seen(b, node, output) : b.expression(node, scope)

/** A number is a position. Where its value is not known, it may be any. */
const atPosition = (b: Binder, node: Expression, outputs: Columns): Feed | undefined => {
  if (node.kind !== 'literal' || node.type !== 'number') return undefined
  const output = node.value === undefined ? undefined : outputs.columns[Number(node.value) - 1]
  return seen(b, node, output && !outputs.rest ? output.feed : rowOf(outputs))
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
