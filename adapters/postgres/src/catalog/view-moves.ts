import { UNREAD_VIEW } from '@sluice/core/catalog/build'
import type { Catalog, Column, Relation, StandingMove } from '@sluice/core/catalog/catalog'
import { across, columnsOf, joinedCode } from '@sluice/core/flow/code-moves'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { BodyMoves } from './body-moves.ts'
import type { Read } from './definitions.ts'
import type { Snapshot } from './rows.ts'

/**
 * What functions bring into the columns of views, and into those that the database computes, and what they write when
 * these are read. What is no function's, the columns say themselves (`Column.derivedFrom`).
 *
 * INVARIANT (no-unproven-column): a view that cannot be read has whatever the tables have that its text names.
 */
export const viewMoves = (
  catalog: Catalog,
  found: Snapshot,
  read: Read,
  bodies: BodyMoves,
): readonly StandingMove[] => {
  const code = new DefinedMoves(catalog, bodies)
  const ofViews = found.relations.flatMap(({ id, kind, system, definition }) => {
    const relation = system || (kind !== 'v' && kind !== 'm') ? undefined : catalog.relationById(id)
    if (relation === undefined || !code.mayMove(relation)) return []
    return code.of(relation.columns, isUnread(relation) ? undefined : read.views.get(id), definition ?? '')
  })
  const computed = found.columns.filter((column) => column.computed)
  const ofColumns = computed.flatMap(({ relation, ordinal, expression }) => {
    const column = catalog.relationById(relation)?.columns.find((one) => one.ordinal === ordinal)
    if (column?.derivedFrom?.unknown !== true) return []
    return code.of([column], read.computed.get(`${relation}.${ordinal}`), expression ?? '')
  })
  return [...ofViews, ...ofColumns]
}

const isUnread = ({ functions }: Relation): boolean => functions?.includes(UNREAD_VIEW) === true

class DefinedMoves {
  readonly #catalog: Catalog
  readonly #bodies: BodyMoves

  constructor(catalog: Catalog, bodies: BodyMoves) {
    this.#catalog = catalog
    this.#bodies = bodies
  }

  /** Most views call nothing that does more than look at what it is given. */
  mayMove(relation: Relation): boolean {
    if (relation.functions === undefined) return false
    return (
      isUnread(relation) ||
      relation.functions.some(({ schema, name }) => this.#catalog.code?.(schema, name) !== undefined)
    )
  }

  /** `read`: the query that the columns are shown by; undefined: it cannot be read, and shows what its `text` names. */
  of(columns: readonly Column[], read: ReadStatement | undefined, text: string): readonly StandingMove[] {
    const done = read && this.#bodies.done({ read, statement: read.statement }, undefined, this.#catalog)
    if (done === undefined || done.hidden || done.shown === undefined) return this.#named(columns, text)
    const shown = done.returned.flatMap(({ at, sources }) => {
      const column = columns[at]
      return column?.derivedFrom?.unknown === true ? across(sources, [column]) : []
    })
    return [...done.code.moves, ...shown]
  }

  #named(columns: readonly Column[], text: string): readonly StandingMove[] {
    const named = columnsOf(this.#bodies.named(text))
    const called = this.#bodies.called(text)
    const code = joinedCode(called.flatMap(({ schema, name }) => this.#catalog.code?.(schema, name) ?? []))
    const reads = [...named, ...code.reads]
    return [...code.moves, ...across(reads, [...code.writes, ...columns])]
  }
}
