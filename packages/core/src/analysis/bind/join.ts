import type { Join } from '../../statement/query.ts'
import { doubtful, type Feed, type NamedFeed, UNKNOWN, union } from '../feed.ts'
import {
  type Columns,
  columnOf,
  type From,
  type Item,
  isCertain,
  placed,
  rowOf,
  type Scope,
} from '../scope.ts'
import { used } from '../uses.ts'
import { readAsNumbers } from './as-numbers.ts'
import type { Binder } from './binder.ts'
import { renamed } from './columns.ts'
import { takenBy } from './elements.ts'
import { wordIsFollowed } from './operator.ts'

/** A join: what its sides bring into scope, columns merged by USING or NATURAL first. */
export const bindJoin = (b: Binder, node: Join, outer: Scope, before: readonly Item[]): From => {
  const left = b.fromItem(node.left, outer, before)
  const right = b.fromItem(node.right, outer, [...before, ...left.items])
  const scope: Scope = { items: [...left.items, ...right.items], ctes: outer.ctes, parent: outer }
  const on = node.on ? [b.expression(node.on, scope)] : []
  const names = mergedNames(b, node, left.items, right.items)
  const sides: Sides = { left: left.items, right: right.items }
  // Each name is looked for among all columns.
  if (names.length > 0) b.findings.spend(names.length * bareColumns(scope.items).length)
  const certain = placesAreKnown(node, names, sides)
  const followed = (names.length === 0 && certain) || wordIsFollowed(b, 'using', [UNKNOWN])
  const merged = names.map((name) => mergeColumn(b, name, left.items, right.items, followed))
  const taken = takenBy(
    b,
    '=',
    merged.map(({ feed }) => feed),
  )
  const compared = merged.map(({ name }, i) =>
    used(taken[i] as Feed, comparesAsNumbers(b, name, left.items, right.items) ? 'computed' : 'join'),
  )
  const any = node.natural && !certain ? [used(anyOf(sides), 'computed')] : []
  const conditions = [...on, ...compared, ...any]
  passesOf(b, node, bareItems(sides))
  for (const feed of conditions) b.findings.use(feed, 'join')
  for (const feed of conditions) b.findings.decides(feed)
  return {
    items: joinItems(node, sides, merged, certain),
    conditions: [...left.conditions, ...right.conditions, ...conditions],
  }
}

/** Which columns are merged, and where the others stand, hangs on those that the tables may have got. */
const passesOf = (b: Binder, { natural, using, columnAliases }: Join, items: readonly Item[]): void => {
  for (const item of items) {
    if (natural || columnAliases.length > 0) b.findings.passes(item)
    for (const name of using) if (!isCertain(item, name)) b.findings.passes(item, name)
  }
}

type Sides = { readonly left: readonly Item[]; readonly right: readonly Item[] }

const bareItems = ({ left, right }: Sides): readonly Item[] => [...left, ...right].filter((item) => item.bare)

/** Whether it is known which columns are merged, and so where the others stand. */
const placesAreKnown = (node: Join, names: readonly string[], sides: Sides): boolean =>
  node.natural
    ? bareItems(sides).every((item) => item.rest === undefined && item.columns.every((c) => c.sure))
    : names.every((name) =>
        // Whether a merged column is hidden where it is on one side, servers see differently.
        [sides.left, sides.right].every((items) =>
          bareColumns(items).some((c) => c.sure && !c.hidden && c.name === name),
        ),
      )

/** What any column of a join may be. */
const anyOf = (sides: Sides): Feed => doubtful(union(bareItems(sides).map(rowOf)))

const joinItems = (
  node: Join,
  sides: Sides,
  merged: readonly NamedFeed[],
  certain: boolean,
): readonly Item[] => {
  const all = [...sides.left, ...sides.right]
  const plain = merged.length === 0 && !node.natural && node.using.length === 0
  if (plain && node.alias === undefined) return all
  const columns = renamed(joinColumns(node, sides, merged, certain), node.columnAliases)
  const of = bareItems(sides).flatMap((item) => item.of ?? [])
  const joined: Item = { ...columns, alias: node.alias, bare: true, stored: false, of }
  // An alias hides the names inside, that of USING too; without one they answer to their own alias, but no longer to
  // bare names.
  if (node.alias !== undefined) return [joined]
  const using: readonly Item[] =
    node.usingAlias === undefined
      ? []
      : [{ columns: merged, alias: node.usingAlias, bare: false, stored: false }]
  return [joined, ...using, ...all.map((item) => ({ ...item, bare: false }))]
}

const joinColumns = (node: Join, sides: Sides, merged: readonly NamedFeed[], certain: boolean): Columns => {
  if (node.natural && !certain) return { columns: [], rest: anyOf(sides) }
  const items = bareItems(sides)
  const names = new Set(merged.map((m) => m.name))
  const others = items.flatMap((item) => item.columns.filter((c) => !(c.sure && names.has(c.name))))
  const open = items.flatMap((item) => (item.rest ? [item.rest] : []))
  const rest = open.length > 0 || !certain ? union([UNKNOWN, ...open]) : undefined
  return { columns: [...merged, ...others], rest }
}

/** USING names its columns; NATURAL takes the names that both sides have, in the left side's order. */
const mergedNames = (
  b: Binder,
  node: Join,
  left: readonly Item[],
  right: readonly Item[],
): readonly string[] => {
  if (!node.natural) return b.traits.usingInTableOrder === true ? inOrderOf(left, node.using) : node.using
  const names = new Set(placed(bareColumns(right)).map((c) => c.name))
  return [...new Set(placed(bareColumns(left)).map((c) => c.name))].filter((name) => names.has(name))
}

const inOrderOf = (items: readonly Item[], using: readonly string[]): readonly string[] => {
  const names = bareColumns(items).map((c) => c.name)
  return [...using].sort((a, b) => names.indexOf(a) - names.indexOf(b))
}

const bareColumns = (items: readonly Item[]): readonly NamedFeed[] =>
  items.filter((item) => item.bare).flatMap((item) => item.columns)

const comparesAsNumbers = (b: Binder, name: string, ...sides: readonly (readonly Item[])[]): boolean =>
  b.traits.isTextType !== undefined &&
  readAsNumbers(
    b,
    sides.map((items) =>
      union(items.filter((i) => i.bare).map((i) => columnOf(i, name, b.traits) ?? UNKNOWN)),
    ),
  )

/** The merged column is fed by both sides, whichever of them the database takes the value from. */
const mergeColumn = (
  b: Binder,
  name: string,
  left: readonly Item[],
  right: readonly Item[],
  followed: boolean,
): NamedFeed => {
  const sides = [left, right].map((items) => {
    const found = items.filter((i) => i.bare).map((item) => columnOf(item, name, b.traits))
    const feeds = found.filter((f): f is Feed => f !== undefined)
    return feeds.length === 0 ? UNKNOWN : union(feeds)
  })
  const feed = union(sides)
  return { name, sure: true, feed: followed ? feed : doubtful(feed) }
}
