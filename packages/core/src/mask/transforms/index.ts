import type { TransformSpec } from '../transform.ts'
import { constant } from './constant.ts'
import { date } from './date.ts'
import type { Reveals, SpecOf, TextTransform, TransformDefinition } from './definition.ts'
import { email } from './email.ts'
import { fpe } from './fpe.ts'
import { hash } from './hash.ts'
import { json } from './json.ts'
import { nullify } from './null.ts'
import { number } from './number.ts'
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
  fpe,
  date,
  number,
  json,
}

// The table's own type proves that the definition under a kind takes the spec of that kind.
const definitionOf = (spec: TransformSpec): TransformDefinition<TransformSpec> => definitions[spec.kind]

/** The transform made ready for text. Throws where the transform needs a key and it is empty. */
export const compileTransform = (spec: TransformSpec, key: Uint8Array): TextTransform =>
  definitionOf(spec).compile(spec, key, (inner) => compileTransform(inner, key))

/** What the transform lets through. */
export const revealsOf = (spec: TransformSpec): Reveals => definitionOf(spec).reveals(spec)
