import type { OutputName } from '@sluice/core/analysis/traits'
import type { Expression } from '@sluice/core/statement/expression'

/**
 * How an output column without alias is called: a column by its name, anything else by its text as the client wrote
 * it, which the tree does not hold.
 */
export const outputName = (node: Expression): OutputName =>
  node.kind === 'column-ref' ? { name: node.name.at(-1) ?? '', sure: true } : { name: '?', sure: false }

/** A text without signs is that of a constant or of a column. */
export const mayBeText = (name: string): boolean => !/^[\p{L}\p{N}_$]*$/u.test(name)
