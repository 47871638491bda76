import { FIRST_USER_OID } from './queries.ts'
import type { ShapeFound, Snapshot, TypeFound } from './rows.ts'

type Found = Pick<Snapshot, 'types' | 'shapes'>

/** Types by what stands in them: a domain over them, rows and ranges of them, arrays, and domains whose checks name them. */
export class TypesWithin {
  /** By a type, the types that it is a part of. */
  readonly #around = new Map<number, number[]>()

  constructor({ types, shapes }: Found) {
    for (const shape of shapes) for (const part of partsOf(shape)) this.#add(part, shape.id)
    for (const { id, uses } of types) for (const part of uses) this.#add(part, id)
  }

  /** All of which these are a part, however deep, and these themselves. */
  around(some: Iterable<number>): ReadonlySet<number> {
    const all = new Set(some)
    // A set gives what is added to it while it is walked through, too.
    for (const id of all) for (const outer of this.#around.get(id) ?? []) all.add(outer)
    return all
  }

  #add(part: number, whole: number): void {
    const known = this.#around.get(part)
    if (known) known.push(whole)
    else this.#around.set(part, [whole])
  }
}

/**
 * Casts to a type of the system, where somebody made some, count for domains over it: a cast to the domain is one. Where
 * such a type is a part of another, its value is read by the system's own function.
 */
const partsOf = ({ element, base, fields, subtype, range }: ShapeFound): readonly number[] => {
  const parts = [element, ...(fields ?? []), subtype, range].filter(
    (id) => id !== null && id >= FIRST_USER_OID,
  )
  return [...(parts as number[]), ...(base === null ? [] : [base])]
}

/** Whether making a value of the type runs anything by itself. */
const runsSomething = ({ parts, system, calls }: TypeFound): boolean =>
  parts.length > 0 || system.length > 0 || calls !== null

/** By a type that is made as such, or that a function takes or gives: the types within it that run something by themselves. */
export type Within = ReadonlyMap<number, readonly TypeFound[]>

/** Finds them; those that have none but themselves are not listed. */
export const typesWithin = (found: Found & Pick<Snapshot, 'routines'>): Within => {
  const running = found.types.filter(runsSomething)
  const within = new Map<number, TypeFound[]>()
  if (running.length === 0) return within
  const wanted = new Set([
    ...found.types.map(({ id }) => id),
    ...found.routines.flatMap(({ types }) => types),
  ])
  const nested = new TypesWithin(found)
  for (const type of running)
    for (const outer of nested.around([type.id])) {
      if (outer === type.id || !wanted.has(outer)) continue
      const known = within.get(outer)
      if (known) known.push(type)
      else within.set(outer, [type])
    }
  return within
}
