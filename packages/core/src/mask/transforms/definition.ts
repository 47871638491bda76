import type { TransformSpec } from '../transform.ts'

/** What a masked value may still tell about the original; every part is an upper bound. */
export type Reveals = {
  /** Whether the value was NULL. */
  readonly nullness: boolean
  /** Whether two values are equal. */
  readonly equality: boolean
  /** How many characters the value has, and where its separators are. */
  readonly length: boolean
  /** How many of its first characters are kept. */
  readonly first: number
  /** How many of its last characters are kept. */
  readonly last: number
  /** The part behind the `@`. */
  readonly domain: boolean
  /** How much of a date: 0 nothing, then the places of `dateUnits` counted from 1. */
  readonly date: number
  /** How finely a number is told: 1 / the bucket; 0 not at all. */
  readonly number: number
  /** The parts of a document that no path names. */
  readonly rest: boolean
}

/** Tells nothing but whether there was a value. */
export const REVEALS_NULLNESS: Reveals = {
  nullness: true,
  equality: false,
  length: false,
  first: 0,
  last: 0,
  domain: false,
  date: 0,
  number: 0,
  rest: false,
}

/** A transform made ready: from the neutral text of a value to the text the client sees; `null` is SQL NULL. */
export type TextTransform = (text: string) => string | null

/** One transform: what it does and what it lets through. */
export type TransformDefinition<Spec extends TransformSpec> = {
  readonly kind: Spec['kind']
  reveals(spec: Spec): Reveals
  /**
   * `key` is the deployment's masking key; transforms that `needsKey` names use it. `nested` compiles a transform
   * inside this one.
   */
  compile(spec: Spec, key: Uint8Array, nested: (spec: TransformSpec) => TextTransform): TextTransform
}

/** The member of `TransformSpec` with that kind. */
export type SpecOf<Kind extends TransformSpec['kind']> = Extract<TransformSpec, { kind: Kind }>
