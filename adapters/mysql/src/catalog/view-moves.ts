import { LOOKS } from '@sluice/core/analysis/effects'
import type { CodeMoves, Relation, StandingMove } from '@sluice/core/catalog/catalog'
import { across, joinedCode } from '@sluice/core/flow/code-moves'

/**
 * What functions bring into the columns of a view of which more is not known, and what they write when it is read: they
 * may be given any column behind it. `code` is what calling one does.
 */
export const viewMoves = (
  { type, functions = [], columns, conditions = [] }: Relation,
  code: (schema: string, name: string) => CodeMoves | undefined,
): readonly StandingMove[] => {
  if (type !== 'view' || functions.length === 0) return []
  const codes = (called: typeof functions) => called.flatMap(({ schema, name }) => code(schema, name) ?? [])
  const { reads } = joinedCode(codes(functions))
  const { moves, writes } = joinedCode(codes(functions.filter(({ effect }) => !LOOKS.has(effect))))
  const given = [...conditions, ...columns.flatMap(({ derivedFrom }) => derivedFrom?.sources ?? [])]
  const unproven = columns.filter(({ derivedFrom }) => derivedFrom?.unknown === true)
  return [...moves, ...across(given, writes), ...across(reads, unproven)]
}
