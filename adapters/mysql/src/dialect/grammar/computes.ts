import type { Procedural } from '@sluice/core/statement/command'
import type { Expression } from '@sluice/core/statement/expression'

/** A statement that computes something and returns no rows. */
export const computes = (verb: string, values: readonly Expression[]): Procedural => ({
  kind: 'procedural',
  verb,
  expressions: values,
  statements: [],
  returns: false,
})
