import type { Catalog, CodeMoves, Column, StandingMove } from '@sluice/core/catalog/catalog'
import { across, amountOf, columnsOf, joinedCode } from '@sluice/core/flow/code-moves'
import type { Snapshot } from './rows.ts'
import { TypesWithin } from './types-within.ts'

/**
 * Which values the functions in checks of tables and of domains, in policies and in indexes bring where: they are given
 * what is checked. INVARIANT (no-unproven-column): a domain checks every column in whose values it stands, a policy or an
 * index any of its table and of the tables that it reads.
 */
export const checkMoves = (catalog: Catalog, found: Snapshot): readonly StandingMove[] => {
  const code = codeBy(catalog, found)
  const ofTables = found.checks.flatMap(({ relation, ordinals, routines }) => {
    const columns = catalog.relationById(relation)?.columns ?? []
    const whole = ordinals?.includes(0) === true
    return movesBy(
      code(routines),
      columns.filter(({ ordinal }) => whole || ordinals?.includes(ordinal) === true),
    )
  })
  const types = new Map(found.types.map((type) => [type.id, type.parts]))
  const ofAttached = found.attached.flatMap(({ relation, routines, types: used, relations }) => {
    const does = code([...routines, ...used.flatMap((id) => types.get(id) ?? [])])
    if (amountOf(does) === 0) return []
    const all = [relation, ...relations].flatMap((id) => catalog.relationById(id) ?? [])
    return movesBy(does, columnsOf(all))
  })
  return [...ofTables, ...ofAttached, ...typeMoves(catalog, found, code)]
}

/** What functions do together, by their ids. */
type CodeBy = (ids: readonly number[]) => CodeMoves

const codeBy = (catalog: Catalog, { routines }: Snapshot): CodeBy => {
  const known = new Map(routines.map((routine) => [routine.id, routine]))
  return (ids) =>
    joinedCode(
      ids.flatMap((id) => {
        const routine = known.get(id)
        return (routine && catalog.code?.(routine.schema, routine.name)) ?? []
      }),
    )
}

const movesBy = ({ moves, writes }: CodeMoves, checked: readonly Column[]): readonly StandingMove[] => [
  ...moves,
  ...across(checked, writes),
]

const typeMoves = (catalog: Catalog, found: Snapshot, codeOf: CodeBy): readonly StandingMove[] => {
  const moving = found.types.flatMap(({ id, parts }) => {
    const code = codeOf(parts)
    return code.moves.length + code.writes.length > 0 ? [{ id, code }] : []
  })
  if (moving.length === 0) return []
  const nested = new TypesWithin(found)
  const stored = catalog.relations.filter(({ system, type }) => !system && type === 'table')
  return moving.flatMap(({ id, code }) => {
    const all = nested.around([id])
    const names = new Set(found.shapes.filter((shape) => all.has(shape.id)).map(({ name }) => name))
    const checked = stored.flatMap(({ columns }) => columns.filter(({ type }) => names.has(type)))
    return checked.length === 0 ? [] : movesBy(code, checked)
  })
}
