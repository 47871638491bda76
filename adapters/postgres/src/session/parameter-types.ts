import { alsoRuns } from '@sluice/core/analysis/also-runs'
import type { Analysis } from '@sluice/core/analysis/context'
import type { FunctionFact } from '@sluice/core/analysis/facts'
import { typeRoutine } from '@sluice/core/analysis/traits'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { TypeShape } from '@sluice/core/catalog/type-shape'
import { FIRST_USER_OID } from '../catalog/queries.ts'
import type { Session } from './session.ts'

/**
 * A statement with what making the values of its parameters runs: Bind calls the input functions of their types, which
 * check domains (backend/tcop/postgres.c, `exec_bind_message`). What the server infers by itself is left to the functions and
 * columns that it infers it of. The very same value where that is nothing.
 */
export function withParameterTypes(
  { governance }: Session,
  analysis: Analysis,
  types: readonly number[] = [],
): Analysis {
  if (!types.some((type) => type >= FIRST_USER_OID)) return analysis
  const catalog = governance.catalog.current() ?? governance.catalog.last()
  const last = made.get(analysis)
  if (last?.types === types && last.catalog.deref() === catalog) return last.analysis
  const called = [...new Set(types)].flatMap((type) => codeOf(catalog, type) ?? [])
  const typed = called.reduce(alsoRuns, analysis)
  if (catalog !== undefined) made.set(analysis, { types, catalog: new WeakRef(catalog), analysis: typed })
  return typed
}

type Made = {
  readonly types: readonly number[]
  readonly catalog: WeakRef<Catalog>
  readonly analysis: Analysis
}

/** The last that was made of a statement: the same value each time, by which its decision is known. */
const made = new WeakMap<Analysis, Made>()

/** Types within types that are looked into. INVARIANT (hostile-both-sides). */
const MAX_WITHIN = 1000

/** What making a value of the type runs; undefined: nothing that does more than compute. */
function codeOf(catalog: Catalog | undefined, type: number): FunctionFact | undefined {
  const within = new Set([type])
  let code: FunctionFact | undefined
  // A set gives what is added to it while it is walked through, too.
  for (const id of within) {
    if (id < FIRST_USER_OID) continue
    const shape = catalog?.types?.get(id)
    if (catalog === undefined || shape === undefined || within.size > MAX_WITHIN) return unknownType(id)
    const effect = effectOf(catalog, shape)
    if (effect === 'unknown') return { schema: '', name: typeRoutine([shape.name]), effect }
    if (effect === 'reads') code = { schema: '', name: typeRoutine([shape.name]), effect }
    for (const part of partsOf(shape)) within.add(part)
  }
  return code
}

const unknownType = (id: number): FunctionFact => ({
  schema: '',
  name: typeRoutine([String(id)]),
  effect: 'unknown',
})

/** A name may have a point in it, and the schema too: every way to take them apart counts. */
function effectOf(catalog: Catalog, { kind, name }: TypeShape): 'pure' | 'reads' | 'unknown' {
  const words = name.split('.')
  const routines = words
    .slice(1)
    .flatMap((_, i) =>
      catalog.routines(words.slice(0, i + 1).join('.'), typeRoutine([words.slice(i + 1).join('.')])),
    )
  // Arrays and rows have no code but that of what they are made of.
  if (routines.length === 0) return kind === 'array' || kind === 'composite' ? 'pure' : 'unknown'
  if (routines.every(({ effect }) => effect === 'pure')) return 'pure'
  return routines.every(({ effect }) => effect === 'pure' || effect === 'reads') ? 'reads' : 'unknown'
}

function partsOf(shape: TypeShape): readonly number[] {
  switch (shape.kind) {
    case 'array':
      return [shape.element]
    case 'domain':
      return [shape.base]
    case 'composite':
      return shape.fields
    case 'range':
      return [shape.subtype]
    case 'multirange':
      return [shape.range]
    default:
      return []
  }
}
