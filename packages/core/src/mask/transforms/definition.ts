import type { TransformSpec } from '../transform.ts'

/** What a masked value may still tell about the original; every part is an upper bound. */
export type Reveals = {
  /** Whether the value was NULL. */
  readonly nullness: boolean
  /** Whether two values are equal. */
  readonly equality: boolean
  /** How many characters the value has. */
  readonly length: boolean
  /** How many of its first characters are kept. */
  readonly first: number
  /** How many of its last characters are kept. */
  readonly last: number
  /** The part behind the `@`. */
  readonly domain: boolean
}

/** Tells nothing but whether there was a value. */
export const REVEALS_NULLNESS: Reveals = {
  nullness: true,
  equality: false,
  length: false,
  first: 0,
  last: 0,
  domain: false,
}

/** A transform made ready: from the neutral text of a value to the text the client sees; `null` is SQL NULL. */
export type TextTransform = (text: string) => string | null

/** One transform: what it does and what it lets through. */
export type TransformDefinition<Spec extends TransformSpec> = {
  readonly kind: Spec['kind']
  reveals(spec: Spec): Reveals
  /** `key` is the deployment's masking key; only `hash` uses it. */
  compile(spec: Spec, key: Uint8Array): TextTransform
}

/** The member of `TransformSpec` with that kind. */
export type SpecOf<Kind extends TransformSpec['kind']> = Extract<TransformSpec, { kind: Kind }>
