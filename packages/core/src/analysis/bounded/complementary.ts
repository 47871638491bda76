import type { Expression } from '../../statement/expression.ts'
import { saidBy } from './same.ts'

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
export const complementary = (operands: readonly Expression[]): boolean => {
  const whole = new Set(operands.map(saidBy))
  const tests = operands.flatMap((node) =>
    node.kind === 'operator'
      ? [{ op: node.op, single: node.operands.length === 1, of: saidBy(node.operands[0]) }]
      : [],
  )
  const asked = new Set(tests.map(({ op, of }) => `${op} ${of}`))
  return tests.some(
    ({ op, single, of }) =>
      (op === 'not' && single && whole.has(of)) ||
      OPPOSITE[op]?.some((opposite) => asked.has(`${opposite} ${of}`)) === true,
  )
}
