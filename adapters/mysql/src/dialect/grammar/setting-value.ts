import type { Expression } from '@sluice/core/statement/expression'
import { visit } from '@sluice/core/statement/walk'
import { isOpenVariable, takesFew } from '../../analysis-traits/settings.ts'

/** What a setting is set to, where the text says so. */
export const textOf = (value: Expression): string | undefined =>
  value.kind === 'literal' ? (value.value ?? value.type) : undefined

/** What a variable of the session, or a setting, is read as. */
const isVariable = (value: Expression): boolean =>
  value.kind === 'call' && value.name[0]?.startsWith('@') === true

/** A setting, as it is. */
export const isSystemVariable = (value: Expression): boolean => isVariable(value) && !isUserVariable(value)

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

/** Whether the text alone says what it is. An EXECUTE takes a bound value out of anything. */
export const isFixed = (value: Expression): boolean =>
  value.kind === 'operator'
    ? value.operands.every(isFixed)
    : value.kind === 'literal' || value.kind === 'default'

/**
 * Whether a setting gets back what it may have had: one that takes few values, out of a variable as it is, or one that
 * shows nothing, out of other settings. `SET sql_mode = @saved`, `SET sql_mode = CONCAT(@@sql_mode, ',ANSI')`.
 */
export const restores = (name: string, value: Expression): boolean =>
  isUserVariable(value)
    ? takesFew(name) || !isOpenVariable(name)
    : !isOpenVariable(name) && !readsVariable(value)

const isUserVariable = (value: Expression): boolean =>
  value.kind === 'call' && /^@[^@]/.test(value.name[0] ?? '')

const readsVariable = (root: Expression): boolean => {
  let found = false
  visit(root, (node) => {
    found ||= node.kind === 'param' || (node.kind === 'call' && isUserVariable(node))
    return !found
  })
  return found
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
