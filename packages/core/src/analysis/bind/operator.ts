import type { SortKey } from '../../statement/expression.ts'
import { doubtful, type Feed } from '../feed.ts'
import { operatorRoutine } from '../traits.ts'
import type { Binder } from './binder.ts'
import { findRoutine, runCode, runs } from './names.ts'

/** Finds what an operator runs, or those behind a word. True where its value is made of its operands alone. */
export const isFollowed = (
  b: Binder,
  written: string,
  schema: string | undefined,
  operands: readonly Feed[],
): boolean => {
  // `= any` is `=` over the elements of an array.
  const op = written.replace(/ (?:any|all)$/, '')
  const behind = schema === undefined ? b.traits.operatorsBehind?.(op) : undefined
  return behind === undefined ? oneIsFollowed(b, op, schema, operands) : allAreFollowed(b, behind, operands)
}

/** The same for a word that is no operator, but compares: CASE with a subject, NULLIF, USING. */
export const wordIsFollowed = (b: Binder, word: string, operands: readonly Feed[]): boolean =>
  allAreFollowed(b, b.traits.operatorsBehind?.(word) ?? [], operands)

/** What orders, behind the operator that the key names. */
export const sorted = (b: Binder, { using }: SortKey, feed: Feed): Feed => {
  const op = using?.at(-1)
  return op === undefined || isFollowed(b, op, using?.at(-2), [feed]) ? feed : doubtful(feed)
}

/** Each of them is found, whatever the ones before it do. */
const allAreFollowed = (b: Binder, operators: readonly string[], operands: readonly Feed[]): boolean =>
  operators.map((op) => oneIsFollowed(b, op, undefined, operands)).every(Boolean)

const oneIsFollowed = (
  b: Binder,
  op: string,
  schema: string | undefined,
  operands: readonly Feed[],
): boolean => {
  const declared = findRoutine(b, schema, operatorRoutine(op))
  const builtin = b.traits.isBuiltinOperator(op) && (schema === undefined || b.traits.isSystemSchema(schema))
  if (!declared && builtin) return true
  const effect = declared?.effect ?? 'unknown'
  if (effect !== 'pure') {
    runs(b, { schema: schema ?? '', name: operatorRoutine(op), effect }, true)
    runCode(b, schema, operatorRoutine(op), operands)
  }
  return declared?.lineage === 'arguments'
}
