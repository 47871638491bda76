import type { Catalog, Column, Relation } from '@sluice/core/catalog/catalog'
import { VALUE_LIMIT } from '@sluice/core/detect/label-values'
import { typeFamily } from '@sluice/core/detect/type-family'
import { Client, type ClientConfig } from 'pg'

/** How values are sampled. */
export type SampleOptions = {
  readonly connect: () => ClientConfig | Promise<ClientConfig>
  /** The most rows that are read of a table. */
  readonly rows: number
  /** How long reading one table may take. */
  readonly timeoutMs: number
  /** Asked before each table: no further one is read once it says so. */
  readonly isOver?: () => boolean
  /** Hears of a table that could not be read; never of values. */
  readonly onFailure: (relation: Relation, error: unknown) => void
}

/** The families of types whose values say what they are. */
const TELLING: ReadonlySet<string> = new Set(['text', 'integer', 'decimal', 'json', 'other'])

/**
 * Reads some rows of every table and hands out the values of each column, as texts. Of a great table some pages are
 * taken, by chance. One table after the other, each in a read-only transaction of its own that ends by a clock; one
 * that cannot be read is passed over.
 */
export const sampleValues = async (
  catalog: Catalog,
  options: SampleOptions,
  take: (column: Column, values: readonly string[]) => void,
): Promise<void> => {
  const client = new Client({ ...(await options.connect()), application_name: 'sluice scan' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    for (const relation of catalog.relations) {
      if (options.isOver?.() === true) break
      const columns = relation.columns.filter((column) => TELLING.has(typeFamily(column.type)))
      if (relation.system || relation.type !== 'table' || columns.length === 0) continue
      try {
        const rows = await rowsOf(client, relation, columns, options)
        for (const [i, column] of columns.entries())
          take(
            column,
            rows.flatMap((row) => row[i] ?? []),
          )
      } catch (error) {
        options.onFailure(relation, error)
      }
    }
  } finally {
    await client.end()
  }
}

const rowsOf = async (
  client: Client,
  { schema, name }: Relation,
  columns: readonly Column[],
  { rows, timeoutMs }: SampleOptions,
): Promise<readonly (string | null)[][]> => {
  const list = columns.map(
    (column) => `pg_catalog."left"(${quote(column.name)}::pg_catalog.text, ${VALUE_LIMIT})`,
  )
  const read = async (sampled: string) =>
    client.query<(string | null)[]>({
      text: `SELECT ${list.join(', ')} FROM ${quote(schema)}.${quote(name)} ${sampled} LIMIT ${rows}`,
      rowMode: 'array',
    })
  await client.query(
    `BEGIN READ ONLY; SET LOCAL statement_timeout = ${timeoutMs}; SET LOCAL lock_timeout = 1000`,
  )
  try {
    const [size] = (
      await client.query<{ pages: number }>(
        'SELECT relpages AS pages FROM pg_catalog.pg_class WHERE oid = $1::pg_catalog.regclass',
        [`${quote(schema)}.${quote(name)}`],
      )
    ).rows
    // A hundredth of the pages is more than enough where there are thousands.
    const few = (size?.pages ?? 0) >= 10_000 ? (await read('TABLESAMPLE SYSTEM (1)')).rows : []
    return few.length > 0 ? few : (await read('')).rows
  } finally {
    await client.query('ROLLBACK')
  }
}

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`
