import { LOOKS } from '@sluice/core/analysis/effects'
import { typeRoutine } from '@sluice/core/analysis/traits'
import type { CatalogRows, RelationRow } from '@sluice/core/catalog/build'
import type { CalledFunction, Catalog, Routine } from '@sluice/core/catalog/catalog'
import { builtinFunction } from '../analysis-traits/functions.ts'
import type { AttachedFound, Snapshot } from './rows.ts'

/** How far policies on tables that have policies, or on views of them, are followed. */
const ROUNDS = 8

/** What using a table runs that no statement names. */
type Attached = {
  readonly functions: Map<string, CalledFunction>
  readonly whenWritten: Map<string, CalledFunction>
  /** What reading these runs, it runs too. */
  readonly reads: Set<number>
  readonly readsWhenWritten: Set<number>
  ownCode: boolean
}

/**
 * A catalog whose tables have what their policies and indexes run. `build` makes one of rows; it is asked again where a
 * policy reads what has such code itself.
 */
export const withAttached = (
  rows: CatalogRows,
  found: Snapshot,
  build: (rows: CatalogRows) => Catalog,
): Catalog => {
  const attached = attachedOf(found, rows.routines)
  if (attached.size === 0) return build(rows)
  for (let round = 0; ; round++) {
    const catalog = build({ ...rows, relations: rows.relations.map((row) => withCode(row, attached)) })
    const grown = [...attached.values()].filter((one) => follow(one, catalog))
    if (grown.length === 0) return catalog
    if (round >= ROUNDS) for (const one of grown) one.functions.set(keyOf(TOO_FAR), TOO_FAR)
  }
}

/** INVARIANT (hostile-both-sides): where following would go on, nothing is known. */
const TOO_FAR: CalledFunction = { schema: '', name: 'row policy', effect: 'unknown' }

const keyOf = ({ schema, name }: CalledFunction): string => `${schema}\0${name}`

/** Adds what the tables and views run that a policy reads. True where that is more than was known. */
const follow = (one: Attached, catalog: Catalog): boolean => {
  if (one.functions.has(keyOf(TOO_FAR))) return false
  const { functions, whenWritten, ownCode } = one
  const before = [functions.size, whenWritten.size, ownCode].join()
  const add = (ids: ReadonlySet<number>, to: Map<string, CalledFunction>): void => {
    for (const relation of [...ids].flatMap((id) => catalog.relationById(id) ?? [])) {
      if (relation.system) continue
      for (const called of relation.functions ?? [])
        if (!LOOKS.has(called.effect)) to.set(keyOf(called), called)
      if (relation.ownCode === true || relation.type === 'view') one.ownCode = true
    }
  }
  add(one.reads, functions)
  add(one.readsWhenWritten, whenWritten)
  return [functions.size, whenWritten.size, one.ownCode].join() !== before
}

const attachedOf = (found: Snapshot, routines: readonly Routine[]): ReadonlyMap<number, Attached> => {
  const all = new Map<number, Attached>()
  const called = callsBy(found, routines)
  const parents = new Map(found.relations.map(({ id, parents: of }) => [id, of]))
  for (const one of found.attached) {
    const calls = called(one)
    const ownCode = one.routines.length + one.types.length > 0
    if (!ownCode && calls.length === 0 && one.relations.length === 0) continue
    for (const id of one.inherited ? withParents(one.relation, parents) : [one.relation]) {
      const known = all.get(id) ?? nothing()
      all.set(id, known)
      known.ownCode ||= ownCode
      for (const call of calls) (one.reading ? known.functions : known.whenWritten).set(keyOf(call), call)
      for (const other of one.relations) (one.reading ? known.reads : known.readsWhenWritten).add(other)
    }
  }
  return all
}

const nothing = (): Attached => ({
  functions: new Map(),
  whenWritten: new Map(),
  reads: new Set(),
  readsWhenWritten: new Set(),
  ownCode: false,
})

/** What is a part of a table is read and written with it. */
const withParents = (id: number, parents: ReadonlyMap<number, readonly number[]>): readonly number[] => {
  const all = [id]
  for (const one of all)
    for (const parent of parents.get(one) ?? []) if (!all.includes(parent)) all.push(parent)
  return all
}

/** What each calls that does more than look. */
const callsBy = (
  found: Snapshot,
  routines: readonly Routine[],
): ((one: AttachedFound) => readonly CalledFunction[]) => {
  // The routines stand in the order of the snapshot's functions, before all others.
  const byId = new Map(found.routines.map(({ id }, i) => [id, routines[i]]))
  const types = new Map(found.types.map((type) => [type.id, type]))
  const ofType = (id: number): Routine | undefined => {
    const type = types.get(id)
    const name = type && typeRoutine([type.name])
    return routines.find((one) => one.name === name && one.schema === type?.schema)
  }
  const calls = ({ routines: ids, types: used, system }: AttachedFound): readonly CalledFunction[] => [
    ...ids.flatMap((id) => calling(byId.get(id)) ?? []),
    ...used.flatMap((id) => calling(ofType(id)) ?? []),
    ...system.map(ofServer),
  ]
  return (one) => calls(one).filter(({ effect }) => !LOOKS.has(effect))
}

const calling = (routine: Routine | undefined): CalledFunction | undefined =>
  routine && {
    schema: routine.schema,
    name: routine.name,
    effect: routine.effect,
    ...(routine.blessed === undefined ? {} : { blessed: true }),
  }

/** Of the server's functions only volatile ones change anything (PostgreSQL documentation, "Function Volatility Categories"). */
const ofServer = (found: string): CalledFunction => {
  const [name = '', volatility] = found.split(' ')
  return {
    schema: 'pg_catalog',
    name,
    effect: builtinFunction(name)?.effect ?? (volatility === 'v' ? 'unknown' : 'reads'),
  }
}

const withCode = (row: RelationRow, attached: ReadonlyMap<number, Attached>): RelationRow => {
  const one = attached.get(row.id)
  if (one === undefined) return row
  const code = {
    ...(one.functions.size > 0 ? { functions: [...one.functions.values()] } : {}),
    ...(one.whenWritten.size > 0 ? { whenWritten: [...one.whenWritten.values()] } : {}),
    ...(one.ownCode ? { ownCode: true as const } : {}),
  }
  const key = JSON.stringify(code)
  const known = made.get(row)
  if (known?.key === key) return known.row
  const now = { ...row, ...code }
  made.set(row, { key, row: now })
  return now
}

/** The very same row for the same code, so that the table that was made of it stays. */
const made = new WeakMap<RelationRow, { readonly key: string; readonly row: RelationRow }>()
