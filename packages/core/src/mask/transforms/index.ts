import type { TransformSpec } from '../transform.ts'
import { constant } from './constant.ts'
import type { Reveals, SpecOf, TextTransform, TransformDefinition } from './definition.ts'
import { email } from './email.ts'
import { hash } from './hash.ts'
import { nullify } from './null.ts'
import { partial } from './partial.ts'
import { redact } from './redact.ts'

/** Every transform by its kind: a new one adds its line here. */
export const definitions: { readonly [Kind in TransformSpec['kind']]: TransformDefinition<SpecOf<Kind>> } = {
  redact,
  null: nullify,
  constant,
  partial,
  email,
  hash,
}

// The table's own type proves that the definition under a kind takes the spec of that kind.
const definitionOf = (spec: TransformSpec): TransformDefinition<TransformSpec> => definitions[spec.kind]

/** The transform made ready for text. Throws for `hash` with an empty key. */
export const compileTransform = (spec: TransformSpec, key: Uint8Array): TextTransform =>
  definitionOf(spec).compile(spec, key)

/** What the transform lets through. */
export const revealsOf = (spec: TransformSpec): Reveals => definitionOf(spec).reveals(spec)
