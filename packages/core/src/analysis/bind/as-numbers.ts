import type { Expression } from '../../statement/expression.ts'
import type { Feed } from '../feed.ts'
import { used } from '../uses.ts'
import type { Binder } from './binder.ts'

/** What is compared with what: as it is written, and what feeds it. */
type Compared = { readonly node: Expression; readonly feed: Feed }

/**
 * Some systems read a text as a number where it is compared with one: `card = 4111` is then true of every card that
 * begins so, and not of one value. Whatever is not certainly a text may be a number.
 */
export const asNumbers = (
  b: Binder,
  nodes: readonly Expression[],
  feeds: readonly Feed[],
): readonly Feed[] => {
  if (b.traits.isTextType === undefined) return feeds
  const compared = feeds.map((feed, i): Compared => ({ node: nodes[i] as Expression, feed }))
  for (const one of compared) for (const other of compared) bindings(b, one, other)
  return compared.map((one) =>
    compared.some((other) => other !== one && mixes(b, one, other)) ? used(one.feed, 'computed') : one.feed,
  )
}

/** The same for columns that a join by name compares. */
export const readAsNumbers = (b: Binder, sides: readonly Feed[]): boolean =>
  sides.some((feed) => hasText(b, feed)) && !sides.every((feed) => onlyText(b, feed))

/** Rows are compared field by field. */
const mixes = (b: Binder, one: Compared, other: Compared): boolean => {
  if (one.node.kind !== 'row' || other.node.kind !== 'row') return hasText(b, one.feed) && !isText(b, other)
  const [left, right] = [fieldsOf(one), fieldsOf(other)]
  return left.some((field, at) => {
    const opposite = right[at]
    return opposite === undefined || mixes(b, field, opposite)
  })
}

/** What a driver sends for a bind value is not known before it is run: `sentAsNumbers` asks then. */
const bindings = (b: Binder, one: Compared, { node }: Compared): void => {
  if (node.kind !== 'param' || !hasText(b, one.feed)) return
  b.findings.spend(one.feed.sources.length)
  for (const column of one.feed.sources) b.findings.textBindings.push({ column, param: node.index })
}

/** The values of a row; those of a star cannot be told apart. */
const fieldsOf = ({ node, feed }: Compared): readonly Compared[] =>
  node.kind === 'row'
    ? node.fields.map((field, at) => ({ node: field, feed: feed.fields?.[at]?.feed ?? feed }))
    : []

/** True where some of it comes from texts that the system would read as numbers. */
export const hasText = (b: Binder, { sources }: Feed): boolean =>
  sources.some(({ type }) => b.traits.isTextType?.(type) === true)

const onlyText = (b: Binder, { sources, unknown }: Feed): boolean =>
  !unknown && sources.length > 0 && sources.every(({ type }) => b.traits.isTextType?.(type) === true)

const isText = (b: Binder, { node, feed }: Compared): boolean => {
  switch (node.kind) {
    case 'literal':
      return node.type === 'string' || node.type === 'null'
    case 'param':
      return true
    case 'column-ref':
      return onlyText(b, feed)
    case 'subquery':
      return node.mode !== 'exists' && onlyText(b, feed)
    case 'cast':
      return b.traits.isTextType?.(node.type.at(-1) ?? '') === true
    case 'call':
      return b.traits.makesText?.(node.name.at(-1) ?? '') === true
    case 'operator':
      return (
        node.op === 'collate' && node.operands[0] !== undefined && isText(b, { node: node.operands[0], feed })
      )
    default:
      return false
  }
}
