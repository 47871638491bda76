import type { Catalog, Column, RelationRef, StandingMove } from '../catalog/catalog.ts'
import { isBetween, placeKey } from '../flow/code-moves.ts'
import { isColumn } from '../flow/moves.ts'
import type { Analysis } from './context.ts'
import { mayBeGone, type TablesSince } from './tables-since.ts'
import { type UseFact, useOf } from './uses.ts'

/** A copy that code makes where its name for a table leads to one of several: the search path says to which. */
type Capture = {
  readonly direct: boolean
  readonly source: Column
  readonly target: Column
  readonly others: readonly Column[]
}

/** Of how many tables and paths is remembered what they tell. Beyond, all is forgotten and begun anew. */
const MAX_KNOWN = 1_000

const known = new WeakMap<Catalog, Map<string, readonly UseFact[]>>()

/**
 * What is told of columns' values that triggers and rules bring into a table of the writer's own making: which stands before
 * the one that the code was written for, by the search path, and has other columns or rules. What the code was written for is
 * its author's to decide.
 */
export const toldByCaptures = (
  written: RelationRef,
  catalog: Catalog,
  path: readonly string[],
): readonly UseFact[] => {
  if (catalog.tells === undefined || !runsAny(catalog)) return []
  const found = known.get(catalog) ?? new Map<string, readonly UseFact[]>()
  known.set(catalog, found)
  const key = JSON.stringify([written.id, path])
  const before = found.get(key)
  if (before !== undefined) return before
  const { tells } = catalog
  const told = capturesIn(broughtBy(written, catalog), path).flatMap(({ source, target, direct, others }) => {
    const all = others.flatMap((other) => tells(target, other) ?? [])
    // What equals a computed value tells a part of it.
    const isWhole = direct && !source.labels.some((label) => label.computed)
    if (all.includes('more') || (all.length > 0 && !isWhole)) return [useOf(source, 'tested')]
    return all.includes('equality') ? [useOf(source, 'join')] : []
  })
  if (found.size >= MAX_KNOWN) found.clear()
  found.set(key, [...new Set(told)])
  return told
}

const runsAny = ({ writing }: Catalog): boolean => (writing?.brings?.size ?? 0) > 0

/** What triggers and rules of other tables bring into tables, or into some columns of these, once they have gone. */
export const toldByLeaving = (
  gone: readonly RelationRef[],
  columns: readonly string[] | undefined,
  catalog: Catalog,
): readonly UseFact[] => {
  const ids = new Set(gone.map(({ id }) => id))
  const goes = ({ relation, name }: Column): boolean =>
    ids.has(relation.id) && columns?.includes(name) !== false
  return [...(catalog.writing?.brings ?? [])].flatMap(([writer, moves]) =>
    ids.has(writer) ? [] : copiesIn(moves, goes).map(({ source }) => useOf(source, 'left')),
  )
}

/** What writing a table brings into columns by triggers and rules, and by those of what they write in turn. */
const broughtBy = (written: RelationRef, catalog: Catalog): readonly StandingMove[] => {
  const { brings, keys } = catalog.writing ?? {}
  const moves: StandingMove[] = []
  const reached = new Set([written.id])
  for (const id of reached) {
    const relation = catalog.relationById(id)
    for (const other of relation?.family?.all ?? []) reached.add(other.id)
    for (const other of relation?.over ?? []) reached.add(other)
    for (const key of keys?.get(id) ?? []) reached.add(key.relation)
    for (const move of brings?.get(id) ?? []) {
      moves.push(move)
      if (isColumn(move.target)) reached.add(move.target.relation.id)
    }
  }
  return moves
}

/**
 * The same statement, with what is told by tables that the open transaction made or named, which may stand before those that
 * triggers and rules write: nothing is known of what they ask.
 */
export const withCaptures = (
  analysis: Analysis,
  since: TablesSince | undefined,
  catalog: Catalog,
): Analysis => {
  if (since === undefined || !runsAny(catalog)) return analysis
  const { facts } = analysis
  const moves = facts.tables.flatMap(({ schema, name, access }) => {
    const relation = access.includes('write') ? catalog.relation(schema, name) : undefined
    return relation === undefined ? [] : broughtBy(relation, catalog)
  })
  const mayBeAnother = ({ relation: { name } }: Column): boolean =>
    mayBeGone(since, name, 'table') || since.former.has(name)
  const told = copiesIn(moves, mayBeAnother).map(({ source }) => useOf(source, 'tested'))
  if (told.length === 0) return analysis
  return { ...analysis, facts: { ...facts, uses: [...new Set([...facts.uses, ...told])] } }
}

const capturesIn = (moves: readonly StandingMove[], path: readonly string[]): readonly Capture[] => {
  const schemas = new Map<string, Set<string>>()
  for (const { target } of moves) {
    if (!isColumn(target)) continue
    const { schema, name } = target.relation
    schemas.set(name, (schemas.get(name) ?? new Set()).add(schema))
  }
  const inSeveral = ({ relation }: Column): boolean => (schemas.get(relation.name)?.size ?? 0) > 1
  /** Where none is on the path, the code has one of its own. */
  const isReached = ({ relation: { schema, name } }: Column): boolean =>
    path.includes(schema) || !path.some((one) => schemas.get(name)?.has(one) === true)
  const bySource = Map.groupBy(copiesIn(moves, inSeveral), ({ source }) => source)
  return [...bySource.values()].flatMap((copies) => {
    const targets = [...new Set(copies.map(({ target }) => target))]
    return copies
      .filter(({ target }) => isReached(target))
      .map((copy) => ({ ...copy, others: othersOf(copy.target, targets) }))
  })
}

/** What the value goes to in other tables of the name: columns that are called alike, or any. */
const othersOf = ({ relation, name }: Column, targets: readonly Column[]): readonly Column[] => {
  const others = targets.filter(
    (one) => one.relation.name === relation.name && one.relation.schema !== relation.schema,
  )
  const alike = others.filter((one) => one.name === name)
  return alike.length > 0 ? alike : others
}

type Copy = { readonly source: Column; readonly target: Column; readonly direct: boolean }

/** Each from one column to another that is asked for, also by the places between. */
const copiesIn = (
  moves: readonly StandingMove[],
  isAskedFor: (target: Column) => boolean,
): readonly Copy[] => {
  const asked = moves.flatMap(({ source, target, direct }) =>
    isColumn(target) && isAskedFor(target) ? [{ source, target, direct }] : [],
  )
  if (asked.length === 0) return []
  const into = Map.groupBy(moves, ({ target }) => (isBetween(target) ? placeKey(target) : ''))
  return asked.flatMap(({ source, target, direct }): readonly Copy[] => {
    if (isColumn(source)) return [{ source, target, direct }]
    const before = isBetween(source) ? (into.get(placeKey(source)) ?? []) : []
    return before.flatMap((one) =>
      isColumn(one.source) ? [{ source: one.source, target, direct: false }] : [],
    )
  })
}
