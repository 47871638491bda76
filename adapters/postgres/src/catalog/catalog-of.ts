import { deriveBy } from '@sluice/core/analysis/derive'
import type { Blessing } from '@sluice/core/catalog/blessing'
import {
  buildCatalog,
  type CatalogRows,
  type ColumnRow,
  type MadeTables,
  type RelationRow,
} from '@sluice/core/catalog/build'
import type { Catalog, Labeller } from '@sluice/core/catalog/catalog'
import type { Label } from '@sluice/core/catalog/label'
import type { TypeShape } from '@sluice/core/catalog/type-shape'
import type { Built } from '@sluice/gateway/catalog/keeper'
import { rememberedOf } from '@sluice/gateway/catalog/remembering'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import { postgresTraits } from '../analysis-traits/traits.ts'
import { withAttached } from './attached-code.ts'
import { builtinLabels } from './builtin-labels.ts'
import { withCode } from './code-moves.ts'
import { readDefinitions } from './definitions.ts'
import { withRoutines } from './routine-effects.ts'
import type { ColumnFound, RelationFound, ShapeFound, Snapshot } from './rows.ts'

const TYPES = {
  r: 'table',
  p: 'table',
  S: 'sequence',
  v: 'view',
  m: 'materialized view',
  f: 'foreign table',
} as const satisfies Record<RelationFound['kind'], RelationRow['type']>

/** How a snapshot is read: `blessings` are what reviewers say of functions. */
type Reading = {
  readonly dialect: Dialect
  readonly labeller: Labeller
  readonly blessings: readonly Blessing[]
}

/** Makes a catalog of a snapshot: definitions read and followed, columns labelled. */
export const catalogOf = async (
  version: number,
  snapshot: Snapshot,
  { dialect, labeller, blessings }: Reading,
  tables?: MadeTables,
): Promise<Built> => {
  const read = await readDefinitions(snapshot, dialect)
  const rows: Omit<CatalogRows, 'routines'> = {
    database: snapshot.database,
    identity: snapshot.identity,
    schemas: snapshot.schemas,
    definitionsRun: snapshot.definitionsRun,
    relations: snapshot.relations.map(rememberedRelation),
    columns: snapshot.columns.map(rememberedColumn),
    types: snapshot.shapes.map(rememberedShape),
  }
  const label: Labeller = (column): readonly Label[] => {
    const builtin = builtinLabels(column)
    if (column.system) return builtin
    const found = labeller(column)
    return builtin.length === 0 ? found : [...builtin, ...found]
  }
  // A definition's names were looked up when it was made: it has them in full.
  const context = { database: snapshot.database, searchPath: ['pg_catalog'] }
  const derive = deriveBy(read, context, postgresTraits)
  const build = (all: CatalogRows): Catalog => buildCatalog(version, all, label, derive, tables)
  const catalog = withRoutines(snapshot, read.bodies, blessings, (code) =>
    withAttached({ ...rows, ...code }, snapshot, build),
  )
  return { catalog: withCode(catalog, snapshot, read), unread: read.unread }
}

const relationRow = ({ id, schema, name, kind, system, parents }: RelationFound): RelationRow => ({
  id,
  schema,
  name,
  system,
  parents,
  type: TYPES[kind],
})

const columnRow = (found: ColumnFound): ColumnRow => {
  const { relation, name, ordinal, type, modifier, comment, computed } = found
  return {
    relation,
    name,
    ordinal,
    type,
    computed,
    ...(modifier === null ? {} : { modifier }),
    ...(comment === null ? {} : { comment }),
  }
}

const typeShape = (found: ShapeFound): TypeShape => {
  const { id, name, kind, modifier, modifiers } = found
  switch (kind) {
    case 'array':
      return { id, name, kind, element: found.element ?? 0, delimiter: found.delimiter ?? ',' }
    case 'enum':
      return { id, name, kind, labels: found.labels ?? [] }
    case 'domain':
      return {
        id,
        name,
        kind,
        base: found.base ?? 0,
        ...(modifier === null ? {} : { modifier }),
        notNull: found.required,
      }
    case 'composite':
      return {
        id,
        name,
        kind,
        fields: found.fields ?? [],
        ...(modifiers === null ? {} : { modifiers: modifiers.map((one) => one ?? undefined) }),
      }
    case 'range':
      return { id, name, kind, subtype: found.subtype ?? 0 }
    case 'multirange':
      return { id, name, kind, range: found.range ?? 0 }
    case 'base':
      return { id, name, kind, extension: found.extension ?? undefined }
  }
}

const rememberedRelation = rememberedOf(relationRow)
const rememberedColumn = rememberedOf(columnRow)
const rememberedShape = rememberedOf(typeShape)
