import type { TransformSpec } from './transform.ts'
import type { Reveals } from './transforms/definition.ts'
import { revealsOf } from './transforms/index.ts'

/**
 * The transform that honours both: it reveals nothing that either of the two hides. Where neither reveals less than the
 * other (`hash` and `email`), that is `redact`. Commutative, so the order of rules never matters.
 */
export const narrower = (a: TransformSpec, b: TransformSpec): TransformSpec => {
  const aHides = within(revealsOf(a), revealsOf(b))
  const bHides = within(revealsOf(b), revealsOf(a))
  if (aHides && bHides) return equal(a, b) ? a : { kind: 'redact' }
  if (aHides) return a
  if (bHides) return b
  if (a.kind === 'partial' && b.kind === 'partial')
    return { kind: 'partial', first: Math.min(a.first, b.first), last: Math.min(a.last, b.last) }
  return { kind: 'redact' }
}

/** True where the transform tells nothing of the value itself, so that it also fits a value derived from it. */
export const revealsNothing = (spec: TransformSpec): boolean =>
  within(revealsOf(spec), revealsOf({ kind: 'redact' }))

/** True where everything that `a` reveals is revealed by `b` too. */
const within = (a: Reveals, b: Reveals): boolean =>
  a.nullness <= b.nullness &&
  a.equality <= b.equality &&
  a.length <= b.length &&
  a.first <= b.first &&
  a.last <= b.last &&
  a.domain <= b.domain

const equal = (a: TransformSpec, b: TransformSpec): boolean => JSON.stringify(a) === JSON.stringify(b)
