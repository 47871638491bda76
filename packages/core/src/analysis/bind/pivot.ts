import type { Pivot } from '../../statement/query.ts'
import { doubtful, type Feed, type NamedFeed, UNKNOWN, union } from '../feed.ts'
import { type Columns, type From, rowOf } from '../scope.ts'
import type { Binder } from './binder.ts'
import { renamed } from './columns.ts'

/** PIVOT and UNPIVOT: what they make is fed by what they consume, and the rows by what they group by. */
export const bindPivot = (b: Binder, node: Pivot, source: From): From => {
  const items = source.items.filter((item) => item.bare)
  const all = items.flatMap((item) => item.columns)
  const rest = items.flatMap((item) => (item.rest ? [item.rest] : []))
  const made = node.made.map(({ name, from }) => ({
    name,
    sure: true,
    feed: union(
      from.map((column) => feedOf(all, rest, column)),
      'pivot',
    ),
  }))
  for (const { feed } of made) {
    b.findings.use(feed, 'group')
    b.findings.tells(feed, 'group')
  }
  const kept = all.filter((column) => !node.consumed.includes(column.name))
  const columns: Columns =
    rest.length === 0
      ? { columns: [...kept, ...made] }
      : { columns: made, rest: doubtful(union([...rest, rowOf({ columns: kept })])) }
  return {
    items: [{ ...renamed(columns, node.columnAliases), alias: node.alias, bare: true, stored: false }],
    conditions: [...source.conditions, ...made.map(({ feed }) => feed)],
  }
}

const feedOf = (columns: readonly NamedFeed[], rest: readonly Feed[], name: string): Feed => {
  const found = columns.filter((column) => column.sure && column.name === name)
  if (found.length === 1 && found[0]) return found[0].feed
  return doubtful(union([...found.map(({ feed }) => feed), ...rest, UNKNOWN]))
}
