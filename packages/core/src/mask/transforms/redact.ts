import { REVEALS_NULLNESS, type SpecOf, type TransformDefinition } from './definition.ts'

/** What stands in place of a redacted text. ASCII, so that it is valid in every client encoding. */
export const REDACTED = '[redacted]'

/** Every value becomes `[redacted]`. */
export const redact: TransformDefinition<SpecOf<'redact'>> = {
  kind: 'redact',
  reveals: () => REVEALS_NULLNESS,
  compile: () => () => REDACTED,
}
