import type { Column, Relation } from '../../catalog/catalog.ts'
import { elementType } from '../../catalog/type-shape.ts'
import type { ColumnDefinition, Ddl } from '../../statement/command.ts'
import type { Expression } from '../../statement/expression.ts'
import type { Name } from '../../statement/node.ts'
import { visitExpressions } from '../../statement/walk.ts'
import type { Assignment } from '../../statement/write.ts'
import { columnFeed } from '../column-feed.ts'
import { type Feed, type NamedFeed, UNKNOWN } from '../feed.ts'
import { MADE } from '../findings.ts'
import type { Item, Scope } from '../scope.ts'
import type { Binder } from './binder.ts'
import { type FoundTable, findMade, findTable } from './names.ts'

/** Where a table ends up that a definition makes. */
export const madeTable = (b: Binder, node: Ddl, name: Name): FoundTable => {
  const table = findMade(b, name)
  return node.temporary && name.length === 1
    ? { ...table, schema: b.traits.temporaryAlias ?? table.schema }
    : table
}

/**
 * The columns of a table that a definition lists, with the labels that they will have by name and type. It is empty, so that
 * its conditions tell nothing of a column that nobody will mask. Undefined: it has others too, or those are not known.
 */
export const definedTable = (b: Binder, node: Ddl): Item | undefined => {
  const { verb, object, adds, columns = adds, query, assignments = [] } = node
  const [name] = node.names
  if (verb !== 'create' || object !== 'table' || query || !columns || !name || !b.catalog.labeller)
    return undefined
  const { schema, name: table } = madeTable(b, node, name)
  // Where it ends up, others may label.
  if (schema === '') return undefined
  const relation = { schema, name: table, id: MADE }
  const computed = new Set(
    assignments.flatMap(({ columns: filled, value }) =>
      namesIn(value, undefined).length === 0 ? [] : filled,
    ),
  )
  const feeds = columns.map((column, i): NamedFeed => {
    const feed = computed.has(column.name) ? UNKNOWN : definedColumn(b, relation, column, i + 1)
    return { name: column.name, sure: true, feed }
  })
  return { columns: feeds, alias: table, origin: relation, bare: true, stored: true }
}

/**
 * The columns that a definition adds to a table that is there, with the labels that they will have: their rows hold what they are
 * given by default, so that its conditions tell nothing else where that is a constant. None where a part of the table may have one.
 */
export const addedColumns = (
  b: Binder,
  { verb, names, adds = [], assignments = [] }: Ddl,
  scope: Scope,
): readonly NamedFeed[] => {
  const [altered] = verb === 'alter' && adds.length > 0 ? names : []
  const relation = altered && findTable(b, altered).relation
  if (!relation || relation.type !== 'table' || relation.family || !b.catalog.labeller) return []
  const { schema, name: table, columns } = relation
  const isConstant = ({ value }: Assignment): boolean => {
    const { sources, unknown } = b.expression(value, scope)
    return sources.length === 0 && !unknown
  }
  const given = new Set(assignments.filter((one) => !isConstant(one)).flatMap((one) => one.columns))
  return adds.map((column, i) => {
    const at = { schema, name: table, id: MADE }
    const feed = given.has(column.name) ? UNKNOWN : definedColumn(b, at, column, columns.length + i + 1)
    return { name: column.name, sure: true, feed }
  })
}

/** INVARIANT (no-unproven-column): a type that the catalog may spell otherwise may be one that is masked. */
const definedColumn = (
  b: Binder,
  relation: Column['relation'],
  { name, type }: ColumnDefinition,
  ordinal: number,
): Feed => {
  if (!b.traits.isBuiltinType(elementType(type))) return UNKNOWN
  const { schema, name: table } = relation
  const described = { schema, relation: table, relationType: 'table', system: false, name, type } as const
  const labels = b.catalog.labeller?.(described) ?? []
  return columnFeed({ relation, name, ordinal, type, labels })
}

/** The same value, without what comes from the table itself: that has no rows yet. */
export const fromElsewhere = (feed: Feed, defined: Pick<Item, 'columns'>): Feed => {
  const own = new Set(defined.columns.flatMap((column) => column.feed.sources))
  return { ...feed, direct: false, sources: feed.sources.filter((source) => !own.has(source)) }
}

/** The columns that a value names and the catalog does not have: of a table that is made, or was a moment ago. */
export const namesIn = (value: Expression, relation: Relation | undefined): readonly string[] => {
  const names = new Set<string>()
  visitExpressions(value, (node) => {
    if (node.kind === 'column-ref') names.add(node.name.at(-1) ?? '')
  })
  return [...names].filter((name) => !relation?.columns.some((column) => column.name === name))
}
