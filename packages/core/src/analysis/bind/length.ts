import type { Expression } from '../../statement/expression.ts'
import { blanked, type Feed, NOTHING } from '../feed.ts'
import { CONSTANT_BYTES } from '../with-long-values.ts'
import type { Binder } from './binder.ts'

/**
 * What a function or an operator of the system makes of these values, which is NULL in some systems where it is too long: whether
 * it is tells how long they are, and letter by letter what they hold.
 */
export const lengthened = (
  b: Binder,
  name: string,
  value: Feed,
  nodes: readonly Expression[],
  given: readonly Feed[],
): Feed => {
  if (b.traits.overflows === undefined || value === NOTHING) return value
  const lengths = nodes.map((node, i) => bytesOf(b, node, given[i]))
  const bytes = b.traits.madeBytes?.(name, lengths)
  const sized = bytes === undefined ? value : { ...value, bytes }
  return b.traits.overflows(name, lengths) ? blanked(sized) : sized
}

/** One of these values. */
export const longest = (
  b: Binder,
  value: Feed,
  nodes: readonly Expression[],
  given: readonly Feed[],
): Feed => {
  if (b.traits.overflows === undefined) return value
  return { ...value, bytes: Math.max(...nodes.map((node, i) => bytesOf(b, node, given[i]))) }
}

/** What stands for nothing in a query of its own, or a variable, may be any value. */
const bytesOf = (b: Binder, node: Expression, feed: Feed | undefined): number => {
  if (node.kind === 'literal' || node.kind === 'param') return CONSTANT_BYTES
  if (feed?.bytes !== undefined) return feed.bytes
  if (feed?.direct !== true || feed.unknown) return Number.POSITIVE_INFINITY
  b.findings.spend(feed.sources.length)
  return Math.max(...feed.sources.map(({ type }) => b.traits.columnBytes?.(type) ?? Number.POSITIVE_INFINITY))
}
