import type { Expression } from '@sluice/core/statement/expression'

/** What a setting is set to, where the text says so. */
export const textOf = (value: Expression): string | undefined =>
  value.kind === 'literal' ? (value.value ?? value.type) : undefined

/** Reads no table and changes nothing: a constant, another setting, arithmetic and functions of these. */
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
      return (
        (value.name.length === 1 &&
          value.name[0] !== ':=' &&
          value.args.every(isPlain) &&
          !/^[a-z]/.test(value.name[0] ?? '')) ||
        isTextual(value)
      )
    default:
      return false
  }
}

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
