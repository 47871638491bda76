import type { Column, Relation } from '@sluice/core/catalog/catalog'
import { VALUE_LIMIT } from '@sluice/core/detect/label-values'
import { type Sample, type SampleOptions, sampleTables } from '@sluice/gateway/catalog/sample'
import { Client, DatabaseError } from 'pg'
import { type Connect, leave } from './driver.ts'

/** The database ends by itself what takes too long. One that has not said so after so much longer is silent. */
const GRACE_MS = 5_000

/**
 * Reads some rows of every table, each in a read-only transaction of its own that ends by a clock. Of a great table some
 * pages are taken, by chance.
 */
export const sampleValues =
  (connect: Connect, graceMs: number = GRACE_MS): Sample =>
  async (catalog, options, take) => {
    const timeouts = { query_timeout: options.timeoutMs + graceMs }
    const client = new Client({ ...timeouts, ...(await connect('sluice scan')) })
    client.on('error', () => undefined)
    await client.connect()
    /** What is wrong with the connection: of no use for any other table. */
    let lost: { readonly error: unknown } | undefined
    const isOver = (): boolean => lost !== undefined || options.isOver?.() === true
    try {
      await sampleTables([catalog, { ...options, isOver }, take], (relation, columns) =>
        rowsOf(client, relation, columns, options).catch((error: unknown) => {
          if (!(error instanceof DatabaseError)) lost = { error }
          throw error
        }),
      )
    } finally {
      leave(client)
    }
    if (lost !== undefined) throw lost.error
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
