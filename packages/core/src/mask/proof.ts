import type { OutputLineage } from '../analysis/facts.ts'
import type { Catalog, Column, Relation } from '../catalog/catalog.ts'
import type { ColumnMasks } from '../policy/decision.ts'
import { narrowestMask, revealsNothing } from './narrower.ts'
import type { ResultColumn } from './plan.ts'
import type { TransformSpec } from './transform.ts'

/** What is known of one result column. `disagrees`: the server's metadata contradicts the analysis. */
export type Proof =
  /** `fromData`: something that is stored feeds it, and not only what the statement itself says. */
  | { readonly kind: 'raw'; readonly fromData: boolean }
  | { readonly kind: 'disagrees' }
  | {
      readonly kind: 'masked'
      readonly transform: TransformSpec
      readonly rule: string
      readonly why: string
    }

type Masked = Extract<Proof, { kind: 'masked' }>

/** The rule named where no rule of the policy asks for the mask but the lack of a proof does. */
const UNPROVEN_RULE = 'no-unproven-column'

/** A column that nothing is proven of: redacted. */
export const unproven = (why: string): Masked => ({
  kind: 'masked',
  transform: { kind: 'redact' },
  rule: UNPROVEN_RULE,
  why,
})

/**
 * INVARIANT (no-unproven-column): a result column is raw only where everything that feeds it is known and no column
 * masked for this principal is among it, by the analysis and by the server's own provenance.
 */
export const proveColumn = (
  described: ResultColumn,
  lineage: OutputLineage,
  masks: ColumnMasks,
  catalog: Catalog,
): Proof => {
  const origin = originOf(described, catalog)
  const feeds = withBase([...lineage.sources, ...origin.columns])
  if (lineage.unknown || feeds.some((column) => isUnknown(column, catalog)))
    return withoutNulls(unproven('unproven'), lineage)
  if (!isKnownAs(described, lineage, catalog)) {
    if (origin.kind === 'unknown relation') return unproven('unknown relation')
    if (origin.kind === 'unknown column' || !agrees(origin, lineage)) return { kind: 'disagrees' }
  }
  const asked = narrowest(feeds, masks)
  if (asked === undefined) return { kind: 'raw', fromData: feeds.length > 0 || lineage.looks === true }
  const direct = lineage.direct && origin.kind !== 'row' && isOneValue(feeds)
  if (direct || revealsNothing(asked.transform))
    return withoutNulls({ kind: 'masked', ...asked, why: 'policy' }, lineage)
  return withoutNulls(
    { kind: 'masked', transform: { kind: 'redact' }, rule: asked.rule, why: 'derived' },
    lineage,
  )
}

/** A mask keeps NULL. Where NULL tells something (`substring(email FROM '^a')`), everything becomes NULL instead. */
export const withoutNulls = (mask: Masked, { blank }: Pick<OutputLineage, 'blank'>): Masked =>
  blank === true ? { ...mask, transform: { kind: 'null' } } : mask

type Origin = {
  readonly kind: 'none' | 'unknown relation' | 'unknown column' | 'column' | 'row'
  readonly columns: readonly Column[]
}

/** What the server says the column is. Ordinals below 0 are system columns (ctid, xmin …): they hold no user data. */
const originOf = (described: ResultColumn, catalog: Catalog): Origin => {
  const { origin } = described
  if (origin === undefined || origin.ordinal < 0) return { kind: 'none', columns: [] }
  const relation = catalog.relationById(origin.relation)
  if (relation === undefined) return { kind: 'unknown relation', columns: [] }
  if (origin.ordinal === 0) return { kind: 'row', columns: relation.columns }
  const column = columnAt(relation, origin.ordinal)
  return column === undefined
    ? { kind: 'unknown column', columns: [] }
    : { kind: 'column', columns: [column] }
}

const columnAt = (relation: Relation, ordinal: number): Column | undefined =>
  relation.columns.find((column) => column.ordinal === ordinal)

/** True where the analysis found the server's origin too: the column itself or, for a view's, all that feeds it. */
const agrees = (origin: Origin, lineage: OutputLineage): boolean => {
  const found = (column: Column): boolean =>
    includes(lineage.sources, column) ||
    (column.derivedFrom?.sources.every((source) => includes(lineage.sources, source)) ?? false)
  return origin.kind === 'row'
    ? origin.columns.length === 0 || origin.columns.some(found)
    : origin.columns.every(found)
}

/**
 * True where the analysis knows the value by the name which the server says, and it is of the relation that the server says:
 * of a query in FROM, or of a view. Of the database's own views it is not known what they show, but it is no table of the
 * users'.
 */
const isKnownAs = ({ origin }: ResultColumn, { sources, as }: OutputLineage, catalog: Catalog): boolean => {
  if (origin?.name === undefined) return false
  const said = catalog.relationById(origin.relation)
  const within = as?.includes(origin.name) === true
  if (within && sources.some(({ relation }) => relation.id === said?.id)) return true
  return sources.some(({ name, derivedFrom, relation }) => {
    const view = catalog.relationById(relation.id)
    if (name !== origin.name || view?.type !== 'view') return false
    if (view.system) return said?.system !== false
    return said !== undefined && derivedFrom?.sources.some((base) => base.relation.id === said.id) === true
  })
}

const includes = (columns: readonly Column[], wanted: Column): boolean =>
  columns.some((column) => sameColumn(column, wanted))

/** The analysis and the plan may hold columns of two catalog versions, so ids count where the database has them. */
const sameColumn = (a: Column, b: Column): boolean =>
  a === b || (a.relation.id !== 0 && a.relation.id === b.relation.id && a.ordinal === b.ordinal)

/** A view whose text could not be followed proves nothing; the database's own views carry labels of their own. */
const isUnknown = (column: Column, catalog: Catalog): boolean => {
  if (column.derivedFrom !== undefined) return column.derivedFrom.unknown
  const relation =
    catalog.relationById(column.relation.id) ?? catalog.relation(column.relation.schema, column.relation.name)
  if (relation === undefined || relation.system) return false
  return relation.type === 'view' || relation.type === 'materialized view'
}

/** True where all of them are one stored column, seen through views that pass it on unchanged. */
const isOneValue = (columns: readonly Column[]): boolean => {
  const stored = columns.filter((column) => column.derivedFrom === undefined)
  return (
    stored.every((column) => sameColumn(column, stored[0] ?? column)) &&
    columns.every((column) => column.derivedFrom?.direct ?? true)
  )
}

const withBase = (columns: readonly Column[]): readonly Column[] =>
  columns.flatMap((column) => [column, ...(column.derivedFrom?.sources ?? [])])

const narrowest = (columns: readonly Column[], masks: ColumnMasks): ReturnType<ColumnMasks['forColumn']> =>
  narrowestMask(columns.flatMap((column) => masks.forColumn(column) ?? []))
