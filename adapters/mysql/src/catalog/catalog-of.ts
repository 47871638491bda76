import { deriveBy } from '@sluice/core/analysis/derive'
import { isWorse } from '@sluice/core/analysis/effect-of'
import {
  buildCatalog,
  type ColumnRow,
  type Derive,
  type MadeTables,
  type RelationRow,
} from '@sluice/core/catalog/build'
import type { Catalog, Labeller, Relation, Routine } from '@sluice/core/catalog/catalog'
import type { ReadStatement } from '@sluice/core/statement/reading'
import type { Built } from '@sluice/gateway/catalog/keeper'
import { rememberedOf } from '@sluice/gateway/catalog/remembering'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import { BUILTIN_SCHEMA, mysqlTraits } from '../analysis-traits/traits.ts'
import type { MysqlModes } from '../dialect/modes.ts'
import { builtinLabels } from './builtin-labels.ts'
import { withCode } from './code-moves.ts'
import { isComputed, isHidden, type Read, readDefinitions } from './definitions.ts'
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
  const plain = { database, idsAreNames: true, relations, columns } as const
  const label = withBuiltin(labeller)
  const derive = deriveOf(read, ids)
  const built = withRoutines(snapshot, read, database, (routines) =>
    anyCase(buildCatalog(version, { ...plain, routines }, label, derive, tables)),
  )
  return { catalog: withCode(built, snapshot), unread: read.unread }
}

const withBuiltin =
  (labeller: Labeller): Labeller =>
  (column) => {
    const builtin = builtinLabels(column)
    return column.system ? builtin : [...builtin, ...labeller(column)]
  }

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

/** How often routines are followed through views that call some, which read views. */
const TURNS = 8

/** The catalog that `build` makes of what each routine does, with what the views run that it reads. */
const withRoutines = (
  snapshot: Snapshot,
  { bodies }: Read,
  database: string,
  build: (routines: readonly Routine[]) => Catalog,
): Catalog => {
  const nothing = buildCatalog(0, { database, relations: [], columns: [], routines: [] }, () => [])
  let known = routinesOf(snapshot, bodies, nothing)
  for (let turn = 1; ; turn++) {
    const catalog = build(known)
    // INVARIANT (hostile-both-sides): where following would go on, nothing is known.
    if (turn > TURNS) return catalog
    const seen = worse(known, once(snapshot, bodies, catalog))
    if (isSame(known, seen)) return catalog
    known = turn < TURNS ? worse(seen, routinesOf(snapshot, bodies, catalog)) : unknown(snapshot)
  }
}

const unknown = ({ routines }: Snapshot): readonly Routine[] =>
  routines.map(({ schema, name }) => ({ schema, name, effect: 'unknown' }))

/** What each routine does, by those it calls: found anew until nothing changes. */
const routinesOf = (snapshot: Snapshot, bodies: Read['bodies'], tables: Catalog): readonly Routine[] => {
  let known = unknown(snapshot)
  for (let pass = 0; pass < MAX_CALLS; pass++) {
    const next = once(snapshot, bodies, calling(tables, known))
    const settled = isSame(known, next)
    known = next
    if (settled) break
  }
  return known
}

/** What each does, where what it calls does what the catalog says. */
const once = ({ routines }: Snapshot, bodies: Read['bodies'], catalog: Catalog): readonly Routine[] =>
  routines.map((routine) => ({
    schema: routine.schema,
    name: routine.name,
    effect: routineEffect(bodies.get(routine), catalog, contextIn(routine.schema)),
  }))

/** The worse of both for each; they stand in the same order. */
const worse = (some: readonly Routine[], others: readonly Routine[]): readonly Routine[] =>
  some.map((one, at) => {
    const other = others[at] ?? one
    return isWorse(other.effect, one.effect) ? other : one
  })

const isSame = (some: readonly Routine[], others: readonly Routine[]): boolean =>
  others.every(({ effect }, at) => effect === some[at]?.effect)

const calling = (catalog: Catalog, routines: readonly Routine[]): Catalog => {
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
    ...(isHidden(found) ? { hidden: true } : {}),
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
