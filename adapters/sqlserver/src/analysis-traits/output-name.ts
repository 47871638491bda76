import type { OutputName } from '@sluice/core/analysis/traits'
import type { Expression } from '@sluice/core/statement/expression'

/** SQL Server names a column without alias after the column it is, and nothing else. */
export const outputName = (expression: Expression): OutputName =>
  expression.kind === 'column-ref'
    ? { name: expression.name.at(-1) ?? '', sure: true }
    : { name: '', sure: true }
