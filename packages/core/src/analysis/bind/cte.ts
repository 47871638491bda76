import type { Cte, With } from '../../statement/query.ts'
import { doubtful, type NamedFeed, UNKNOWN, union } from '../feed.ts'
import { type Bound, type CteFrame, rowOf, type Scope } from '../scope.ts'
import { risked } from '../uses.ts'
import type { Binder } from './binder.ts'
import { merge, renamed } from './columns.ts'

/** How often a recursive query is followed until nothing new feeds it; then its lineage is unknown. */
const MAX_ROUNDS = 8

/** The scope of a query that has WITH: its parent's, and the names of the WITH queries. */
export const withCtes = (b: Binder, node: With | undefined, parent: Scope): Scope => {
  if (!node) return parent
  b.findings.seen.add(node)
  return node.recursive ? recursiveScope(b, node.ctes, parent) : sequentialScope(b, node.ctes, parent)
}

/** Each WITH query sees the ones before it. */
const sequentialScope = (b: Binder, ctes: readonly Cte[], parent: Scope): Scope => {
  let scope = parent
  for (const cte of ctes) {
    const bound = bindCte(b, cte, scope)
    const frame: CteFrame = { find: (name) => (name === cte.name ? bound : undefined), parent: scope.ctes }
    scope = { items: [], ctes: frame, parent: scope }
  }
  return scope
}

/** Every WITH query sees all of them, itself included. */
const recursiveScope = (b: Binder, ctes: readonly Cte[], parent: Scope): Scope => {
  const done = new Map<string, Bound>()
  const find = (name: string): Bound | undefined => {
    const known = done.get(name)
    const cte = ctes.find((c) => c.name === name)
    if (known || !cte) return known
    const bound = bindRecursive(b, cte, scope, done)
    done.set(name, bound)
    return bound
  }
  const scope: Scope = { items: [], ctes: { find, parent: parent.ctes }, parent }
  for (const cte of ctes) find(cte.name)
  return scope
}

/**
 * A query that reads itself: its first term says what the columns are, the others add to it until nothing new
 * feeds them.
 */
const bindRecursive = (b: Binder, cte: Cte, scope: Scope, done: Map<string, Bound>): Bound => {
  const terms = cte.query.kind === 'set-operation' ? cte.query : undefined
  done.set(cte.name, { columns: [], rest: UNKNOWN, conditions: [] })
  if (!terms) return bindCte(b, cte, scope)
  // A WITH of its own stands on the whole of it, and its first term sees those names too.
  const inside = withCtes(b, terms.with, scope)
  let bound = named(cte, b.query(terms.left, inside))
  if (b.traits.firstTermTypes === true) {
    done.set(cte.name, widened(cte, bound))
    tellsTypes(b, bound, b.query(terms.right, inside))
  }
  for (let round = 0; round < MAX_ROUNDS; round++) {
    done.set(cte.name, widened(cte, bound))
    const next = bindTerms(b, cte, scope)
    const grown: Bound = {
      ...merge(bound, next),
      conditions: [...new Set([...bound.conditions, ...next.conditions])],
    }
    if (weight(grown) === weight(bound)) return widened(cte, grown)
    bound = { ...grown, conditions: [union(grown.conditions)] }
  }
  const all = risked(doubtful(rowOf(bound)))
  const columns = bound.columns.map((c) => ({ ...c, feed: all }))
  return widened(cte, { columns, rest: bound.rest, conditions: [all] })
}

/** Whether a value has room in a column of the first term tells of it, but where it is of the column's own there. */
const tellsTypes = (b: Binder, first: Bound, next: Bound): void => {
  const certain = !first.rest && !next.rest && first.columns.length === next.columns.length
  if (!certain) b.findings.tells(rowOf(next), 'failing')
  for (const [i, { feed }] of certain ? next.columns.entries() : []) {
    const typed = first.columns[i]?.feed
    const same = feed.direct && typed?.direct === true && feed.sources[0] === typed.sources[0]
    if (!same) b.findings.tells(feed, 'failing')
  }
}

const weight = (bound: Bound): number =>
  weigh(bound.columns) +
  weigh([{ name: '', sure: true, feed: union([...bound.conditions, bound.rest ?? union([])]) }])

const weigh = (columns: readonly NamedFeed[]): number =>
  columns.reduce(
    (sum, { feed }) => sum + feed.sources.length * 2 + feed.pending.length + (feed.unknown ? 1 : 0),
    0,
  )

const bindCte = (b: Binder, cte: Cte, scope: Scope): Bound => widened(cte, bindTerms(b, cte, scope))

const bindTerms = (b: Binder, cte: Cte, scope: Scope): Bound => {
  b.findings.seen.add(cte)
  return named(cte, isQuery(cte.query) ? b.query(cte.query, scope) : b.write(cte.query, scope))
}

/** With the columns that SEARCH and CYCLE add, in the query itself too: neither they nor their places are known. */
const widened = (cte: Cte, bound: Bound): Bound =>
  cte.extraColumns ? { columns: [], rest: doubtful(rowOf(bound)), conditions: bound.conditions } : bound

const named = (cte: Cte, bound: Bound): Bound => ({ ...bound, ...renamed(bound, cte.columns) })

const isQuery = (
  node: Cte['query'],
): node is Extract<Cte['query'], { kind: 'select' | 'set-operation' | 'values' }> =>
  node.kind === 'select' || node.kind === 'set-operation' || node.kind === 'values'
