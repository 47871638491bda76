import { buildCatalog, type CatalogRows, type Labeller } from '@sluice/core/catalog/build'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { labelColumn } from '@sluice/core/detect/label-column'
import * as Schema from 'effect/Schema'

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
})

/** The decoded form of `catalogDocument`. */
export type CatalogDocument = typeof catalogDocument.Type

/** Makes a catalog of a document. Labels are the document's, and those the detectors give. */
export const catalogOf = (document: CatalogDocument): Catalog => {
  const given = new Map<string, readonly string[]>()
  const rows: CatalogRows = {
    database: document.database ?? 'database',
    relations: document.tables.map(({ schema, name }, i) => ({
      id: i + 1,
      schema,
      name,
      type: 'table',
      system: false,
    })),
    columns: document.tables.flatMap(({ schema, name: table, columns }, i) =>
      columns.map(({ name, type, labels }, ordinal) => {
        given.set(key(schema, table, name), labels ?? [])
        return { relation: i + 1, name, ordinal: ordinal + 1, type: type ?? 'text' }
      }),
    ),
    routines: [],
  }
  const labeller: Labeller = ({ schema, relation, name, type }) => [
    ...(given.get(key(schema, relation, name)) ?? []).map((label) => ({
      name: label,
      origin: 'config' as const,
      confidence: 1,
    })),
    ...labelColumn({ schema, table: relation, name, type }),
  ]
  return buildCatalog(1, rows, labeller)
}

const key = (schema: string, table: string, column: string): string => JSON.stringify([schema, table, column])
