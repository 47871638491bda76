import type { Column, Relation } from '@sluice/core/catalog/catalog'
import { VALUE_LIMIT } from '@sluice/core/detect/label-values'
import { type Sample, type SampleOptions, sampleTables } from '@sluice/gateway/catalog/sample'
import { Client } from 'pg'
import type { Connect } from './driver.ts'

/**
 * Reads some rows of every table, each in a read-only transaction of its own that ends by a clock. Of a great table some
 * pages are taken, by chance.
 */
export const sampleValues =
  (connect: Connect): Sample =>
  async (...sample) => {
    const client = new Client(await connect('sluice scan'))
    client.on('error', () => undefined)
    await client.connect()
    try {
      await sampleTables(sample, (relation, columns, options) => rowsOf(client, relation, columns, options))
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
