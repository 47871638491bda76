import { REVEALS_NULLNESS, type SpecOf, type TransformDefinition } from './definition.ts'

/** Every value becomes the same text. */
export const constant: TransformDefinition<SpecOf<'constant'>> = {
  kind: 'constant',
  reveals: () => REVEALS_NULLNESS,
  compile:
    ({ value }) =>
    () =>
      value,
}
