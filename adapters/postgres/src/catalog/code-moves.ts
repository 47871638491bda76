import type { RowContext } from '@sluice/core/analysis/context'
import type { Catalog, CodeMoves, Column, StandingMove } from '@sluice/core/catalog/catalog'
import { across, columnsOf } from '@sluice/core/flow/code-moves'
import type { Procedural } from '@sluice/core/statement/command'
import type { Reading, ReadStatement } from '@sluice/core/statement/reading'
import { BodyMoves, statementsOf } from './body-moves.ts'
import { checkMoves } from './check-moves.ts'
import type { Read } from './definitions.ts'
import { type BodiesRead, isClosed, RoutineMoves, textOf, withGiven } from './routine-moves.ts'
import type { RoutineFound, Snapshot, TriggerFound } from './rows.ts'
import { tellsOf } from './tests.ts'
import { viewMoves } from './view-moves.ts'
import { writingOf } from './writing.ts'

/**
 * The catalog with what the database's own code does: which values triggers, rules, defaults, checks, policies and keys
 * bring where whenever somebody writes, those in views whenever somebody reads, and what calling a function reads and moves.
 *
 * INVARIANT (no-unproven-column): a body, or a part of one, that cannot be read may bring all that it is called for,
 * and all columns of the tables whose names stand in it, into any column of these tables that has room for a text.
 */
export const withCode = (catalog: Catalog, found: Snapshot, read: Read): Catalog => {
  const code = new Code(catalog, found, read)
  const brings = new Map<number, StandingMove[]>()
  const bring = (relation: number, moves: readonly StandingMove[]): void => {
    brings.set(relation, [...(brings.get(relation) ?? []), ...moves])
  }
  for (const trigger of found.triggers) bring(trigger.relation, code.ofTrigger(trigger))
  for (const [i, { relation, definition }] of found.rules.entries())
    bring(relation, code.ofRule(relation, definition, read.rules[i]))
  const standing = [
    ...[...brings.values()].flat(),
    ...found.defaults.flatMap(({ relation, ordinal, expression }, i) =>
      code.ofDefault(columnAt(catalog, relation, ordinal), expression, read.defaults[i]),
    ),
    ...found.references.flatMap(({ relation, ordinals, target, targets }) =>
      ordinals.flatMap((ordinal, i) => {
        const [to, from] = [columnAt(catalog, relation, ordinal), columnAt(catalog, target, targets[i] ?? 0)]
        return to && from && to !== from ? [{ source: from, target: to, direct: true }] : []
      }),
    ),
    ...checkMoves(code.catalog, found),
    ...viewMoves(code.catalog, found, read, code.bodies),
  ]
  return Object.freeze({
    ...code.catalog,
    standing,
    writing: { ...writingOf(code.catalog, found), brings },
    tells: tellsOf(code.catalog, found),
    defined: (one) => code.ofDefinition(one),
  })
}

const columnAt = (catalog: Catalog, relation: number, ordinal: number): Column | undefined =>
  catalog.relationById(relation)?.columns.find((column) => column.ordinal === ordinal)

class Code {
  readonly catalog: Catalog
  readonly bodies: BodyMoves
  readonly #routines: ReadonlyMap<number, RoutineFound>
  readonly #read: BodiesRead

  constructor(catalog: Catalog, found: Snapshot, read: BodiesRead) {
    const { routines } = found
    this.#read = read
    this.#routines = new Map(routines.map((routine) => [routine.id, routine]))
    this.bodies = new BodyMoves(catalog, found)
    this.catalog = new RoutineMoves(catalog, found, read, this.bodies).catalog
  }

  ofTrigger({ relation: id, routine, args, tables }: TriggerFound): readonly StandingMove[] {
    const relation = this.catalog.relationById(id)
    if (!relation) return []
    const row: RowContext = { relation, names: ['new', 'old'], tables }
    const found = this.#routines.get(routine)
    // The system's own triggers make vectors of the row's texts (tsvector_update_trigger), or nothing.
    if (!found)
      return across(
        relation.columns,
        relation.columns.filter(({ type }) => type === 'tsvector'),
      )
    if (isClosed(found)) return []
    const bodies = statementsOf(this.#read.bodies.get(routine))
    return this.bodies.of(bodies, `${textOf(found)} ${args}`, row, this.catalog).moves
  }

  /** Of a function or procedure that is not there yet. */
  ofDefinition(read: ReadStatement): CodeMoves | undefined {
    const { statement } = read
    if (statement.kind !== 'ddl' || statement.code === undefined) return undefined
    const code = this.bodies.of(statementsOf([read]), statement.code, undefined, this.catalog)
    const { expressions } = statement
    if (expressions.length === 0) return code
    const given: Procedural = {
      kind: 'procedural',
      verb: 'begin',
      expressions,
      statements: [],
      returns: false,
    }
    return withGiven(
      code,
      this.bodies.of([{ read, statement: given }], statement.code, undefined, this.catalog),
    )
  }

  ofRule(id: number, text: string | null, read: Reading | undefined): readonly StandingMove[] {
    const relation = this.catalog.relationById(id)
    if (!relation || text === null) return []
    const row: RowContext = { relation, names: ['new', 'old'], tables: [] }
    const bodies = statementsOf(read)?.flatMap(({ read: one, statement }) =>
      statement.kind === 'procedural'
        ? statement.statements.map((inner) => ({ read: one, statement: inner }))
        : [],
    )
    const { moves } = this.bodies.of(bodies, text, row, this.catalog)
    // RETURNING of the statement shows what the rule's own returns, place by place.
    const returned = (bodies ?? [])
      .flatMap((body) => this.bodies.done(body, row, this.catalog).returned)
      .flatMap(({ at, sources, direct }) => {
        const target = relation.columns[at]
        return target ? across(sources, [target], direct) : []
      })
    return [...moves, ...returned]
  }

  ofDefault(
    target: Column | undefined,
    text: string | null,
    read: Reading | undefined,
  ): readonly StandingMove[] {
    if (!target || text === null) return []
    const [first] = read ?? []
    const done =
      first && this.bodies.done({ read: first, statement: first.statement }, undefined, this.catalog)
    return [
      ...(done?.code.moves ?? []),
      ...across(done?.shown ?? columnsOf(this.bodies.named(text)), [target]),
    ]
  }
}
