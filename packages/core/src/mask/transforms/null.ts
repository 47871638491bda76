import { REVEALS_NULLNESS, type SpecOf, type TransformDefinition } from './definition.ts'

/** Every value becomes NULL: the one transform that hides even whether there was a value. */
export const nullify: TransformDefinition<SpecOf<'null'>> = {
  kind: 'null',
  reveals: () => ({ ...REVEALS_NULLNESS, nullness: false }),
  compile: () => () => null,
}
