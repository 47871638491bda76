import type { Expression } from '../../statement/expression.ts'
import { sameExpression } from './same.ts'

const OPPOSITE: Readonly<Record<string, readonly string[]>> = {
  '=': ['<>', '!='],
  '<>': ['='],
  '!=': ['='],
  '<': ['>', '>='],
  '<=': ['>', '>='],
  '>': ['<', '<='],
  '>=': ['<', '<='],
  'is null': ['is not null'],
  'is not null': ['is null'],
  'is true': ['is not true', 'is false'],
  'is not true': ['is true'],
  'is false': ['is not false', 'is true'],
  'is not false': ['is false'],
  like: ['not like'],
  'not like': ['like'],
  in: ['not in'],
  'not in': ['in'],
}

/** `p or not p`, `x = 1 or x <> 1`: two alternatives that leave no row out. Literals may be equal: they count as such. */
export const complementary = (operands: readonly Expression[]): boolean =>
  operands.some((a, i) => operands.slice(i + 1).some((b) => opposes(a, b) || opposes(b, a)))

const opposes = (a: Expression, b: Expression): boolean => {
  if (a.kind !== 'operator') return false
  if (a.op === 'not') return a.operands.length === 1 && sameExpression(a.operands[0], b)
  const opposite = b.kind === 'operator' && OPPOSITE[a.op]?.includes(b.op)
  return !!opposite && sameExpression(a.operands[0], b.operands[0])
}
