import type { Catalog, CodeMoves } from '@sluice/core/catalog/catalog'
import { amountOf, joinedCode } from '@sluice/core/flow/code-moves'
import type { Reading } from '@sluice/core/statement/reading'
import { type BodyMoves, statementsOf } from './body-moves.ts'
import { circlesOf } from './circles.ts'
import type { RoutineFound } from './rows.ts'

/** The text in which the names stand that a routine uses. */
export const textOf = ({ definition, body, source }: RoutineFound): string => definition ?? body ?? source

/** What calling routines reads and moves, each found when it is first asked for. */
export class RoutineMoves {
  /** The catalog with what its routines do. */
  readonly catalog: Catalog
  /** The same, before anything is known of what they call. */
  readonly #unfollowed: Catalog
  readonly #named: ReadonlyMap<string, readonly RoutineFound[]>
  readonly #read: ReadonlyMap<number, Reading>
  readonly #bodies: BodyMoves
  readonly #known = new Map<RoutineFound, CodeMoves | undefined>()

  /** `read`: the bodies that could be read, by the routine's id. */
  constructor(
    catalog: Catalog,
    routines: readonly RoutineFound[],
    read: ReadonlyMap<number, Reading>,
    bodies: BodyMoves,
  ) {
    this.#read = read
    this.#bodies = bodies
    this.#named = Map.groupBy(routines, ({ schema, name }) => keyOf(schema, name))
    this.#unfollowed = { ...catalog, code: () => undefined }
    this.catalog = { ...catalog, code: (schema, name) => this.#ofName(schema, name) }
  }

  /** All overloads of a name together. */
  #ofName(schema: string, name: string): CodeMoves | undefined {
    const all = (this.#named.get(keyOf(schema, name)) ?? []).flatMap(
      (routine) => this.#ofRoutine(routine) ?? [],
    )
    return all.length === 0 ? undefined : joinedCode(all)
  }

  /** Undefined: it looks at nothing and moves nothing. */
  #ofRoutine(routine: RoutineFound): CodeMoves | undefined {
    if (!this.#known.has(routine)) this.#follow(routine)
    return this.#known.get(routine)
  }

  /** Follows what a routine calls, and what that calls, from the last to the first. */
  #follow(routine: RoutineFound): void {
    const calls = new Map<RoutineFound, readonly RoutineFound[]>()
    const open = [routine]
    for (const one of open) {
      if (calls.has(one) || this.#known.has(one)) continue
      const called = this.#calledBy(one).filter((other) => !this.#known.has(other))
      calls.set(one, called)
      open.push(...called)
    }
    for (const circle of circlesOf(calls)) {
      const [first] = circle
      const turns = circle.length > 1 || (first !== undefined && calls.get(first)?.includes(first) === true)
      if (turns) this.#knowCircle(circle)
      else if (first !== undefined) this.#known.set(first, somethingOf(this.#does(first)))
    }
  }

  /**
   * Routines that call one another do the same: what each may do, all may. INVARIANT (no-unproven-column): they are
   * followed until nothing is added, so that none is known by a part of what it does.
   */
  #knowCircle(circle: readonly RoutineFound[]): void {
    let all: CodeMoves | undefined
    for (let added = true; added; ) {
      for (const routine of circle) this.#known.set(routine, all)
      const now: CodeMoves = joinedCode([
        ...(all ? [all] : []),
        ...circle.map((routine) => this.#does(routine)),
      ])
      added = amountOf(now) > (all ? amountOf(all) : 0)
      if (added) all = now
    }
  }

  #does(routine: RoutineFound): CodeMoves {
    if (isClosed(routine)) return joinedCode([])
    return this.#bodies.of(statementsOf(this.#read.get(routine.id)), textOf(routine), undefined, this.catalog)
  }

  #calledBy(routine: RoutineFound): readonly RoutineFound[] {
    if (isClosed(routine)) return []
    const bodies = statementsOf(this.#read.get(routine.id)) ?? []
    const calls = bodies.flatMap((body) => this.#bodies.done(body, undefined, this.#unfollowed).calls)
    return [...new Set(calls.flatMap(([schema, name]) => this.#named.get(keyOf(schema, name)) ?? []))]
  }
}

const keyOf = (schema: string, name: string): string => `${schema.length}.${schema}.${name}`

/** Only an administrator makes these, and their bodies are no text. */
const isClosed = ({ extension, language, kind }: RoutineFound): boolean =>
  extension !== null || language === 'c' || language === 'internal' || kind === 'a'

const somethingOf = (code: CodeMoves): CodeMoves | undefined => (amountOf(code) > 0 ? code : undefined)
