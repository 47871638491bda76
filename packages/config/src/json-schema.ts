import * as Schema from 'effect/Schema'
import { configFileSchema } from './schema/file.ts'

/** JSON Schema (2020-12) of the configuration file, for editors. The loader stays the authority. */
export const configJsonSchema = (): Readonly<Record<string, unknown>> => {
  const { schema, definitions } = Schema.toJsonSchemaDocument(configFileSchema, { onExcessProperty: 'error' })
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Sluice configuration',
    ...schema,
    ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }),
  }
}
