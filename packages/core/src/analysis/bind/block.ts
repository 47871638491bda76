import type { Column } from '../../catalog/catalog.ts'
import { isColumn, readsOf } from '../../flow/moves.ts'
import type { Ddl, DoBlock, Procedural, Statement } from '../../statement/command.ts'
import { LOOKS } from '../effects.ts'
import type { Facts, Flow } from '../facts.ts'
import { NOTHING } from '../feed.ts'
import type { Binder } from './binder.ts'
import type { Analyser, Outcome } from './statement.ts'

/**
 * DO: does what its body does. A block returns no rows, but it can say in a message, and put into any table, what its
 * variables hold. INVARIANT (no-unproven-column): so what it reads flows anywhere, and where not all of that is known,
 * anything.
 */
export const bindBlock = (b: Binder, node: DoBlock, analyse: Analyser): Outcome => {
  const { runs } = node
  if (!runs) {
    b.findings.moves = true
    return { outputs: 'unknown', dynamic: true }
  }
  const inner = analyse(runs)
  const { facts } = inner
  const sets = facts.functions.some(({ name }) => name === b.traits.settingFunction)
  const steady = !sets && (keepsNames(runs) || endsIn(b, runs, facts))
  const dynamic = facts.opaque !== undefined || facts.dynamic || !steady
  const read = dynamic ? undefined : readInside(b, runs, analyse)
  if (read === undefined) {
    b.findings.moves = true
    return { outputs: 'none', inner, dynamic }
  }
  b.findings.flow({ ...NOTHING, sources: read.columns }, undefined)
  const flows = facts.flows.map((flow) => withSources(flow, read.columns))
  return { outputs: 'none', inner: { ...inner, facts: { ...facts, flows, uses: read.uses } }, dynamic }
}

type ReadInside = { readonly columns: readonly Column[]; readonly uses: Facts['uses'] }

/**
 * All that values of a block's variables may be from, and what it tells of columns beside: it is understood once more, with
 * variables that hold nothing. Undefined: something else may be in one, or is read.
 */
const readInside = (b: Binder, runs: Procedural, analyse: Analyser): ReadInside | undefined => {
  const { variables } = runs
  // A block within one is not followed: its variables are others.
  if (variables === undefined || b.context.variables !== undefined) return undefined
  const { facts } = analyse(runs, { context: { ...b.context, variables } })
  const { flows, uses, tables, opaque, dynamic } = facts
  const isKnown =
    opaque === undefined &&
    !dynamic &&
    flows.every(({ unknown, from, stays }) => !unknown && (from === undefined || stays === true)) &&
    uses.every(({ column }) => column !== undefined)
  if (!isKnown) return undefined
  const read = readsOf(facts)
  const said = runs.diagnoses === true ? saidOf(b, facts) : []
  if (said === undefined || !read.every(isColumn)) return undefined
  const unlisted = tables.some(
    ({ known, keys, access }) => !known && keys !== true && access.includes('read'),
  )
  return unlisted ? undefined : { columns: [...new Set([...read, ...said])], uses }
}

/**
 * What errors of the database may quote that statements of a block come upon: any column of their tables. Undefined: of others
 * too, which are written along, or of which nothing is known.
 */
const saidOf = (b: Binder, { tables, effects }: Facts): readonly Column[] | undefined => {
  if (effects.includes('write')) return undefined
  const found = tables.map(({ schema, name }) => b.catalog.relation(schema, name))
  return found.every((one) => one !== undefined && one.ownCode !== true)
    ? found.flatMap((one) => one?.columns ?? [])
    : undefined
}

const withSources = (flow: Flow, columns: readonly Column[]): Flow =>
  flow.unknown
    ? { ...flow, unknown: false, direct: false, sources: [...new Set([...flow.sources, ...columns])] }
    : flow

/** Statements of a body behind which names may mean something else: the ones after it are read as if they did not. */
const keepsNames = ({ statements }: Procedural): boolean => statements.every(keeps)

const keeps = (node: Statement): boolean => {
  switch (node.kind) {
    case 'set':
    case 'discard':
    case 'prepare':
    case 'deallocate':
      return false
    case 'ddl':
      return keepsDefined(node)
    case 'dcl':
      // Rights to schemas decide which of the search path count.
      return (node.tables ?? []).length > 0
    case 'procedural':
      return keepsNames(node)
    default:
      return true
  }
}

/** Objects whose making leaves everything that has a name what it was, or hides it behind something new. */
const NEW: ReadonlySet<string> = new Set(['table', 'index', 'sequence', 'type', 'statistics'])

const keepsDefined = ({ verb, object, relabels, renames }: Ddl): boolean => {
  if (verb === 'truncate' || verb === 'comment' || verb === 'refresh') return true
  return verb === 'create'
    ? NEW.has(object)
    : verb === 'alter' && object === 'table' && !relabels && !renames?.length
}

/**
 * Whether the only thing that has a name changed is the one definition of a block that looks at the system's catalogs alone: there
 * is nothing else that the name may lead elsewhere by. What is no table, and no code, may come several times.
 */
const endsIn = (b: Binder, runs: Procedural, { tables, functions }: Facts): boolean => {
  const all = flat(runs)
  const changing = all.filter((one) => !keeps(one))
  const apart = changing.every((one) => one.kind === 'ddl' && NO_TABLES.has(one.object))
  const only = changing.length === 1 && changing.every((one) => one.kind === 'ddl' && !RUNS.has(one.object))
  return (
    (apart || only) &&
    all.every((one) => changing.includes(one) || LOOKING.has(one.kind)) &&
    functions.every(({ effect }) => LOOKS.has(effect)) &&
    tables.every(
      ({ schema, name, access }) =>
        !access.includes('read') || b.catalog.relation(schema, name)?.system === true,
    )
  )
}

const flat = ({ statements }: Procedural): readonly Statement[] =>
  statements.flatMap((one) => (one.kind === 'procedural' ? flat(one) : one))

/** Objects whose names no statement looks up that reads the system's catalogs, or defines them. */
const NO_TABLES: ReadonlySet<string> = new Set(['role', 'type', 'extension'])

/** Objects by which calls and operators may come to mean others. */
const RUNS: ReadonlySet<string> = new Set([
  'function',
  'procedure',
  'routine',
  'aggregate',
  'operator',
  'operator class',
  'operator family',
  'cast',
  'event trigger',
  'rule',
])

const LOOKING: ReadonlySet<Statement['kind']> = new Set(['select', 'set-operation', 'values', 'transaction'])
