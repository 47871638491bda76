import type { CalledFunction, Catalog, Relation, Routine } from '../catalog/catalog.ts'

/** The users' own code that a statement was read to run. */
export type OwnCode = {
  readonly routines: readonly Used[]
  /** Views, and tables that run something when they are used. */
  readonly relations: readonly RunBy[]
}

/** All routines of a name in one schema. */
type Used = Pick<Routine, 'schema' | 'name'> & { readonly effects: string }

type RunBy = { readonly id: number; readonly functions: string }

/** What was found in a catalog; undefined: no code. */
export const ownCodeOf = (
  routines: ReadonlyMap<string, readonly Routine[]>,
  relations: Iterable<Relation | undefined>,
): OwnCode | undefined => {
  const runBy = [...relations].flatMap((relation) =>
    relation && isCode(relation) ? [{ id: relation.id, functions: calledBy(relation) }] : [],
  )
  const used = [...routines.values()].flatMap((found) => {
    const [first] = found
    return first ? [{ schema: first.schema, name: first.name, effects: effectsOf(found) }] : []
  })
  return used.length + runBy.length === 0 ? undefined : { routines: used, relations: runBy }
}

/** Of several statements together. */
export const joinedOwnCode = (all: readonly (OwnCode | undefined)[]): OwnCode | undefined => {
  const [first, ...more] = all.filter((one) => one !== undefined)
  if (more.length === 0) return first
  const each = [first, ...more].filter((one) => one !== undefined)
  return {
    routines: each.flatMap(({ routines }) => routines),
    relations: each.flatMap(({ relations }) => relations),
  }
}

/** Whether the code does what it did, as far as a newer catalog says. */
export const isSameCode = ({ routines, relations }: OwnCode, catalog: Catalog): boolean =>
  routines.every(({ schema, name, effects }) => effectsOf(catalog.routines(schema, name)) === effects) &&
  relations.every(({ id, functions }) => calledBy(catalog.relationById(id)) === functions)

const isCode = ({ type, system, functions, ownCode }: Relation): boolean =>
  (type === 'view' && !system) || functions !== undefined || ownCode === true

const effectsOf = (routines: readonly Routine[]): string => routines.map(({ effect }) => effect).join()

const calledBy = (relation: Relation | undefined): string =>
  [...(relation?.functions ?? []), ...(relation?.whenWritten ?? [])]
    .map(({ schema, name, effect }: CalledFunction) => JSON.stringify([schema, name, effect]))
    .join()
