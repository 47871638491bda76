import type { Catalog, Column, Relation } from '../catalog/catalog.ts'

/**
 * A column that something is kept of, whatever it is called by now. Once it was seen in a catalog it is known by the
 * database's own ids, so that it is followed through every rename; until then by its name. Where ids are names it stays
 * with its name, and a rename brings its values to another.
 */
export type Place = {
  readonly id: number
  /** Empty: in any schema. */
  readonly schema: string
  readonly table: string
  /** Absent with `ordinal`: every column of the table. */
  readonly column?: string
  readonly ordinal?: number
  /** The database's id of its table; absent: it was not seen yet. */
  readonly relation?: number
  /** Tables that had the name when the place was noted, and are not meant. */
  readonly instead: readonly number[]
  /** Milliseconds since the epoch. */
  readonly since: number
}

/** Whether it is every column of a table. */
export const isWhole = ({ column, ordinal }: Pick<Place, 'column' | 'ordinal'>): boolean =>
  column === undefined && ordinal === undefined

/** How places are found again. */
export type Finding = {
  readonly catalog: Catalog
  /** Tables of the catalog by their bare names. */
  readonly named: ReadonlyMap<string, readonly Relation[]>
  readonly isTemporarySchema: (schema: string) => boolean
}

/** The catalog, ready to find places in. */
export const findingIn = (catalog: Catalog, isTemporarySchema: (schema: string) => boolean): Finding => {
  const named = new Map<string, Relation[]>()
  for (const relation of catalog.relations) {
    const list = named.get(relation.name)
    if (list) list.push(relation)
    else named.set(relation.name, [relation])
  }
  return { catalog, named, isTemporarySchema }
}

/** The columns that a place stands for now: none where there is no such table. */
export const columnsAt = (place: Place, finding: Finding): readonly Column[] =>
  relationsAt(place, finding).flatMap((relation) => columnsOf(place, relation, finding.catalog.idsAreNames))

/**
 * The place as it is to be kept from now on: bound to the table that has come, under its new name, or unbound where
 * the table is gone. Undefined: its column is gone.
 */
export const settledPlace = (place: Place, finding: Finding): Place | undefined => {
  const [relation, ...others] = relationsAt(place, finding)
  if (relation === undefined) return withoutRelation(place)
  if (others.length > 0) return place
  if (isWhole(place)) return boundTo(place, relation)
  const [column] = columnsOf(place, relation, finding.catalog.idsAreNames)
  if (column) return boundTo(place, relation, column, finding.catalog.idsAreNames)
  return place.relation === relation.id ? undefined : place
}

const boundTo = (
  place: Place,
  { id, schema, name }: Relation,
  column?: Column,
  idsAreNames?: true,
): Place => {
  const ordinal = idsAreNames ? undefined : column?.ordinal
  const same =
    place.relation === id &&
    place.schema === schema &&
    place.table === name &&
    place.column === column?.name &&
    place.ordinal === ordinal
  if (same) return place
  const at = { ...(column && { column: column.name }), ...(ordinal !== undefined && { ordinal }) }
  return { id: place.id, since: place.since, schema, table: name, ...at, relation: id, instead: [] }
}

/** By name from now on: the ordinals of a table that is made anew are other ones. */
const withoutRelation = (place: Place): Place => {
  if (place.relation === undefined) return place
  const { id, since, schema, table, column } = place
  return { id, since, schema, table, ...(column === undefined ? {} : { column }), instead: [] }
}

/** By its id; where that is gone, by its name: a table that is made anew holds what the old one held. */
const relationsAt = (place: Place, { catalog, named, isTemporarySchema }: Finding): readonly Relation[] => {
  const own = place.relation === undefined ? undefined : catalog.relationById(place.relation)
  if (own) return [own]
  return (named.get(place.table) ?? []).filter(
    ({ id, schema }) =>
      !place.instead.includes(id) &&
      (place.schema === '' ||
        place.schema === schema ||
        (place.relation === undefined && isTemporarySchema(schema))),
  )
}

const columnsOf = (place: Place, relation: Relation, idsAreNames: true | undefined): readonly Column[] => {
  const { column, ordinal } = place
  if (isWhole(place)) return relation.columns
  const named = relation.columns.filter(({ name }) => name === column)
  // The table that is there may be one that another of its name takes the place of, or hides.
  if (idsAreNames && (column !== undefined || place.relation !== undefined)) return named
  // A table that a statement makes has its columns in the order of the query, whatever they are called.
  const byOrdinal = ordinal !== undefined && (place.relation === undefined || place.relation === relation.id)
  return byOrdinal ? atOrdinal(relation.columns, ordinal) : named
}

/** Nothing is written to a hidden column by its place. */
const atOrdinal = (columns: readonly Column[], ordinal: number): readonly Column[] =>
  columns.some(({ hidden }) => hidden)
    ? columns.filter(({ hidden }) => !hidden).slice(ordinal - 1, ordinal)
    : columns.filter((one) => one.ordinal === ordinal)
