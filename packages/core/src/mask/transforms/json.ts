import { type JsonStep, parseJsonPath } from '../json-path.ts'
import type { JsonPathMask, TransformSpec } from '../transform.ts'
import { REVEALS_NULLNESS, type SpecOf, type TextTransform, type TransformDefinition } from './definition.ts'
import { numberText, parseJson, printJson, rawNumber } from './json-text.ts'
import { REDACTED } from './redact.ts'

/** The deepest place in a document that is looked at; a document with deeper ones is redacted whole. */
const JSON_DEPTH_LIMIT = 256

/**
 * The longest document, in UTF-16 code units, that is taken apart; a longer one is redacted whole, and so is what is no
 * JSON: 16 MiB, some tenths of a second of work.
 */
const JSON_LENGTH_LIMIT = 16 * 1024 * 1024

/** Masks the values at the paths inside a document. A value there keeps its JSON type where it can and is null else. */
export const json: TransformDefinition<SpecOf<'json'>> = {
  kind: 'json',
  // The rest of the document is shown as it is: no bound below "all of it" holds.
  reveals: () => ({
    ...REVEALS_NULLNESS,
    equality: true,
    length: true,
    first: Number.POSITIVE_INFINITY,
    last: Number.POSITIVE_INFINITY,
    domain: true,
    date: Number.POSITIVE_INFINITY,
    number: Number.POSITIVE_INFINITY,
    rest: true,
  }),
  compile: ({ paths }, _key, nested) => {
    const masks = paths.map((mask) => compileMask(mask, nested))
    return (text) => {
      if (text.length > JSON_LENGTH_LIMIT) return JSON.stringify(REDACTED)
      const document = parseJson(text)
      if (document === undefined) return JSON.stringify(REDACTED)
      const holder = { document: document.value }
      try {
        for (const { steps, leaf } of masks) walk(holder, 'document', steps, 0, leaf, 0)
      } catch (error) {
        if (error instanceof TooDeep) return JSON.stringify(REDACTED)
        throw error
      }
      return printJson(holder.document)
    }
  },
}

class TooDeep extends Error {}

type Leaf = (value: unknown) => unknown
type Holder = Record<string | number, unknown>

const compileMask = (
  { path, transform }: JsonPathMask,
  nested: (spec: TransformSpec) => TextTransform,
): { readonly steps: readonly JsonStep[]; readonly leaf: Leaf } => {
  const steps = parseJsonPath(path)
  if (steps === undefined) throw new Error(`\`${path}\` is no path into a JSON document`)
  const apply = nested(transform)
  return { steps, leaf: (value) => maskLeaf(value, apply) }
}

/** A text stays a text and a number a number; what the transform has no answer for becomes null, and so does the rest. */
const maskLeaf = (value: unknown, apply: TextTransform): unknown => {
  if (typeof value === 'string') return apply(value)
  const text = numberText(value)
  if (text === undefined) return null
  const made = apply(text)
  return made !== null && /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(made) ? rawNumber(made) : null
}

/** Follows the steps from `holder[name]` on and replaces what they lead to. */
const walk = (
  holder: Holder,
  name: string | number,
  steps: readonly JsonStep[],
  at: number,
  leaf: Leaf,
  depth: number,
): void => {
  if (depth > JSON_DEPTH_LIMIT) throw new TooDeep()
  const step = steps[at]
  const value = holder[name]
  if (step === undefined) {
    holder[name] = leaf(value)
    return
  }
  if (typeof value !== 'object' || value === null || numberText(value) !== undefined) return
  const inside = value as Holder
  // `..` stands for here and everywhere below: this place first, for what is masked is not walked into again.
  if (step.kind === 'deep') {
    walk(holder, name, steps, at + 1, leaf, depth + 1)
    for (const member of membersOf(inside)) walk(inside, member, steps, at, leaf, depth + 1)
    return
  }
  for (const member of stepInto(inside, step)) walk(inside, member, steps, at + 1, leaf, depth + 1)
}

const membersOf = (value: Holder): Iterable<string | number> =>
  Array.isArray(value) ? value.keys() : Object.keys(value)

const stepInto = (value: Holder, step: JsonStep): Iterable<string | number> => {
  if (step.kind === 'each') return membersOf(value)
  if (step.kind === 'index') return Array.isArray(value) && step.at < value.length ? [step.at] : []
  return step.kind === 'key' && !Array.isArray(value) && Object.hasOwn(value, step.name) ? [step.name] : []
}
