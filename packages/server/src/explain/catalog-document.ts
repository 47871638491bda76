import { blessedValue } from '@sluice/core/catalog/blessing'
import { buildCatalog, type CatalogRows } from '@sluice/core/catalog/build'
import type { Catalog, Column, Labeller, Routine } from '@sluice/core/catalog/catalog'
import { labelColumn } from '@sluice/core/detect/label-column'
import * as Schema from 'effect/Schema'
import type { ExplainDialect } from './dialects.ts'

/** A catalog as a user writes it: `{"tables": [{"schema": "public", "name": "t", "columns": [{"name": "a", "type": "text"}]}]}`. */
export const catalogDocument = Schema.Struct({
  database: Schema.optionalKey(Schema.String),
  tables: Schema.Array(
    Schema.Struct({
      schema: Schema.String,
      name: Schema.String,
      columns: Schema.Array(
        Schema.Struct({
          name: Schema.String,
          type: Schema.optionalKey(Schema.String),
          labels: Schema.optionalKey(Schema.Array(Schema.String)),
        }),
      ),
    }),
  ),
  /** In an order in which they could be created. */
  views: Schema.optionalKey(
    Schema.Array(Schema.Struct({ schema: Schema.String, name: Schema.String, definition: Schema.String })),
  ),
  /** Functions of the users' own. `result`: as `functions` of the configuration has it. */
  functions: Schema.optionalKey(
    Schema.Array(
      Schema.Struct({
        schema: Schema.String,
        name: Schema.String,
        effect: Schema.optionalKey(Schema.Literals(['reads', 'writes'])),
        result: Schema.optionalKey(
          Schema.Union([Schema.Literals(['none', 'arguments']), Schema.Array(Schema.String)]),
        ),
      }),
    ),
  ),
})

/** The decoded form of `catalogDocument`. */
export type CatalogDocument = typeof catalogDocument.Type

/** A catalog, and how its document spells what the dialect folds. */
export type WrittenCatalog = {
  /** Its tables. */
  readonly catalog: Catalog
  readonly views: NonNullable<CatalogDocument['views']>
  /** Labels the document's columns, and those of what a script makes beside them. */
  readonly labeller: Labeller
  /** `schema.table` as the document has it. */
  table(schema: string, name: string): string
  /** `schema.table.column` as the document has it. */
  column(column: Column): string
}

type CatalogRules = Pick<ExplainDialect, 'fold' | 'foldColumn' | 'database' | 'schemasAreDatabases'>

/** Makes a catalog of a document. Labels are the document's, and those the detectors give. */
export const catalogOf = (
  document: CatalogDocument,
  { fold, foldColumn = fold, database, schemasAreDatabases }: CatalogRules,
): WrittenCatalog => {
  const given = new Map<string, readonly string[]>()
  const spelled = new Map<string, string>()
  const home = schemasAreDatabases === true ? document.tables[0]?.schema : undefined
  const rows: CatalogRows = {
    database: fold(document.database ?? home ?? database),
    relations: document.tables.map(({ schema, name }, i) => {
      spelled.set(key(fold(schema), fold(name)), dotted(schema, name))
      return { id: i + 1, schema: fold(schema), name: fold(name), type: 'table', system: false }
    }),
    columns: document.tables.flatMap(({ schema, name: table, columns }, i) =>
      columns.map(({ name, type, labels }, ordinal) => {
        const at = key(fold(schema), fold(table), foldColumn(name))
        given.set(at, labels ?? [])
        spelled.set(at, dotted(schema, table, name))
        return { relation: i + 1, name: foldColumn(name), ordinal: ordinal + 1, type: type ?? 'text' }
      }),
    ),
    routines: (document.functions ?? []).map(({ schema, name, effect, result }): Routine => {
      const routine: Routine = { schema: fold(schema), name: fold(name), effect: effect ?? 'unknown' }
      if (result === undefined) return routine
      const found = {
        schema: routine.schema,
        signature: `${routine.schema}.${routine.name}`,
        returns: 'text',
      }
      const blessing = { result: result === 'none' ? [] : result }
      return { ...routine, blessed: blessedValue(blessing, { ...found, columns: null }) }
    }),
  }
  const labeller: Labeller = ({ schema, relation, name, type }) => [
    ...(given.get(key(schema, relation, name)) ?? []).map((label) => ({
      name: label,
      origin: 'config' as const,
      confidence: 1,
    })),
    ...labelColumn({ schema, table: relation, name, type }),
  ]
  const written = (...parts: readonly string[]): string => spelled.get(key(...parts)) ?? dotted(...parts)
  return {
    catalog: buildCatalog(1, rows, labeller),
    views: (document.views ?? []).map(({ schema, name, definition }) => {
      spelled.set(key(fold(schema), fold(name)), dotted(schema, name))
      return { schema: fold(schema), name: fold(name), definition }
    }),
    labeller,
    table: written,
    column: ({ relation, name }) => written(relation.schema, relation.name, name),
  }
}

const key = (...parts: readonly string[]): string => JSON.stringify(parts)

const dotted = (...parts: readonly string[]): string => parts.filter((part) => part !== '').join('.')
