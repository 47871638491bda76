import type { Expression } from '@sluice/core/statement/expression'

/** What a setting is set to, where the text says so. */
export const textOf = (value: Expression): string | undefined =>
  value.kind === 'literal' ? (value.value ?? value.type) : undefined

/** What a variable of the session, or a setting, is read as. */
const isVariable = (value: Expression): boolean =>
  value.kind === 'call' && value.name[0]?.startsWith('@') === true

/** Reads no table and changes nothing: a constant, a variable, another setting, arithmetic and functions of these. */
export const isPlain = (value: Expression): boolean => {
  switch (value.kind) {
    case 'literal':
    case 'default':
    case 'param':
      return true
    case 'operator':
      return value.operands.every(isPlain)
    case 'cast':
      return isPlain(value.operand)
    case 'call':
      return isVariable(value) || isTextual(value)
    default:
      return false
  }
}

/** Whether the text alone, or the client by a bound value, says what it is. */
export const isConstant = (value: Expression): boolean =>
  value.kind === 'operator'
    ? value.operands.every(isConstant)
    : value.kind === 'literal' || value.kind === 'default' || value.kind === 'param'

const textual: ReadonlySet<string> = new Set([
  'concat',
  'replace',
  'lower',
  'upper',
  'if',
  'ifnull',
  'coalesce',
  'greatest',
  'least',
  'left',
  'right',
  'now',
  'unix_timestamp',
  'concat_ws',
  'repeat',
])

const isTextual = (value: Expression): boolean =>
  value.kind === 'call' && value.name.length === 1 && textual.has(value.name[0]!) && value.args.every(isPlain)
