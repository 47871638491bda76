import type { Catalog, Column, Relation } from '@sluice/core/catalog/catalog'
import { VALUE_LIMIT } from '@sluice/core/detect/label-values'
import { typeFamily } from '@sluice/core/detect/type-family'
import { type Connection, type ConnectionOptions, createConnection, type RowDataPacket } from 'mysql2/promise'
import { SETTINGS } from './queries.ts'

/** How values are sampled. */
export type SampleOptions = {
  readonly connect: () => ConnectionOptions | Promise<ConnectionOptions>
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
 * Reads some rows of every table and hands out the values of each column, as texts. One table after the other, each in a
 * read-only transaction that ends by a clock; one that cannot be read is passed over.
 */
export const sampleValues = async (
  catalog: Catalog,
  options: SampleOptions,
  take: (column: Column, values: readonly string[]) => void,
): Promise<void> => {
  let connection: Connection | undefined
  try {
    for (const relation of catalog.relations) {
      if (options.isOver?.() === true) break
      const columns = relation.columns.filter((column) => TELLING.has(typeFamily(column.type)))
      if (relation.system || relation.type !== 'table' || columns.length === 0) continue
      try {
        connection ??= await opened(options)
        const rows = await rowsOf(connection, relation, columns, options)
        for (const [i, column] of columns.entries())
          take(
            column,
            rows.flatMap((row) => row[i] ?? []),
          )
      } catch (error) {
        // A query that took too long leaves a connection that nothing can be asked of.
        connection?.destroy()
        connection = undefined
        options.onFailure(relation, error)
      }
    }
  } finally {
    connection?.destroy()
  }
}

const opened = async ({ connect }: SampleOptions): Promise<Connection> => {
  const connection = await createConnection({ ...(await connect()) })
  connection.on('error', () => undefined)
  await connection.query(SETTINGS)
  return connection
}

const rowsOf = async (
  connection: Connection,
  { schema, name }: Relation,
  columns: readonly Column[],
  { rows, timeoutMs }: SampleOptions,
): Promise<readonly (readonly (string | null)[])[]> => {
  const list = columns.map((column) => `LEFT(CAST(${quote(column.name)} AS CHAR), ${VALUE_LIMIT})`)
  await connection.query({ sql: 'START TRANSACTION READ ONLY', timeout: timeoutMs })
  const [found] = await connection.query<RowDataPacket[]>({
    sql: `SELECT ${list.join(', ')} FROM ${quote(schema)}.${quote(name)} LIMIT ${rows}`,
    rowsAsArray: true,
    timeout: timeoutMs,
  })
  await connection.query({ sql: 'ROLLBACK', timeout: timeoutMs })
  return found as unknown as (string | null)[][]
}

const quote = (name: string): string => `\`${name.replaceAll('`', '``')}\``
