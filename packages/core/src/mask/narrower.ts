import type { JsonPathMask, TransformSpec } from './transform.ts'
import type { Reveals, SpecOf } from './transforms/definition.ts'
import { revealsOf } from './transforms/index.ts'

/**
 * The transform that honours both: it reveals nothing that either of the two hides. Where neither reveals less than the
 * other (`hash` and `email`), that is `redact`. Commutative, so the order of rules never matters.
 */
export const narrower = (a: TransformSpec, b: TransformSpec): TransformSpec => {
  if (equal(a, b)) return a
  if (a.kind === 'json' && b.kind === 'json') return allDocuments([a, b])
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

/**
 * The same for any number of them, in whatever order they come: the one that reveals less than all others, else what
 * honours all where they are of one kind, else `redact`.
 */
export const narrowest = (specs: readonly TransformSpec[]): TransformSpec => {
  const least = specs.find((one) => specs.every((other) => equal(narrower(one, other), one)))
  if (least !== undefined) return least
  const documents = specs.filter((spec) => spec.kind === 'json')
  if (documents.length === specs.length) return allDocuments(documents)
  return specs.every(({ kind }) => kind === 'partial') ? specs.reduce(narrower) : { kind: 'redact' }
}

type Mask = { readonly transform: TransformSpec; readonly rule: string }

/** What all masks of a value make together, in the name of the rule that asks for it; undefined for none. */
export const narrowestMask = (masks: readonly Mask[]): Mask | undefined => {
  const last = masks.at(-1)
  if (last === undefined || masks.length === 1) return last
  const transform = narrowest(masks.map((mask) => mask.transform))
  const asking = masks.find((mask) => equal(mask.transform, transform)) ?? last
  return { transform, rule: asking.rule }
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

/** Every path of all. What one path masks another may lead into: masks of one document are applied one after the other. */
const allDocuments = (specs: readonly SpecOf<'json'>[]): TransformSpec => {
  const byPath = Map.groupBy(
    specs.flatMap((spec) => spec.paths),
    ({ path }) => path,
  )
  const paths = [...byPath].map(([path, masks]) => ({
    path,
    // None of them is `json`, so the narrowest is not either.
    transform: narrowest(masks.map(({ transform }) => transform)) as JsonPathMask['transform'],
  }))
  return { kind: 'json', paths: paths.sort((x, y) => (x.path < y.path ? -1 : 1)) }
}

const equal = (a: TransformSpec, b: TransformSpec): boolean => JSON.stringify(a) === JSON.stringify(b)
