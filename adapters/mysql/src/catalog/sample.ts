import type { Column, Relation } from '@sluice/core/catalog/catalog'
import { VALUE_LIMIT } from '@sluice/core/detect/label-values'
import { type Sample, type SampleOptions, sampleTables } from '@sluice/gateway/catalog/sample'
import type { Connection, ConnectionOptions, RowDataPacket } from 'mysql2/promise'
import { quoteName } from '../dialect/lexer/quoted.ts'
import { dropDriver, openDriver } from './driver.ts'
import { SETTINGS } from './queries.ts'

/** How the database is reached, asked for every connection. */
type Connect = () => ConnectionOptions | Promise<ConnectionOptions>

/** Reads some rows of every table, each in a read-only transaction that ends by a clock. */
export const sampleValues =
  (connect: Connect): Sample =>
  async (...sample) => {
    let connection: Connection | undefined
    const leave = (): void => {
      if (connection !== undefined) dropDriver(connection)
      connection = undefined
    }
    try {
      await sampleTables(sample, async (relation, columns, options) => {
        connection ??= await opened(connect)
        return await rowsOf(connection, relation, columns, options).catch((error: unknown) => {
          // A query that took too long leaves a connection that nothing can be asked of.
          leave()
          throw error
        })
      })
    } finally {
      leave()
    }
  }

const opened = async (connect: Connect): Promise<Connection> => {
  const connection = await openDriver(await connect())
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
  const list = columns.map((column) => `LEFT(CAST(${quoteName(column.name)} AS CHAR), ${VALUE_LIMIT})`)
  await connection.query({ sql: 'START TRANSACTION READ ONLY', timeout: timeoutMs })
  const [found] = await connection.query<RowDataPacket[]>({
    sql: `SELECT ${list.join(', ')} FROM ${quoteName(schema)}.${quoteName(name)} LIMIT ${rows}`,
    rowsAsArray: true,
    timeout: timeoutMs,
  })
  await connection.query({ sql: 'ROLLBACK', timeout: timeoutMs })
  return found as unknown as (string | null)[][]
}
