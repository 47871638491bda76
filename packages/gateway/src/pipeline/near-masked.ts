import type { Facts } from '@sluice/core/analysis/facts'
import type { Catalog, Column, Relation, RowChange, Speech } from '@sluice/core/catalog/catalog'
import { writtenWith } from '@sluice/core/catalog/reach'
import type { ColumnMasks } from '@sluice/core/policy/decision'

/** Code of the users' own may run that the statement calls, which says what it likes in an error, under any code. */
export function runsOwnCode(facts: Facts): boolean {
  return (
    facts.verb === 'do' ||
    facts.opaque !== undefined ||
    facts.dynamic ||
    facts.functions.some(({ effect }) => effect !== 'pure')
  )
}

/**
 * What code of the users' own may say that no statement calls and tables bring along: triggers, rules, checks, defaults,
 * policies, also of tables that are written with those that it names. Undefined: there is none.
 */
export function attachedSpeech(facts: Facts, catalog: Catalog | undefined): Speech | undefined {
  const { running, speech = 'traced', unknown = 'traced' } = catalog?.writing ?? {}
  const written = writtenBy(facts, catalog)
  const found = new Set(Array.from(written ?? [], ({ id }) => running?.get(id)))
  if (written === undefined) found.add(unknown)
  if (looksByOwnCode(facts, catalog)) found.add(speech)
  return WORST_FIRST.find((one) => found.has(one))
}

const WORST_FIRST: readonly Speech[] = ['anything', 'values', 'traced']

/** Whether planning it may run code of the users' own that no statement calls and tables bring along. */
export function plansOwnCode(facts: Facts, catalog: Catalog | undefined): boolean {
  if (looksByOwnCode(facts, catalog)) return true
  const written = writtenBy(facts, catalog)
  return written === undefined || [...written].some(({ id }) => catalog?.writing?.planned?.has(id) === true)
}

/** Whether code of the users' own decides which rows of its tables there are, or looks at them as it is planned. */
function looksByOwnCode(facts: Facts, catalog: Catalog | undefined): boolean {
  return relationsOf(facts, catalog).some((relation) => relation?.ownCode === true)
}

/**
 * Whether a masked value may have been near: a table has a masked column, used or not (`failing row contains …`), or is
 * written with one that has, or it cannot be told.
 */
export function mayCarryMasked(facts: Facts, masks: ColumnMasks, catalog: Catalog | undefined): boolean {
  if (runsOwnCode(facts) || facts.outputs === 'unknown') return true
  if (facts.columns.some(({ column }) => isMasked(column, masks))) return true
  if ((attachedSpeech(facts, catalog) ?? 'traced') !== 'traced') return true
  const all = [...relationsOf(facts, catalog), ...(writtenBy(facts, catalog) ?? [])]
  return all.some((relation) => relation === undefined || hasMasked(relation, masks))
}

function hasMasked({ columns, conditions = [] }: Relation, masks: ColumnMasks): boolean {
  return [...columns, ...conditions].some((column) => isMasked(column, masks))
}

function relationsOf({ tables }: Facts, catalog: Catalog | undefined): readonly (Relation | undefined)[] {
  return tables.map(({ schema, name }) => catalog?.relation(schema, name))
}

/** All that it may write; undefined: nobody knows. */
function writtenBy(facts: Facts, catalog: Catalog | undefined): ReadonlySet<Relation> | undefined {
  const tables = facts.tables.filter(({ access }) => access.includes('write'))
  if (tables.length === 0) return NOTHING
  const named = tables.map(({ schema, name }) => catalog?.relation(schema, name))
  if (catalog === undefined || !named.every((one) => one !== undefined)) return undefined
  return writtenWith(catalog, named, changesOf(facts))
}

const NOTHING: ReadonlySet<Relation> = new Set()

/** Statements that remove no row; INSERT may come upon one that is there, and change it. */
const REMOVING_NONE: ReadonlySet<string> = new Set(['select', 'insert', 'update', 'copy'])

const UPDATES: ReadonlySet<RowChange> = new Set(['update'])
const ANY: ReadonlySet<RowChange> = new Set(['update', 'delete'])
const WITH_TRUNCATE: ReadonlySet<RowChange> = new Set(['update', 'delete', 'truncate'])

function changesOf({ verbs }: Facts): ReadonlySet<RowChange> {
  if (verbs.every((verb) => REMOVING_NONE.has(verb))) return UPDATES
  return verbs.includes('truncate') ? WITH_TRUNCATE : ANY
}

/** Whether what is in the column is masked, by itself or where it comes from. */
export function isMasked(column: Column, masks: ColumnMasks): boolean {
  if (masks.forColumn(column) !== undefined) return true
  const derived = column.derivedFrom
  return derived !== undefined && (derived.unknown || derived.sources.some((base) => isMasked(base, masks)))
}
