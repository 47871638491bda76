import type { Catalog, Column, Relation, Routine } from './catalog.ts'
import { keyOf } from './key-of.ts'

/** A column of a relation that is laid over a catalog. */
export type LaidColumn = Pick<Column, 'name' | 'type' | 'labels'> & Partial<Pick<Column, 'derivedFrom'>>

/** A relation that a statement made, before the database's own catalogs were read again. */
export type LaidRelation = {
  readonly schema: string
  readonly name: string
  readonly type: Relation['type']
  readonly columns: readonly LaidColumn[]
} & Partial<Pick<Relation, 'functions' | 'conditions'>>

type Layer = {
  readonly base: Catalog
  /** Undefined: it is gone. */
  readonly relations: ReadonlyMap<string, Relation | undefined>
  readonly routines: ReadonlyMap<string, readonly Routine[]>
  /** The last id given out. Ids of laid relations are negative: no database has such. */
  readonly lastId: number
}

/** Layers by the catalog they make, so that one is never laid over another. */
const layers = new WeakMap<Catalog, Layer>()

const layerOf = (catalog: Catalog): Layer =>
  layers.get(catalog) ?? { base: catalog, relations: new Map(), routines: new Map(), lastId: 0 }

const laid = (catalog: Catalog, layer: Layer): Catalog => {
  const { base, relations, routines } = layer
  const added = [...relations.values()].filter((relation) => relation !== undefined)
  const byId = new Map(added.map((relation) => [relation.id, relation]))
  const isBase = (relation: Relation): boolean => !relations.has(keyOf(relation.schema, relation.name))
  const made: Catalog = {
    version: catalog.version + 1,
    database: base.database,
    ...(base.idsAreNames === undefined ? {} : { idsAreNames: base.idsAreNames }),
    ...(base.labeller === undefined ? {} : { labeller: base.labeller }),
    relation: (schema, name) => {
      const key = keyOf(schema, name)
      return relations.has(key) ? relations.get(key) : base.relation(schema, name)
    },
    relationById: (id) => {
      const found = byId.get(id) ?? base.relationById(id)
      return found && (byId.has(id) || isBase(found)) ? found : undefined
    },
    routines: (schema, name) => [
      ...base.routines(schema, name),
      ...(routines.get(keyOf(schema, name)) ?? []),
    ],
    relations: [...base.relations.filter(isBase), ...added],
    ...(base.tells === undefined ? {} : { tells: base.tells }),
  }
  layers.set(made, layer)
  return Object.freeze(made)
}

/** The catalog with one relation more, or another one under its name. */
export const withRelation = (catalog: Catalog, relation: LaidRelation): Catalog => {
  const layer = layerOf(catalog)
  const id = layer.lastId - 1
  const { schema, name } = relation
  const ref = { schema, name, id }
  const columns = relation.columns.map(
    (column, i): Column => Object.freeze({ relation: ref, ordinal: i + 1, ...column }),
  )
  const made: Relation = Object.freeze({ ...relation, id, columns, system: false })
  const relations = new Map(layer.relations).set(keyOf(schema, name), made)
  return laid(catalog, { ...layer, relations, lastId: id })
}

/** The catalog without a relation. */
export const withoutRelation = (catalog: Catalog, schema: string, name: string): Catalog => {
  const layer = layerOf(catalog)
  return laid(catalog, { ...layer, relations: new Map(layer.relations).set(keyOf(schema, name), undefined) })
}

/** The catalog with one routine more beside those of its name. */
export const withRoutine = (catalog: Catalog, routine: Routine): Catalog => {
  const layer = layerOf(catalog)
  const key = keyOf(routine.schema, routine.name)
  const routines = new Map(layer.routines).set(key, [...(layer.routines.get(key) ?? []), routine])
  return laid(catalog, { ...layer, routines })
}
