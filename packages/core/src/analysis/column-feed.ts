import type { Column } from '../catalog/catalog.ts'
import type { Feed } from './feed.ts'
import { used } from './uses.ts'

const feeds = new WeakMap<Column, Feed>()

/**
 * What feeds a stored column or a view's. A view's column is fed by itself and by all it is derived from, so that a
 * label on either counts. `direct` with several sources: they are one value, seen through views.
 */
export const columnFeed = (column: Column): Feed => {
  const known = feeds.get(column)
  if (known) return known
  const derived = column.derivedFrom
  const own: Feed = {
    sources: derived ? [...new Set([column, ...derived.sources])] : [column],
    unknown: derived?.unknown ?? false,
    direct: derived?.direct ?? true,
    functions: [],
    pending: [],
  }
  const feed = own.direct ? own : used(own, 'computed')
  feeds.set(column, feed)
  return feed
}
