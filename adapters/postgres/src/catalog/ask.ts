import { MAX_ROWS, notTooMany } from '@sluice/gateway/catalog/reader'
import type { Client, QueryResult } from 'pg'

/** How long printing definitions may wait for another session's lock on a table in them. */
const LOCK_TIMEOUT_MS = 100

/** With an empty path every name in a definition is printed with its schema. Compiling takes longer than reading. */
const OPENING: readonly string[] = [
  'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  "SET LOCAL search_path = ''",
  `SET LOCAL lock_timeout = ${LOCK_TIMEOUT_MS}`,
  'SET LOCAL jit = off',
]

/**
 * The rows of each of several queries of a snapshot, which go in one message: waiting for one answer after the other takes
 * longer than the queries.
 */
export const ask = async (
  client: Client,
  queries: readonly string[],
): Promise<readonly (readonly unknown[])[]> => {
  if (queries.length === 0) return []
  const found = rowsOf(await client.query(unlocking(bounded(queries)).join(';\n')))
  return found.filter((_, i) => i % 2 === 1)
}

/**
 * Printing a definition locks the tables in it until the transaction ends, and a `LOCK … NOWAIT` of somebody else would
 * fail. Where a transaction is taken back to a savepoint it lets go what it locked behind that, and sees what it saw: so
 * nothing is locked for longer than the query takes that prints it.
 */
const unlocking = (queries: readonly string[]): readonly string[] => [
  'SAVEPOINT printing',
  ...queries.flatMap((query) => [query, 'ROLLBACK TO SAVEPOINT printing']),
]

/**
 * Reads in one transaction that sees one state: `read` is given the rows of the `first` queries, and asks for more on
 * the same connection. Leaves the connection as it was for what is asked next.
 */
export const inSnapshot = async <Found>(
  client: Client,
  first: readonly string[],
  read: (found: readonly (readonly unknown[])[]) => Promise<Found>,
): Promise<Found> => {
  try {
    const found = rowsOf(await client.query([...OPENING, ...bounded(first)].join(';\n')))
    return await read(found.slice(OPENING.length))
  } finally {
    // Whatever is asked next waits for it by itself, and fails where the connection is broken.
    client.query('ROLLBACK').catch(() => undefined)
  }
}

const bounded = (queries: readonly string[]): readonly string[] =>
  queries.map((query) => `${query} LIMIT ${MAX_ROWS + 1}`)

const rowsOf = (found: QueryResult | readonly QueryResult[]): readonly (readonly unknown[])[] =>
  [found].flat().map(({ rows }) => notTooMany(rows, 'database'))
