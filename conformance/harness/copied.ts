import type pg from 'pg'

/** What the driver's connection can do for a COPY. */
type CopyConnection = {
  query(sql: string): void
  sendCopyFromChunk(chunk: Buffer): void
  endCopyFrom(): void
}

const ignore = (): void => undefined

/** Runs a statement, a COPY with what it is given, and gives what it sends. Throws what the database says instead. */
export const copied = (by: pg.Client, sql: string, given: Buffer = Buffer.alloc(0)): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    by.query({
      submit: (connection: unknown) => (connection as CopyConnection).query(sql),
      handleRowDescription: ignore,
      handleDataRow: ignore,
      handleCommandComplete: ignore,
      handleEmptyQuery: ignore,
      handleError: reject,
      handleReadyForQuery: () => resolve(Buffer.concat(chunks)),
      handleCopyData: ({ chunk }: { chunk: Buffer }) => chunks.push(chunk),
      handleCopyInResponse: (connection: CopyConnection) => {
        connection.sendCopyFromChunk(given)
        connection.endCopyFrom()
      },
    } as unknown as pg.Submittable)
  })
