import type { Relation } from '../catalog/catalog.ts'
import { ANYWHERE } from './anywhere.ts'
import { isBounded } from './bounded/bounded.ts'
import { effectsOf } from './effects.ts'
import type {
  ColumnFact,
  Facts,
  Flow,
  FunctionFact,
  OutputLineage,
  Outputs,
  TableFact,
  Unlisted,
} from './facts.ts'
import type { Columns } from './scope.ts'
import { verbOf } from './verb.ts'
import type { BoundStatement } from './work.ts'

/** Steps `lineage`, `effects` and `bounded`: what binding found, in the words of policy. */
export const factsOf = (bound: BoundStatement): Facts => {
  const { read } = bound
  const outputs = outputsOf(bound)
  return {
    ...verbsOf(bound),
    effects: effectsOf(bound),
    tables: tablesOf(bound),
    columns: columnsOf(bound),
    functions: functionsOf(bound),
    ...channelsOf(bound),
    ...clientFileOf(bound),
    bounded: isBounded(bound),
    outputs,
    flows: flowsOf(bound),
    uses: usesOf(bound),
    ...writtenOf(bound),
    ...readsOf(bound),
    ...unlistedOf(bound),
    ...renamesOf(bound),
    ...textBindingsOf(bound),
    dynamic: bound.dynamic || isDynamic(bound),
    ...(bound.opaque === undefined ? {} : { opaque: bound.opaque }),
    parameterCount: read.parameterCount,
    fingerprint: read.fingerprint,
    canonical: read.canonical,
  }
}

const verbsOf = ({ statement, around, findings, inner }: BoundStatement): Pick<Facts, 'verb' | 'verbs'> => {
  const verb = verbOf(statement, around.traits)
  const parts = statement.kind === 'ddl' ? (statement.parts ?? []) : []
  return { verb, verbs: [...new Set([verb, ...parts, ...findings.verbs, ...(inner?.facts.verbs ?? [])])] }
}

/** The outputs, each with its lineage. `use` gives their sources the role, before roles are read. */
const outputsOf = ({ outputs, findings }: BoundStatement): Outputs => {
  if (typeof outputs === 'string') return outputs
  for (const column of outputs.columns) findings.use(column.feed, 'output')
  if (outputs.rest) {
    findings.use(outputs.rest, 'output')
    // Of outputs that cannot be listed nobody knows which one's NULLs to hide.
    for (const { feed } of [...outputs.columns, { feed: outputs.rest }]) if (feed.blank) findings.stores(feed)
  }
  const looking = [...findings.functions.values()].flatMap(({ name, effect }) =>
    effect === 'pure' ? [] : [name],
  )
  return lineageOf(outputs, new Set(looking))
}

const lineageOf = ({ columns, rest }: Columns, looking: ReadonlySet<string>): Outputs =>
  rest
    ? 'unknown'
    : columns.map(
        ({ name, feed }): OutputLineage => ({
          name,
          sources: feed.sources,
          unknown: feed.unknown,
          direct: feed.direct,
          functions: feed.functions,
          ...(feed.functions.some((one) => looking.has(one)) ? { looks: true } : {}),
          ...(feed.blank === true ? { blank: true } : {}),
          ...(feed.direct && feed.as !== undefined ? { as: feed.as } : {}),
        }),
      )

/** A statement that writes fails where others warn, but for the definition of a view, which computes nothing. */
const usesOf = ({ statement, findings, inner }: BoundStatement): Facts['uses'] => {
  const keeps = statement.kind === 'ddl' && statement.object === 'view'
  const writes = !keeps && [...findings.tables.values()].some(({ access }) => access.has('write'))
  const own = writes ? new Set([...findings.uses, ...findings.warnings]) : findings.uses
  return [...own, ...(inner?.facts.uses ?? [])]
}

const tablesOf = (bound: BoundStatement): readonly TableFact[] => {
  const { statement, inner, findings } = bound
  const own = [...findings.tables.values()].map(
    ({ schema, name, relation, access, only, values }): TableFact => ({
      schema,
      name,
      access: [...access].sort(),
      labels: relation ? labelsOf(relation) : [],
      known: relation !== undefined,
      ...(relation === undefined && !values && access.has('read') ? { keys: true } : {}),
      ...(only ? { only } : {}),
      ...relativesOf(relation, only),
    }),
  )
  const planned = statement.kind === 'explain' && !statement.analyze
  const inside = inner?.facts.tables ?? []
  return joined([...own, ...(planned ? inside.map((t): TableFact => ({ ...t, access: ['read'] })) : inside)])
}

/** Each table once, with all that is done to it. */
export const joined = (all: readonly TableFact[]): readonly TableFact[] => {
  const tables = new Map<string, TableFact>()
  for (const table of all) {
    const key = `${table.schema}\0${table.name}`
    const before = tables.get(key)
    const whole = before === undefined || before.only === true ? table : before
    const access = [...(before?.access ?? []), ...table.access]
    const { keys: _, ...fact } = whole
    const readers = [before, table].filter((one) => one?.access.includes('read') === true)
    const keys = readers.length > 0 && readers.every((one) => one?.keys === true)
    tables.set(key, { ...fact, access: [...new Set(access)].sort(), ...(keys ? { keys } : {}) })
  }
  return [...tables.values()]
}

const columnsOf = ({ findings, inner }: BoundStatement): readonly ColumnFact[] => {
  const all = new Map([...findings.columns].map(([column, roles]) => [column, new Set(roles)]))
  for (const { column, roles } of inner?.facts.columns ?? []) {
    all.set(column, new Set([...(all.get(column) ?? []), ...roles]))
  }
  return [...all].map(([column, roles]) => ({ column, roles: [...roles].sort() }))
}

const functionsOf = ({ findings, inner }: BoundStatement): readonly FunctionFact[] => {
  const own = [...findings.functions.values()]
  const known = (one: FunctionFact): boolean =>
    own.some(({ schema, name }) => schema === one.schema && name === one.name)
  return [...own, ...(inner?.facts.functions ?? []).filter((one) => !known(one))]
}

const channelsOf = ({ findings, inner }: BoundStatement): Pick<Facts, 'channels'> => {
  const channels = new Set([...findings.channels, ...(inner?.facts.channels ?? [])])
  return channels.size === 0 ? {} : { channels: [...channels] }
}

const clientFileOf = ({ statement, inner }: BoundStatement): Pick<Facts, 'clientFile'> => {
  const asks = statement.kind === 'copy' && statement.clientFile === true
  return asks || inner?.facts.clientFile === true ? { clientFile: true } : {}
}

/** What is prepared moves nothing yet; of what is explained see `Surroundings`. */
const RUNS_INNER: ReadonlySet<string> = new Set([
  'execute',
  'explain',
  'procedural',
  'do',
  'fetch',
  'declare-cursor',
])

const runsInner = ({ statement }: BoundStatement): boolean => RUNS_INNER.has(statement.kind)

const flowsOf = (bound: BoundStatement): readonly Flow[] => {
  const { findings, inner, opaque, dynamic } = bound
  const runs = bound.around.planned !== true
  const own = findings.moves || (runs && findings.writesSystem) || opaque !== undefined || dynamic
  return [
    ...(runs ? findings.flows : []),
    ...findings.movedByCode,
    ...(own ? [ANYWHERE] : []),
    ...(runsInner(bound) ? (inner?.facts.flows ?? []) : []),
  ]
}

const writtenOf = (bound: BoundStatement): Pick<Facts, 'written'> => {
  const inside = runsInner(bound) ? (bound.inner?.facts.written ?? []) : []
  const own = bound.around.planned === true ? [] : bound.findings.written
  const written = new Set([...own, ...inside])
  return written.size === 0 ? {} : { written: [...written] }
}

const readsOf = ({ findings, inner }: BoundStatement): Pick<Facts, 'reads'> => {
  const reads = new Set([...findings.reads, ...(inner?.facts.reads ?? [])])
  return reads.size === 0 ? {} : { reads: [...reads] }
}

const unlistedOf = ({ findings, inner }: BoundStatement): Pick<Facts, 'unlisted'> =>
  unlistedIn([
    {
      reads: [...findings.unlistedReads.values()],
      writes: [...findings.unlistedWrites],
      ...(findings.unlistedReturned && { returned: [...findings.unlistedReturned.values()] }),
    },
    inner?.facts.unlisted,
  ])

/** All of them together. */
const unlistedIn = (all: readonly (Unlisted | undefined)[]): Pick<Facts, 'unlisted'> => {
  const reads = all.flatMap((one) => one?.reads ?? [])
  const writes = all.flatMap((one) => one?.writes ?? [])
  const returned = all.flatMap((one) => one?.returned ?? [])
  const returns = all.some((one) => one?.returned !== undefined)
  if (reads.length + writes.length + returned.length === 0) return {}
  return { unlisted: { reads, writes, ...(returns && { returned }) } }
}

/** The same of statements inside of code: what one returns goes to variables, and from there to others. */
export const unlistedInside = (all: readonly (Unlisted | undefined)[]): Pick<Facts, 'unlisted'> =>
  unlistedIn(all.map((one) => one && { reads: [...one.reads, ...(one.returned ?? [])], writes: one.writes }))

const renamesOf = (bound: BoundStatement): Pick<Facts, 'renames'> => {
  const inside = runsInner(bound) ? bound.inner?.facts.renames : undefined
  const renames = inside === 'columns' ? inside : (bound.findings.renames ?? inside)
  return renames === undefined ? {} : { renames }
}

const textBindingsOf = ({ findings, inner }: BoundStatement): Pick<Facts, 'textBindings'> => {
  const textBindings = [...findings.textBindings, ...(inner?.facts.textBindings ?? [])]
  return textBindings.length === 0 ? {} : { textBindings }
}

const isDynamic = ({ statement, findings, inner }: BoundStatement): boolean =>
  [...findings.functions.values()].some(({ effect }) => effect === 'dynamic') ||
  (inner?.facts.dynamic === true && statement.kind !== 'prepare')

/** The tables that hold rows of it as well; with ONLY those below it are left alone. */
export const relativesOf = (relation: Relation | undefined, only: boolean): Pick<TableFact, 'relatives'> => {
  const { family } = relation ?? {}
  const relatives = only ? family?.ancestors : family?.all
  return relatives === undefined || relatives.length === 0 ? {} : { relatives }
}

/** A table of the catalog that a statement touches. */
export const tableFactOf = (relation: Relation, access: TableFact['access']): TableFact => ({
  schema: relation.schema,
  name: relation.name,
  access,
  labels: labelsOf(relation),
  known: true,
  ...relativesOf(relation, false),
})

const labels = new WeakMap<Relation, readonly string[]>()

/** The labels of a relation's columns and, for a view, of what they are derived from. */
const labelsOf = (relation: Relation): readonly string[] => {
  const known = labels.get(relation)
  if (known) return known
  const columns = relation.columns.flatMap((c) => [c, ...(c.derivedFrom?.sources ?? [])])
  const names = [...new Set(columns.flatMap((c) => c.labels.map((l) => l.name)))].sort()
  labels.set(relation, names)
  return names
}
