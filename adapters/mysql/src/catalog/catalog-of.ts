import { deriveBy } from '@sluice/core/analysis/derive'
import {
  buildCatalog,
  type CatalogRows,
  type ColumnRow,
  type Derive,
  type Labeller,
  type MadeTables,
  type RelationRow,
  UNREAD,
} from '@sluice/core/catalog/build'
import type { Catalog, FunctionEffect, Relation, Routine } from '@sluice/core/catalog/catalog'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { Built } from '@sluice/gateway/catalog/keeper'
import { rememberedOf } from '@sluice/gateway/catalog/remembering'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import { BUILTIN_SCHEMA, mysqlTraits } from '../analysis-traits/traits.ts'
import type { MysqlModes } from '../dialect/modes.ts'
import { builtinLabels } from './builtin-labels.ts'
import { withCode } from './code-moves.ts'
import { isComputed, type Read, readDefinitions } from './definitions.ts'
import { RelationIds } from './ids.ts'
import { SYSTEM_SCHEMAS } from './queries.ts'
import { routineEffect } from './routine-effect.ts'
import type { ColumnFound, RelationFound, Snapshot } from './rows.ts'

/** Makes a catalog of a snapshot: definitions read and followed, columns labelled. */
export const catalogOf = async (
  version: number,
  database: string,
  snapshot: Snapshot,
  dialect: Dialect<MysqlModes>,
  labeller: Labeller,
  tables: MadeTables,
): Promise<Built> => {
  const read = await readDefinitions(snapshot, dialect)
  const ids = new RelationIds()
  const relations = snapshot.relations.map((found) => rowOfRelation(found, ids))
  const columns = snapshot.columns.map((found) => rowOfColumn(found, ids))
  const plain: CatalogRows = { database, idsAreNames: true, relations, columns, routines: [] }
  const label = withBuiltin(labeller)
  const derive = deriveOf(read, ids)
  const routines = routinesOf(
    snapshot,
    read,
    anyCase(buildCatalog(version, plain, label, unfollowed(derive), tables)),
  )
  const rows: CatalogRows = { ...plain, routines }
  const built = anyCase(buildCatalog(version, rows, label, derive, tables))
  return { catalog: withCode(built, snapshot), unread: read.unread }
}

const withBuiltin =
  (labeller: Labeller): Labeller =>
  (column) => {
    const builtin = builtinLabels(column)
    return column.system ? builtin : [...builtin, ...labeller(column)]
  }

/**
 * What a routine does does not hang on what views show. The server's own are made once for good, and so as they are: whatever
 * is made of them here is found again.
 */
const unfollowed = (derive: Derive): Derive => ({
  view: (row, columns, catalog) => (row.system ? derive : UNREAD).view(row, columns, catalog),
  computed: (row, column, catalog) => UNREAD.computed(row, column, catalog),
})

const INFORMATION_SCHEMA = 'information_schema'

/** Names in information_schema, its own among them, are the same in any case. */
const anyCase = (catalog: Catalog): Catalog => {
  const relation = (schema: string, name: string): Relation | undefined =>
    catalog.relation(schema, name) ??
    (schema.toLowerCase() === INFORMATION_SCHEMA
      ? catalog.relation(INFORMATION_SCHEMA, name.toLowerCase())
      : undefined)
  return Object.freeze({ ...catalog, relation })
}

/** Functions in a definition are looked up in the database that it is in; its tables have their names in full. */
const deriveOf = ({ views, computed }: Read, ids: RelationIds): Derive => {
  const definitions = {
    views: new Map(Array.from(views, ([found, read]) => [ids.of(found.schema, found.name), read])),
    computed: new Map(
      Array.from(computed, ([found, read]): [string, ReadStatement] => [
        `${ids.of(found.schema, found.relation)}.${found.ordinal}`,
        read,
      ]),
    ),
  }
  const bySchema = new Map<string, Derive>()
  const within = (schema: string): Derive => {
    const known = bySchema.get(schema)
    if (known !== undefined) return known
    const made = deriveBy(definitions, contextIn(schema), mysqlTraits)
    bySchema.set(schema, made)
    return made
  }
  return {
    view: (relation, columns, catalog) => within(relation.schema).view(relation, columns, anyCase(catalog)),
    computed: (relation, column, catalog) =>
      within(relation.schema).computed(relation, column, anyCase(catalog)),
  }
}

const contextIn = (schema: string) => ({ database: schema, searchPath: [BUILTIN_SCHEMA, schema] })

/** How long a chain of routines that call one another is followed. */
const MAX_CALLS = 8

/** What each routine does, by those it calls: found anew until nothing changes. */
const routinesOf = ({ routines }: Snapshot, { bodies }: Read, tables: Catalog): readonly Routine[] => {
  let known: readonly Routine[] = routines.map(({ schema, name }) => ({ schema, name, effect: 'unknown' }))
  for (let pass = 0; pass < MAX_CALLS; pass++) {
    const catalog = withRoutines(tables, known)
    const next = routines.map((routine, at): Routine => {
      const before = known[at]?.effect
      const effect: FunctionEffect =
        before !== undefined && before !== 'unknown'
          ? before
          : routineEffect(bodies.get(routine), catalog, contextIn(routine.schema))
      return { schema: routine.schema, name: routine.name, effect }
    })
    const settled = next.every(({ effect }, at) => effect === known[at]?.effect)
    known = next
    if (settled) break
  }
  return known
}

const withRoutines = (catalog: Catalog, routines: readonly Routine[]): Catalog => {
  const byName = Map.groupBy(routines, ({ schema, name }) => JSON.stringify([schema, name]))
  return { ...catalog, routines: (schema, name) => byName.get(JSON.stringify([schema, name])) ?? [] }
}

const relationRow = ({ schema, name, kind }: RelationFound, id: number): RelationRow => ({
  id,
  schema,
  name,
  system: SYSTEM_SCHEMAS.has(schema),
  type: kind === 'VIEW' || kind === 'SYSTEM VIEW' ? 'view' : 'table',
})

const columnRow = (found: ColumnFound, relation: number): ColumnRow => {
  const { name, ordinal, type, comment } = found
  return {
    relation,
    name,
    ordinal,
    type,
    computed: isComputed(found),
    ...(comment === '' ? {} : { comment }),
  }
}

/** The same row and id become the same thing: snapshots hand on the rows that did not change. */
const remembered = <Found extends object, Made>(
  make: (found: Found, id: number) => Made,
): ((found: Found, id: number) => Made) => {
  const byId = rememberedOf((_found: Found) => new Map<number, Made>())
  return (found, id) => {
    const known = byId(found)
    const made = known.get(id) ?? make(found, id)
    known.set(id, made)
    return made
  }
}

const rememberedRelation = remembered(relationRow)
const rememberedColumn = remembered(columnRow)

const rowOfRelation = (found: RelationFound, ids: RelationIds): RelationRow =>
  rememberedRelation(found, ids.of(found.schema, found.name))

const rowOfColumn = (found: ColumnFound, ids: RelationIds): ColumnRow =>
  rememberedColumn(found, ids.of(found.schema, found.relation))
