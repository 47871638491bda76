import type { FlowPlace, Relation, RelationRef } from '../catalog/catalog.ts'
import type { Window } from '../statement/expression.ts'
import { columnFeed } from './column-feed.ts'
import type { NameContext } from './context.ts'
import { doubtful, type Feed, type NamedFeed, NOTHING, UNKNOWN, union } from './feed.ts'
import type { DialectTraits } from './traits.ts'

/** The columns of a query or of something in FROM. */
export type Columns = {
  readonly columns: readonly NamedFeed[]
  /** Feeds the columns that cannot be listed; absent where `columns` is all there is, in its true order. */
  readonly rest?: Feed | undefined
  /** True where the fields of a row of them may have other names than they: those of the table, not of its aliases. */
  readonly otherFields?: true
}

/** What a query makes, and what decides which rows it makes. */
export type Bound = Columns & { readonly conditions: readonly Feed[] }

/** What FROM brings into scope, and what decides which rows it makes. */
export type From = { readonly items: readonly Item[]; readonly conditions: readonly Feed[] }

/** Something that names can point into: a table, a join, `excluded`. */
export type Item = Columns & {
  /** The name it answers to in `alias.column`. */
  readonly alias?: string | undefined
  /** A table without alias answers to `schema.table.column` too. */
  readonly origin?: RelationRef | undefined
  /** True where a bare column name sees into it. */
  readonly bare: boolean
  /** True where it has the system's own columns (row address, row version). */
  readonly stored: boolean
  /** Tables of the catalog that it has all columns of, those among them that they have got since. Absent: none. */
  readonly of?: readonly Relation[] | undefined
  /** The table that is written, where the catalog does not have it: what a name finds in it is read of it. Absent: it has. */
  readonly unseen?: FlowPlace | undefined
  /** True for a variable of the block around, whatever fields it has. Absent: it is none. */
  readonly variable?: true
}

/** The WITH queries visible to a query, innermost first. */
export type CteFrame = {
  readonly find: (name: string) => Bound | undefined
  readonly parent: CteFrame | undefined
}

/** Where names are looked up. The chain of parents holds the queries around. */
export type Scope = {
  readonly items: readonly Item[]
  readonly ctes: CteFrame | undefined
  readonly parent: Scope | undefined
  /** The named windows of the query. */
  readonly windows?: readonly Window[] | undefined
  /** Outputs that a name stands for where no item has it: for HAVING and ORDER BY in some systems. */
  readonly outputs?: Columns | undefined
  /** True where an output may be meant although an item has a column of its name, as in HAVING. */
  readonly outputsFirst?: boolean
  /** Names of outputs that are not bound yet and that a query inside may mean, in some systems. */
  readonly aliases?: ReadonlySet<string> | undefined
  /** True where there are such outputs that have no certain name. */
  readonly unnamed?: boolean
}

const OUTERMOST: Scope = { items: [], ctes: undefined, parent: undefined }

/** The scope around a statement: empty, but for the row that a trigger is called for, and the variables of a block. */
export const outermost = ({ row, variables }: NameContext): Scope => {
  if (variables !== undefined) return { ...OUTERMOST, items: variableItems(variables) }
  return row === undefined
    ? OUTERMOST
    : { ...OUTERMOST, items: row.names.map((name) => ({ ...relationItem(row.relation, name), bare: false })) }
}

/** By their names, and as rows of whatever fields. */
const variableItems = (variables: readonly string[]): readonly Item[] => {
  const columns = variables.map((name): NamedFeed => ({ name, sure: true, feed: NOTHING }))
  return [
    { columns, bare: true, stored: false },
    ...variables.map(
      (alias): Item => ({ columns: [], rest: NOTHING, alias, bare: false, stored: false, variable: true }),
    ),
  ]
}

/** The item of a stored relation. */
export const relationItem = (relation: Relation, alias: string | undefined): Item => ({
  columns: relation.columns.map((column) => {
    const found = { name: column.name, sure: true, feed: columnFeed(column) }
    return column.hidden ? { ...found, hidden: true } : found
  }),
  alias: alias ?? relation.name,
  origin: alias === undefined ? relation : undefined,
  bare: true,
  stored: relation.type !== 'view',
  ...(relation.system ? {} : { of: [relation] }),
})

/** What has a place: `*` and lists without names leave the hidden ones out. */
export const placed = <Some extends { readonly hidden?: true }>(columns: readonly Some[]): readonly Some[] =>
  columns.some(({ hidden }) => hidden) ? columns.filter(({ hidden }) => !hidden) : columns

/** The innermost CTE of that name that is visible here. */
export const findCte = (scope: Scope, name: string): Bound | undefined => {
  for (let frame = scope.ctes; frame; frame = frame.parent) {
    const found = frame.find(name)
    if (found) return found
  }
  return undefined
}

/**
 * A bare name: a column, innermost query first, or else a whole row. INVARIANT (no-unproven-column): a column that only
 * may have the name hides nothing, so that all that the name may mean counts. Undefined: nothing can have the name.
 * `passes` is told of each item that is not known to have it; without a name, of one that is meant as a whole.
 */
export const findName = (
  scope: Scope,
  name: string,
  traits: DialectTraits,
  passes: (item: Item, name?: string) => void,
  from: Scope = scope,
): Feed | undefined => {
  const seen = scope.items.filter((item) => item.bare)
  const sure = seen.flatMap((item) => sureMatches(item, name))
  const output = outputOf(scope, name)
  const unnamed = unnamedOutputs(scope, name, traits)
  if (sure.length === 1)
    return scope.outputsFirst === true ? either(sure[0] as Feed, output, unnamed) : sure[0]
  // Ambiguous: the database refuses it, unless it knows something that we do not.
  if (sure.length > 1) return doubtful(union(sure))
  for (const item of seen) passes(item, name)
  const maybe = [...seen.flatMap((item) => possibleMatches(item, name, traits)), ...unnamed]
  const outer =
    output ??
    aliasOf(scope, name) ??
    (scope.parent ? findName(scope.parent, name, traits, passes, from) : rowNamed(from, name, passes))
  if (maybe.length === 0) return outer
  return outer ? union([...maybe, outer]) : single(maybe)
}

/** Whether a query's own FROM has a column of the name. Undefined: it may have. */
export const hasColumn = (scope: Scope, name: string, traits: DialectTraits): boolean | undefined => {
  const seen = scope.items.filter((item) => item.bare)
  if (seen.some((item) => sureMatches(item, name).length > 0)) return true
  return seen.some((item) => possibleMatches(item, name, traits).length > 0) ? undefined : false
}

const rowNamed = (scope: Scope, name: string, passes: (item: Item) => void): Feed | undefined => {
  const items = findItem(scope, [name])
  for (const item of items) passes(item)
  const rows = items.map(rowOf)
  return rows.length < 2 ? rows[0] : doubtful(union(rows))
}

/** A column, or the output of its name: which of them HAVING means hangs on GROUP BY, so that both count. */
const either = (column: Feed, output: Feed | undefined, unnamed: readonly Feed[]): Feed => {
  const others = output === undefined ? unnamed : [output, ...unnamed]
  return others.every((other) => other === column) ? column : union([column, ...others])
}

/** An output that nothing is known of yet. INVARIANT (no-unproven-column): what the name means further out does not count. */
const aliasOf = ({ aliases, outputs }: Scope, name: string): Feed | undefined =>
  outputs === undefined && aliases?.has(name) === true ? UNKNOWN : undefined

const outputOf = ({ outputs }: Scope, name: string): Feed | undefined => {
  const found = (outputs?.columns ?? []).filter((c) => c.sure && c.name === name).map((c) => c.feed)
  return found.length === 0 ? undefined : single(found)
}

/** Outputs that may have a name, though it is not certain. */
export const possibleOutputs = (
  { columns }: Columns,
  name: string,
  { mayBeText }: DialectTraits,
): readonly Feed[] => (mayBeText?.(name) === false ? [] : columns.filter((c) => !c.sure).map((c) => c.feed))

/** INVARIANT (no-unproven-column): nothing is known yet of those that are not bound. */
const unnamedOutputs = (scope: Scope, name: string, traits: DialectTraits): readonly Feed[] => {
  if (scope.outputs) return possibleOutputs(scope.outputs, name, traits)
  return scope.unnamed === true && traits.mayBeText?.(name) !== false ? [UNKNOWN] : []
}

/**
 * The item that answers to an alias, innermost query first. Some systems take a schema before an alias, too: what it may
 * name further out counts as well then.
 */
export const findItem = (scope: Scope, path: readonly string[]): readonly Item[] => {
  const maybe: Item[] = []
  for (let at: Scope | undefined = scope; at; at = at.parent) {
    const found = at.items.filter((item) => answersTo(item, path))
    if (found.length > 0) return [...maybe, ...found]
    if (path.length > 1) maybe.push(...at.items.filter((item) => mayAnswerTo(item, path)))
  }
  return maybe
}

/** A column of an item. Undefined: it has no column of that name. */
export const columnOf = (item: Item, name: string, traits: DialectTraits): Feed | undefined => {
  const sure = sureMatches(item, name)
  if (sure.length === 1) return sure[0]
  if (sure.length > 1) return doubtful(union(sure))
  const maybe = possibleMatches(item, name, traits)
  return maybe.length === 0 ? undefined : single(maybe)
}

/** True where an item certainly has a column of the name. */
export const isCertain = (item: Item, name: string): boolean => sureMatches(item, name).length > 0

const wholeRows = new WeakMap<Columns, Feed>()

/** The whole row as one value. */
export const rowOf = (item: Columns): Feed => {
  const known = wholeRows.get(item)
  if (known) return known
  const all = union(item.columns.map((c) => c.feed))
  const feed: Feed = {
    ...(item.rest ? union([all, item.rest]) : { ...all, fields: fieldsOf(item) }),
    shape: 'row',
  }
  wholeRows.set(item, feed)
  return feed
}

const fieldsOf = ({ columns, otherFields }: Columns): readonly NamedFeed[] =>
  otherFields === true ? columns.map((column) => ({ ...column, sure: false })) : columns

const answersTo = (item: Item, path: readonly string[]): boolean => {
  const [last, schema] = [path.at(-1), path.at(-2)]
  if (schema === undefined) return item.alias === last
  return item.origin?.schema === schema && item.origin.name === last
}

const mayAnswerTo = (item: Item, path: readonly string[]): boolean =>
  item.stored && item.origin === undefined && item.alias === path.at(-1)

const sureMatches = (item: Item, name: string): readonly Feed[] =>
  item.columns.filter((c) => c.sure && c.name === name).map((c) => c.feed)

/**
 * Columns whose name is not certain, those that cannot be listed, and the system's own: which of these a name sees hangs
 * on more than the table.
 */
const possibleMatches = (item: Item, name: string, traits: DialectTraits): readonly Feed[] => {
  const unsure = item.columns.filter((c) => !c.sure).map((c) => c.feed)
  const own = item.stored && traits.isSystemColumn(name) ? [...unsure, NOTHING] : unsure
  return item.rest ? [...own, item.rest] : own
}

const single = (feeds: readonly Feed[]): Feed => (feeds.length === 1 ? (feeds[0] as Feed) : union(feeds))
