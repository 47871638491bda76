import { operatorRoutine, typeRoutine } from '@sluice/core/analysis/traits'
import type { Catalog, CodeMoves } from '@sluice/core/catalog/catalog'
import { keyOf } from '@sluice/core/catalog/key-of'
import { across, amountOf, joinedCode } from '@sluice/core/flow/code-moves'
import { type BodyMoves, statementsOf } from './body-moves.ts'
import { circlesOf } from './circles.ts'
import type { Read } from './definitions.ts'
import type { RoutineFound, Snapshot } from './rows.ts'
import { typesWithin } from './types-within.ts'

/** The text in which the names stand that a routine uses. */
export const textOf = ({ definition, body, source, defaults }: RoutineFound): string => {
  const text = definition ?? body ?? source
  return defaults === null ? text : `${text} ${defaults}`
}

/** What code is given where arguments are left out may be in what it writes. */
export const withGiven = (code: CodeMoves, given: CodeMoves): CodeMoves =>
  joinedCode([code, { reads: [], moves: across(given.reads, code.writes), writes: [] }])

/** The bodies that could be read, and what is given by default, by the routine's id. */
export type BodiesRead = Pick<Read, 'bodies' | 'given'>

/** What calling routines, and using operators and types, reads and moves, each found when it is first asked for. */
export class RoutineMoves {
  /** The catalog with what its routines do. */
  readonly catalog: Catalog
  /** The same, before anything is known of what they call. */
  readonly #unfollowed: Catalog
  /** Routines by their names, and by those of the operators and types that run them. */
  readonly #named: ReadonlyMap<string, readonly RoutineFound[]>
  readonly #byId: ReadonlyMap<number, RoutineFound>
  readonly #read: BodiesRead
  readonly #bodies: BodyMoves
  readonly #known = new Map<RoutineFound, CodeMoves | undefined>()

  constructor(catalog: Catalog, found: Snapshot, read: BodiesRead, bodies: BodyMoves) {
    this.#read = read
    this.#bodies = bodies
    this.#byId = new Map(found.routines.map((routine) => [routine.id, routine]))
    this.#named = namedIn(found, this.#byId)
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
      const called = this.#calledBy(one)
      calls.set(one, called)
      open.push(...called)
    }
    for (const circle of circlesOf(calls)) {
      const [first] = circle
      if (first === undefined || this.#known.has(first)) continue
      for (const one of circle) this.#known.set(one, undefined)
      const turns = circle.length > 1 || calls.get(first)?.includes(first) === true
      if (turns) this.#knowCircle(circle, calls)
      else this.#known.set(first, somethingOf(this.#does(first, calls)))
    }
  }

  /**
   * Routines that call one another do the same: what each may do, all may. INVARIANT (no-unproven-column): they are
   * followed until nothing is added, so that none is known by a part of what it does.
   */
  #knowCircle(circle: readonly RoutineFound[], calls: Calls): void {
    let all = joinedCode([])
    for (let before = -1; before < amountOf(all); ) {
      before = amountOf(all)
      for (const routine of circle) this.#known.set(routine, somethingOf(all))
      all = joinedCode([all, ...circle.map((routine) => this.#does(routine, calls))])
    }
  }

  /** An aggregate has no body: it does what its parts do. */
  #does(routine: RoutineFound, calls: Calls): CodeMoves {
    if (routine.kind === 'a')
      return joinedCode(partsOf(routine, this.#byId).flatMap((part) => this.#known.get(part) ?? []))
    if (isClosed(routine)) return joinedCode([])
    const bodies = statementsOf(this.#read.bodies.get(routine.id))
    const code = this.#bodies.of(bodies, textOf(routine), undefined, this.catalog, calls.get(routine))
    if (routine.defaults === null) return code
    const given = statementsOf(this.#read.given.get(routine.id))
    return withGiven(code, this.#bodies.of(given, routine.defaults, undefined, this.catalog))
  }

  #calledBy(routine: RoutineFound): readonly RoutineFound[] {
    if (routine.kind === 'a') return partsOf(routine, this.#byId)
    if (isClosed(routine)) return []
    const bodies = statementsOf(this.#read.bodies.get(routine.id))
    const done = (bodies ?? []).map((body) => this.#bodies.done(body, undefined, this.#unfollowed))
    const calls = done.flatMap((one) => one.calls)
    const called = calls.flatMap(({ schema, name }) => this.#named.get(keyOf(schema, name)) ?? [])
    const hidden = bodies === undefined || done.some((one) => one.hidden)
    // A definition names what it defines: that is no call.
    const named = hidden ? this.#bodies.called(textOf(routine)).filter((other) => other !== routine) : []
    return [...new Set([...called, ...named])]
  }
}

/** Whom each calls. */
type Calls = ReadonlyMap<RoutineFound, readonly RoutineFound[]>

type ById = ReadonlyMap<number, RoutineFound>

/** The users' functions that an aggregate, an operator or a type is made of. */
const partsOf = ({ parts }: Pick<RoutineFound, 'parts'>, byId: ById): readonly RoutineFound[] =>
  parts.flatMap((id) => byId.get(id) ?? [])

const namedIn = (found: Snapshot, byId: ById): ReadonlyMap<string, readonly RoutineFound[]> => {
  const named = Map.groupBy(found.routines, ({ schema, name }) => keyOf(schema, name))
  const add = (key: string, parts: readonly RoutineFound[]): void => {
    if (parts.length > 0) named.set(key, [...(named.get(key) ?? []), ...parts])
  }
  for (const one of found.operators) add(keyOf(one.schema, operatorRoutine(one.name)), partsOf(one, byId))
  const within = typesWithin(found)
  for (const type of found.types) {
    const all = [type, ...(within.get(type.id) ?? [])]
    add(
      keyOf(type.schema, typeRoutine([type.name])),
      all.flatMap((one) => partsOf(one, byId)),
    )
  }
  return named
}

/** Only an administrator makes these, and their bodies are no text. */
export const isClosed = ({ language }: RoutineFound): boolean => language === 'c' || language === 'internal'

const somethingOf = (code: CodeMoves): CodeMoves | undefined => (amountOf(code) > 0 ? code : undefined)
