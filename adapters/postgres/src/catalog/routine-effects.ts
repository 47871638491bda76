import { isDeepStrictEqual } from 'node:util'
import { isWorse } from '@sluice/core/analysis/effect-of'
import { operatorRoutine, typeRoutine } from '@sluice/core/analysis/traits'
import { type Blessing, blessedValue, blessingOf } from '@sluice/core/catalog/blessing'
import { buildCatalog } from '@sluice/core/catalog/build'
import type {
  BlessedValue,
  Catalog,
  FunctionEffect,
  Routine,
  RunningType,
} from '@sluice/core/catalog/catalog'
import { keyOf } from '@sluice/core/catalog/key-of'
import type { Reading } from '@sluice/core/statement/reading'
import { builtinFunction } from '../analysis-traits/functions.ts'
import { type BodyContext, blockEffect, bodyEffect } from './body-effects.ts'
import { extensionEffect } from './extensions.ts'
import { FIRST_USER_OID } from './queries.ts'
import { isClosed } from './routine-moves.ts'
import type { RoutineFound, ShapeFound, Snapshot, TypeFound } from './rows.ts'
import { SearchPaths } from './search-paths.ts'
import { TypesWithin, typesWithin, type Within } from './types-within.ts'

/** The bodies of functions in SQL as the dialect read them, by the function's id. */
export type Bodies = ReadonlyMap<number, Reading>

/** How often what functions call is followed from one to the next. */
const ROUNDS = 3

/** How often code is followed through views and tables that run some, which reads others that do. */
const TURNS = 8

/** The users' functions, operators and types, and what they do. */
type Code = {
  readonly routines: readonly Routine[]
  readonly running?: NonNullable<Catalog['running']>
}

/**
 * The catalog that `build` makes of what the users' functions, operators and types do, as far as their declarations and
 * bodies prove it.
 *
 * PostgreSQL lets a stable function call a volatile one, so a declaration alone proves nothing: a body counts, with what
 * the views and tables run that it reads. What cannot be read is `unknown`; C code counts as declared when an extension
 * brought it, since only an administrator installs those.
 */
export const withRoutines = (
  found: Snapshot,
  bodies: Bodies,
  blessings: readonly Blessing[],
  build: (code: Code) => Catalog,
): Catalog => {
  const following = { found, bodies, blessed: blessingsById(found, blessings), within: typesWithin(found) }
  let effects = withoutTables(following)
  for (let turn = 1; ; turn++) {
    const catalog = build(codeOf(following, effects))
    // INVARIANT (hostile-both-sides): where following would go on, nothing is known.
    if (turn > TURNS) return catalog
    const paths = new SearchPaths(catalog, found)
    const seen = worse(effects, once(following, effects, { catalog, paths }))
    if (equal(effects, seen)) return catalog
    effects = turn < TURNS ? worse(seen, follow(following, catalog, paths)) : onlyBlessed(following)
  }
}

/** What is followed, and what is known of it beforehand. */
type Following = {
  readonly found: Snapshot
  readonly bodies: Bodies
  readonly blessed: Blessed
  readonly within: Within
}

/** What functions do, by their ids; of others it is unknown. */
type Effects = ReadonlyMap<number, FunctionEffect>

const codeOf = (following: Following, effects: Effects): Code => {
  const { found } = following
  const routines = namedRoutines(following, effects)
  const running = runningTypes(found, routines)
  return running.size === 0
    ? { routines }
    : { routines: [...routines, ...rowRoutines(found, running)], running }
}

/** What they do before it is asked what the tables run that they read. */
const withoutTables = (following: Following): Effects => {
  const { found, bodies, within } = following
  const known = followed.get(found.routines)
  const { database, operators, types, blessed } = found
  const same = known?.operators === operators && known.types === types
  if (same && isDeepStrictEqual([known.blessed, known.within], [blessed, within])) return known.effects
  const tables = buildCatalog(0, { database, relations: [], columns: [], routines: [] }, () => [])
  const effects = follow(following, tables, new SearchPaths(tables, found))
  // A body that could not be read may be read the next time.
  const complete = [...bodies.values()].every((body) =>
    body.every(({ statement }) => statement.kind !== 'opaque'),
  )
  if (complete) followed.set(found.routines, { operators, types, blessed, within, effects })
  return effects
}

type Followed = Pick<Snapshot, 'operators' | 'types' | 'blessed'> & {
  readonly within: Within
  readonly effects: Effects
}

/** The same rows of functions, as snapshots hand them on, do the same. */
const followed = new WeakMap<Snapshot['routines'], Followed>()

/** What reviewers say of a function, by its id. */
type Blessed = ReadonlyMap<
  number,
  { readonly effect: FunctionEffect | undefined; readonly value: BlessedValue }
>

/** INVARIANT (no-unproven-column): a function whose definition is another one than was reviewed is not blessed. */
const blessingsById = ({ blessed }: Snapshot, blessings: readonly Blessing[]): Blessed =>
  new Map(
    blessed.flatMap((found) => {
      const blessing = blessingOf(blessings, found)
      if (blessing === undefined) return []
      return [[found.id, { effect: blessing.effect, value: blessedValue(blessing, found) }]]
    }),
  )

/** What functions do with these tables. Each round is true of what is known to it; at first that is nothing. */
const follow = (following: Following, tables: Catalog, paths: SearchPaths): Effects => {
  let effects: Effects = new Map()
  for (let round = 0; round < ROUNDS; round++) {
    const { routines, ...running } = codeOf(following, effects)
    const catalog = { ...tables, ...running, ...routinesIn(routines) }
    const next = once(following, effects, { catalog, paths })
    if (equal(effects, next)) break
    effects = next
  }
  return effects
}

const routinesIn = (routines: readonly Routine[]): Pick<Catalog, 'routines'> => {
  const byName = Map.groupBy(routines, ({ schema, name }) => keyOf(schema, name))
  return { routines: (schema, name) => byName.get(keyOf(schema, name)) ?? [] }
}

/** What each does, where what they call does what is known of it. */
const once = ({ found, bodies, blessed }: Following, effects: Effects, context: BodyContext): Effects =>
  new Map(
    found.routines.map((routine) => [
      routine.id,
      blessed.get(routine.id)?.effect ?? effectOf(routine, bodies, context, effects),
    ]),
  )

const onlyBlessed = ({ blessed }: Following): Effects =>
  new Map([...blessed].flatMap(([id, { effect }]) => (effect === undefined ? [] : [[id, effect] as const])))

/** The worse of both for each. */
const worse = (some: Effects, others: Effects): Effects =>
  new Map(
    [...others].map(([id, other]) => {
      const one = some.get(id)
      return [id, one === undefined || isWorse(other, one) ? other : one]
    }),
  )

const equal = (a: Effects, b: Effects): boolean =>
  a.size === b.size && [...b].every(([id, effect]) => a.get(id) === effect)

const namedRoutines = (
  { found, bodies, blessed, within }: Following,
  effects: Effects,
): readonly Routine[] => {
  const made = effectsOfTypes(found, effects, within)
  const called = new Map(
    found.routines.map(({ id, types }) => [id, calledEffect(id, types, effects, made, blessed)] as const),
  )
  return [
    ...found.routines.map(({ id, schema, name }): Routine => {
      const value = blessed.get(id)?.value
      return {
        schema,
        name,
        effect: called.get(id) ?? 'unknown',
        ...(value === undefined ? {} : { blessed: value }),
        ...(onlyStamps(bodies.get(id)) ? { stamps: true } : {}),
      }
    }),
    ...found.operators.map(
      ({ schema, name, parts, system }): Routine => ({
        schema,
        name: operatorRoutine(name),
        effect: worstOf(parts, system, called),
      }),
    ),
    ...found.types.map(
      ({ id, schema, name }): Routine => ({
        schema,
        name: typeRoutine([name]),
        effect: made.get(id) ?? 'unknown',
      }),
    ),
  ]
}

const onlyStamps = ([read, ...more]: Reading = []): boolean =>
  more.length === 0 && read?.statement.kind === 'ddl' && read.statement.stamps === true

/** What making a value of each type runs, of those that are made as such or that functions take and give. */
const effectsOfTypes = (
  { types }: Snapshot,
  effects: Effects,
  within: Within,
): ReadonlyMap<number, FunctionEffect> => {
  const own = new Map(types.map((type) => [type.id, [type]]))
  return new Map(
    [...new Set([...own.keys(), ...within.keys()])].map((id) => {
      const all = [...(own.get(id) ?? []), ...(within.get(id) ?? [])]
      const parts = all.flatMap((one) => one.parts)
      const system = all.flatMap((one) => [...one.system, ...callsIn(one.calls ?? '')])
      return [id, worstOf(parts, system, effects)]
    }),
  )
}

/** What is given to a function becomes a value of its argument's type first (parse_func.c, make_fn_arguments). */
const calledEffect = (
  id: number,
  types: readonly number[],
  effects: Effects,
  made: ReadonlyMap<number, FunctionEffect>,
  blessed: Blessed,
): FunctionEffect => {
  const effect = effects.get(id) ?? 'unknown'
  const worst = new Set(types.map((type) => made.get(type) ?? 'pure'))
  if (blessed.get(id)?.effect !== undefined) return effect
  if (worst.has('unknown')) return 'unknown'
  return effect === 'pure' && worst.has('reads') ? 'reads' : effect
}

/** What making a row of a table runs, where that is more than nothing: a column's type may run something. */
const rowRoutines = (found: Snapshot, running: Running): readonly Routine[] =>
  found.relations.flatMap(({ schema, name }): Routine[] => {
    const row = running.get(`${schema}.${name}`)
    return row?.kind === 'composite' ? [{ schema, name: typeRoutine([name]), effect: row.effect }] : []
  })

type Running = ReadonlyMap<string, RunningType & { readonly kind: ShapeFound['kind'] }>

const NONE: Running = new Map()

/** Types whose values run code when they are made, by the name that columns give them, whatever they are made of. */
const runningTypes = (found: Snapshot, routines: readonly Routine[]): Running => {
  const effects = new Map(routines.map(({ schema, name, effect }) => [keyOf(schema, name), effect]))
  const effectOfType = ({ schema, name }: TypeFound) => effects.get(keyOf(schema, typeRoutine([name])))
  const looking = found.types.filter((type) => type.id >= FIRST_USER_OID && effectOfType(type) !== 'pure')
  if (looking.length === 0) return NONE
  const nested = new TypesWithin(found)
  const all = nested.around(looking.map(({ id }) => id))
  const unknown = nested.around(looking.filter((type) => effectOfType(type) !== 'reads').map(({ id }) => id))
  const held = new Set(
    found.shapes.filter(({ id, kind }) => all.has(id) && HOLDING.has(kind)).map(({ id }) => id),
  )
  // A domain over an array holds what the array does.
  const holding = nested.around(held)
  return new Map(
    found.shapes
      .filter(({ id }) => all.has(id))
      .map(({ id, name, kind }) => [
        name,
        { kind, effect: unknown.has(id) ? 'unknown' : 'reads', holds: holding.has(id) },
      ]),
  )
}

const HOLDING: ReadonlySet<ShapeFound['kind']> = new Set(['array', 'composite', 'range', 'multirange'])

/** What an operator, a type or an aggregate runs: users' functions by id, the system's by name. */
const worstOf = (parts: readonly number[], system: readonly string[], effects: Effects): FunctionEffect => {
  const own = parts.filter((id) => id >= FIRST_USER_OID).map((id) => effects.get(id) ?? 'unknown')
  const all = [...own, ...system.map(systemEffect)]
  if (all.every((e) => e === 'pure')) return 'pure'
  return all.every((e) => e === 'pure' || e === 'reads') ? 'reads' : 'unknown'
}

/** `name volatility` of a function of the system. The immutable ones that are not listed only serve operators. */
const systemEffect = (found: string): FunctionEffect => {
  const [name = '', volatility = 'v'] = found.split(' ')
  return builtinFunction(name)?.effect ?? (volatility === 'i' ? 'pure' : 'unknown')
}

/** The system's functions that an expression calls. */
const callsIn = (expression: string): readonly string[] =>
  expression.includes('\\') || HIDES.test(expression)
    ? ['unreadable v']
    : [...expression.matchAll(CALL)].flatMap(([, written = '']) => {
        const name = nameOf(written)
        return builtinFunction(name) ? [`${name} v`] : []
      })

const nameOf = (written: string): string =>
  written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toLowerCase()

const effectOf = (
  routine: RoutineFound,
  bodies: Bodies,
  context: BodyContext,
  effects: Effects,
): FunctionEffect => {
  if (routine.kind === 'a')
    return routine.parts.length === 0 ? 'unknown' : worstOf(routine.parts, routine.system, effects)
  if (isClosed(routine)) return declaredEffect(routine)
  if (routine.language === 'sql') return bodyEffect(bodies.get(routine.id), context)
  // Other languages put names together as they run.
  return routine.language === 'plpgsql' ? blockEffect(bodies.get(routine.id), context) : 'unknown'
}

/** Whoever owns an extension may make functions of his own a part of it, but none in C. */
const declaredEffect = ({ extension, name, volatility }: RoutineFound): FunctionEffect => {
  const known = extension === null ? undefined : extensionEffect(extension, name)
  if (known) return known
  if (extension === null || volatility === 'v') return 'unknown'
  return volatility === 'i' ? 'pure' : 'reads'
}

/** A word before a parenthesis may be a call. */
const CALL = /("(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)\s*\(/gu

/** What hides the name of a call in a domain's check. */
const HIDES = /\bU&/iu
