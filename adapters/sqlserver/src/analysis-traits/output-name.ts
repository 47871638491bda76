import type { OutputName } from '@sluice/core/analysis/traits'
import type { Expression } from '@sluice/core/statement/expression'

/** SQL Server names a column without alias after the column it is, `$action` among them, and nothing else. */
export const outputName = (expression: Expression): OutputName => {
  if (expression.kind === 'column-ref') return { name: expression.name.at(-1) ?? '', sure: true }
  const isAction = expression.kind === 'call' && expression.name.at(-1) === '@action'
  return { name: isAction ? '$action' : '', sure: true }
}
