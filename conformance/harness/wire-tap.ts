import { Socket } from 'node:net'
import pg from 'pg'

type Connection = { host: string; port: number; user: string; password: string; database: string }

/**
 * Runs statements one after the other through an ordinary driver, whatever becomes of them, and gives all the bytes
 * that the server sent as text: rows, errors, notices, metadata, settings.
 */
export async function received(connection: Connection, statements: readonly string[]): Promise<string> {
  const chunks: Buffer[] = []
  const tapped = (): Socket => new Socket().on('data', (chunk: Buffer) => chunks.push(chunk))
  const client = new pg.Client({ ...connection, stream: tapped })
  client.on('error', () => undefined)
  await client.connect()
  for (const sql of statements) await client.query(sql).catch(() => undefined)
  await client.end()
  return Buffer.concat(chunks).toString('latin1')
}
