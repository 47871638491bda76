import type { Relation } from '../../catalog/catalog.ts'
import { type LaidColumn, withoutRelation, withRelation, withRoutine } from '../../catalog/overlay.ts'
import type { Ddl } from '../../statement/command.ts'
import type { Name } from '../../statement/node.ts'
import { RELATIONS, ROUTINES } from '../../statement/objects.ts'
import type { Query } from '../../statement/query.ts'
import type { ReadStatement } from '../../statement/reading.ts'
import { analyse } from '../analyse.ts'
import type { OutputLineage } from '../facts.ts'
import type { ScriptState, ScriptTraits } from './state.ts'

/** What a table is called that a script makes, changes or drops. */
type Place = { readonly schema: string; readonly name: string }

/** Change what later statements mean in ways that a catalog of relations and routines does not show. */
const BEYOND: ReadonlySet<string> = new Set(['operator', 'cast', 'rule', 'database', 'extension', 'synonym'])

/** Change rows or remarks, and no name's meaning. */
const LEAVES_NAMES: ReadonlySet<string> = new Set(['truncate', 'comment', 'refresh'])

/** Why nothing behind a definition can be told. */
export const LOST = 'follows a definition in the same text that may change what it means; send it by itself'

/** The state behind CREATE, ALTER or DROP. What the definition does not say in full is not known from then on. */
export const afterDdl = (
  state: ScriptState,
  node: Ddl,
  read: ReadStatement,
  script: ScriptTraits,
): ScriptState => {
  const { object, verb, names } = node
  if (LEAVES_NAMES.has(verb)) return state
  if (!RELATIONS.has(object)) return afterOther(state, node, script)
  if (verb === 'create') return afterCreate(state, node, read, script)
  const after = verb === 'drop' ? drop : forget
  return names.reduce((before, name) => after(before, found(before, name, script)), state)
}

/** The state behind a definition of something that is no relation. */
const afterOther = (state: ScriptState, node: Ddl, script: ScriptTraits): ScriptState => {
  const { object, verb, names } = node
  if (script.harmless?.has(object)) return state
  if (BEYOND.has(object)) return { ...state, lost: LOST }
  if (ROUTINES.has(object)) return afterRoutine(state, node, script)
  return object === 'schema' && verb !== 'create' ? withoutSchemas(state, names) : state
}

/** The state behind a definition that may have been made or not. */
export const doubtDdl = (state: ScriptState, node: Ddl, script: ScriptTraits): ScriptState => {
  const { object, verb, names } = node
  if (LEAVES_NAMES.has(verb)) return state
  if (object === 'schema' && verb !== 'create') return { ...state, lost: LOST }
  if (!RELATIONS.has(object)) return afterOther(state, node, script)
  return names.reduce((before, name) => doubtTable(before, name, script), state)
}

/** What a table is, is not known any more. */
export const doubtTable = (state: ScriptState, name: Name, script: ScriptTraits): ScriptState =>
  forget(state, found(state, name, script))

/** ALTER may give it another name; where it cannot, it is made anew. */
const afterRoutine = (state: ScriptState, { verb, names }: Ddl, script: ScriptTraits): ScriptState => {
  if (verb === 'alter' && script.sealedCode !== true) return { ...state, lost: LOST }
  return names.reduce((before, name) => withRoutineOf(before, [name], script), state)
}

/** The state behind SELECT … INTO. */
export const afterInto = (
  state: ScriptState,
  query: Query,
  into: Name,
  temporary: boolean,
  read: ReadStatement,
  script: ScriptTraits,
): ScriptState => {
  const columns = columnsOf(state, query, [], read, script)
  const [placed, place] = placeFor(state, into, temporary, script)
  return columns === undefined ? forget(placed, place) : lay(placed, place, 'table', columns, script)
}

const afterCreate = (
  state: ScriptState,
  node: Ddl,
  read: ReadStatement,
  script: ScriptTraits,
): ScriptState => {
  const [name] = node.names
  if (name === undefined) return state
  const type = node.object as Relation['type']
  const [placed, place] = placeFor(state, name, node.temporary, script)
  const existing = state.catalog.relation(place.schema, place.name)
  // IF NOT EXISTS leaves what is there, and without it the statement fails; a view may be replaced.
  if (existing && type !== 'view') {
    // Where temporary tables have no schema of their own, one hides the table that has its name.
    return node.temporary && script.traits.temporaryAlias === undefined ? forget(state, place) : state
  }
  const columns = made(state, node, read, script)
  return columns === undefined ? forget(placed, place) : lay(placed, place, type, columns, script)
}

/** The columns of what a definition makes; undefined where they cannot be listed, as where its own stand among a query's. */
const made = (
  state: ScriptState,
  { object, columns, ownColumns, query }: Ddl,
  read: ReadStatement,
  script: ScriptTraits,
): readonly LaidColumn[] | undefined => {
  if (ownColumns) return undefined
  if (!query) return columns?.map((column) => ({ ...column, labels: [] }))
  const names = columns?.map((column) => column.name) ?? []
  return columnsOf(state, query, names, read, script, object === 'view')
}

/** Where a new table goes: a temporary one before all others where the dialect has a schema for them. */
const placeFor = (
  state: ScriptState,
  name: Name,
  temporary: boolean,
  { traits }: ScriptTraits,
): readonly [ScriptState, Place] => {
  const bare = name.at(-1) ?? ''
  const { temporaryAlias } = traits
  const { searchPath } = state.context
  if (temporary && temporaryAlias !== undefined) {
    const path = searchPath.some((schema) => traits.isTemporarySchema(schema))
      ? searchPath
      : [temporaryAlias, ...searchPath]
    const schema = path.find((s) => traits.isTemporarySchema(s)) ?? temporaryAlias
    return [
      { ...state, context: { ...state.context, searchPath: path } },
      { schema, name: bare },
    ]
  }
  const fixed = traits.ownSchema?.(name)
  if (fixed !== undefined) return [state, { schema: fixed, name: bare }]
  const own = searchPath.find((s) => !traits.isSystemSchema(s) && !traits.isTemporarySchema(s)) ?? ''
  return [state, { schema: name.length === 1 ? own : (name.at(-2) ?? ''), name: bare }]
}

const found = (state: ScriptState, name: Name, script: ScriptTraits): Place => {
  const bare = name.at(-1) ?? ''
  const fixed = script.traits.ownSchema?.(name)
  if (fixed !== undefined) return { schema: fixed, name: bare }
  if (name.length > 1) return { schema: name.at(-2) ?? '', name: bare }
  const schema = state.context.searchPath.find((s) => state.catalog.relation(s, bare))
  return schema === undefined ? placeFor(state, name, false, script)[1] : { schema, name: bare }
}

/** What is there is not known. Where its bare name would now lead to another table, nothing can be told. */
const forget = (state: ScriptState, { schema, name }: Place): ScriptState => {
  const catalog = state.catalog.relation(schema, name)
    ? withoutRelation(state.catalog, schema, name)
    : state.catalog
  const elsewhere = state.context.searchPath.some((other) => catalog.relation(other, name))
  return { ...state, catalog, ...(elsewhere ? { lost: LOST } : {}) }
}

/** It is gone: its bare name leads elsewhere, or nowhere. */
const drop = (state: ScriptState, { schema, name }: Place): ScriptState =>
  state.catalog.relation(schema, name)
    ? { ...state, catalog: withoutRelation(state.catalog, schema, name) }
    : state

const withoutSchemas = (state: ScriptState, names: readonly Name[]): ScriptState => {
  const gone = new Set(names.map((name) => name.at(-1)))
  return state.catalog.relations.filter(({ schema }) => gone.has(schema)).reduce(drop, state)
}

/** A routine's body is not followed here: calling it may do anything. */
const withRoutineOf = (state: ScriptState, names: readonly Name[], script: ScriptTraits): ScriptState => {
  const [name] = names
  if (name === undefined) return { ...state, lost: LOST }
  const { schema, name: bare } = placeFor(state, name, false, script)[1]
  return { ...state, catalog: withRoutine(state.catalog, { schema, name: bare, effect: 'unknown' }) }
}

const lay = (
  state: ScriptState,
  { schema, name }: Place,
  type: Relation['type'],
  columns: readonly LaidColumn[],
  { labeller }: ScriptTraits,
): ScriptState => {
  const labelled = columns.map((column): LaidColumn => {
    const own = labeller({ schema, relation: name, relationType: type, system: false, ...column })
    return {
      ...column,
      labels: [...column.labels, ...own.filter((l) => !column.labels.some((k) => k.name === l.name))],
    }
  })
  return { ...state, catalog: withRelation(state.catalog, { schema, name, type, columns: labelled }) }
}

/** The columns that a query gives the table or view it makes; undefined where they cannot be listed. */
const columnsOf = (
  state: ScriptState,
  query: Query,
  names: readonly string[],
  read: ReadStatement,
  { traits }: ScriptTraits,
  isView = false,
): readonly LaidColumn[] | undefined => {
  const { facts } = analyse({ ...read, statement: query }, state.catalog, state.context, state.names, traits)
  const calls = facts.functions.some(({ effect }) => effect !== 'pure')
  if (typeof facts.outputs === 'string' || facts.opaque !== undefined || (isView && calls)) return undefined
  return facts.outputs.map((output, i) => columnOf(output, names[i] ?? output.name, isView))
}

const columnOf = (
  { sources, unknown, direct }: OutputLineage,
  name: string,
  isView: boolean,
): LaidColumn => ({
  name,
  type: direct ? (sources[0]?.type ?? '') : '',
  // What is moved takes its labels along.
  labels: [...new Map(sources.flatMap((s) => s.labels).map((label) => [label.name, label])).values()],
  ...(isView || unknown ? { derivedFrom: { sources: isView ? sources : [], unknown, direct } } : {}),
})
