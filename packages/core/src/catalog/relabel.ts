import type { Catalog, Column, Derivation, Relation } from './catalog.ts'
import type { Label } from './label.ts'

/** Columns that get other labels than they have. */
export type Relabelling = ReadonlyMap<Column, readonly Label[]>

/**
 * The catalog with other labels on some columns. What is derived from them names the new ones: no column of the old
 * catalog is left in what comes of a changed one.
 */
export const relabelled = (catalog: Catalog, version: number, labels: Relabelling): Catalog => {
  if (labels.size === 0) return Object.freeze({ ...catalog, version })
  const relations = catalog.relations.map(relationsBy(columnsBy(labels)))
  const byId = new Map(relations.map((relation) => [relation.id, relation]))
  const made: Catalog = {
    ...catalog,
    version,
    relations,
    relation: (schema, name) => {
      const old = catalog.relation(schema, name)
      return old && (byId.get(old.id) ?? old)
    },
    relationById: (id) => byId.get(id) ?? catalog.relationById(id),
  }
  return Object.freeze(made)
}

/** The column of the new catalog: the same one where nothing about it has changed. */
const columnsBy = (labels: Relabelling): ((column: Column) => Column) => {
  const made = new Map<Column, Column>()
  const renew = (column: Column): Column => {
    const known = made.get(column)
    if (known) return known
    // A definition that leads back to itself keeps what it has.
    made.set(column, column)
    const own = labels.get(column)
    const derivedFrom = column.derivedFrom && derivationBy(renew, column.derivedFrom)
    if (own === undefined && derivedFrom === column.derivedFrom) return column
    const renewed: Column = Object.freeze({
      ...column,
      labels: own ?? column.labels,
      ...(derivedFrom ? { derivedFrom } : {}),
    })
    made.set(column, renewed)
    return renewed
  }
  return renew
}

const derivationBy = (renew: (column: Column) => Column, derivation: Derivation): Derivation => {
  const sources = derivation.sources.map(renew)
  return sources.every((source, i) => source === derivation.sources[i])
    ? derivation
    : { ...derivation, sources }
}

const relationsBy =
  (renew: (column: Column) => Column) =>
  (relation: Relation): Relation => {
    const columns = relation.columns.map(renew)
    const conditions = relation.conditions?.map(renew)
    const same =
      columns.every((column, i) => column === relation.columns[i]) &&
      (conditions?.every((column, i) => column === relation.conditions?.[i]) ?? true)
    return same ? relation : Object.freeze({ ...relation, columns, ...(conditions ? { conditions } : {}) })
  }
