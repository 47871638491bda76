import type { Expression } from '@sluice/core/statement/expression'
import type { Name } from '@sluice/core/statement/node'
import { Unreadable } from '@sluice/reading/unreadable'
import { parseSql } from '../parser/parse.ts'
import { expect, only } from './context.ts'
import { typeName } from './type-name.ts'

/** Functions that read their first argument as a value of the type that their second one names. */
const READING: ReadonlySet<string> = new Set(['pg_input_is_valid', 'pg_input_error_info'])

/** The longest text that is read as a type's name, in characters. */
const MAX_TYPE_TEXT = 1_000

/** A type that is not known before the statement runs. */
const ANY: Name = []

/** The types that a function makes values of because a text says so; undefined: none. */
export const readsAs = (
  name: Name,
  args: readonly Expression[],
  argNames: readonly (string | null)[] | undefined,
): readonly Name[] | undefined => {
  if (!READING.has(name.at(-1) ?? '')) return undefined
  const type = argNames === undefined ? args[1] : undefined
  const told = type?.kind === 'literal' && type.type === 'string' ? type.value : undefined
  return [told === undefined ? ANY : typeNamed(told)]
}

/** A type by what stands behind `::`, as the server reads it too (parse_type.c, typeStringToTypeName); empty: it is none. */
export const typeNamed = (told: string): Name => {
  if (told.length > MAX_TYPE_TEXT) return ANY
  try {
    const [statement, ...more] = parseSql(`SELECT NULL::${told}`, true).stmts ?? []
    const { targetList } = only(
      'SelectStmt',
      expect('SelectStmt', statement?.stmt),
      'targetList',
      'limitOption',
      'op',
    )
    const [target, ...others] = targetList ?? []
    const { val } = only('ResTarget', expect('ResTarget', target), 'val')
    const { arg, typeName: type } = only('TypeCast', expect('TypeCast', val), 'arg', 'typeName')
    only('A_Const', expect('A_Const', arg), 'isnull')
    return more.length > 0 || others.length > 0 ? ANY : typeName(type).name
  } catch (error) {
    if (error instanceof Unreadable) return ANY
    throw error
  }
}
