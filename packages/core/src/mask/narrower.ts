import type { JsonPathMask, TransformSpec } from './transform.ts'
import type { Reveals, SpecOf } from './transforms/definition.ts'
import { revealsOf } from './transforms/index.ts'

/**
 * The transform that honours both: it reveals nothing that either of the two hides. Where neither reveals less than the
 * other (`hash` and `email`), that is `redact`. Commutative, so the order of rules never matters.
 */
export const narrower = (a: TransformSpec, b: TransformSpec): TransformSpec => {
  if (equal(a, b)) return a
  if (a.kind === 'json' && b.kind === 'json') return bothDocuments(a, b)
  if (a.kind === 'number' && b.kind === 'number') return bothBuckets(a, b)
  const aHides = within(revealsOf(a), revealsOf(b))
  const bHides = within(revealsOf(b), revealsOf(a))
  if (aHides && bHides) return { kind: 'redact' }
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
  a.domain <= b.domain &&
  a.date <= b.date &&
  a.number <= b.number &&
  a.rest <= b.rest

/** Only of buckets that fit into one another is one coarser: 15 tells what 10 does not. */
const bothBuckets = (a: SpecOf<'number'>, b: SpecOf<'number'>): TransformSpec => {
  const [fine, coarse] = a.bucket < b.bucket ? [a, b] : [b, a]
  return coarse.bucket % fine.bucket === 0 ? coarse : { kind: 'redact' }
}

/** Every path of both. What one path masks another may lead into: masks of one document are applied one after the other. */
const bothDocuments = (a: SpecOf<'json'>, b: SpecOf<'json'>): TransformSpec => {
  const byPath = new Map<string, JsonPathMask['transform']>()
  for (const { path, transform } of [...a.paths, ...b.paths]) {
    const known = byPath.get(path)
    // Neither of the two is `json`, so the narrower is not either.
    byPath.set(
      path,
      known === undefined ? transform : (narrower(known, transform) as JsonPathMask['transform']),
    )
  }
  const paths = [...byPath].map(([path, transform]) => ({ path, transform }))
  return { kind: 'json', paths: paths.sort((x, y) => (x.path < y.path ? -1 : 1)) }
}

const equal = (a: TransformSpec, b: TransformSpec): boolean => JSON.stringify(a) === JSON.stringify(b)
