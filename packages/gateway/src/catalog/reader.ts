import type { SnapshotReader } from './keeper.ts'

/** How a database's catalogs are read over a connection. */
export type ReaderParts<Connection, Snapshot> = {
  /**
   * Opens a connection. `made` is told of it before it is open, so that `end` cuts it short and a failure closes it; `lost`
   * once it is of no use any more.
   */
  readonly connect: (
    made: (connection: Connection) => void,
    lost: (connection: Connection) => void,
  ) => Promise<Connection>
  /** Rejects where the database does not answer in time. */
  readonly snapshot: (connection: Connection) => Promise<Snapshot>
  /** Lets a connection go, whatever state it is in. */
  readonly disconnect: (connection: Connection) => Promise<void> | void
}

/**
 * How long a connection is kept for the next reading: a script of DDL asks for one reading after the other, and a new
 * connection takes longer than all its queries. Short, since somebody may want to drop or copy the database.
 */
const IDLE_MS = 1_000

/**
 * Reads snapshots, one at a time, over a connection of its own: nothing that a session set can change what is read.
 */
export class ConnectedReader<Connection, Snapshot> implements SnapshotReader<Snapshot> {
  readonly #parts: ReaderParts<Connection, Snapshot>
  #connection: Connection | undefined
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #ended = false

  constructor(parts: ReaderParts<Connection, Snapshot>) {
    this.#parts = parts
  }

  /** Rejects where the database cannot be reached, or does not answer in time. */
  read(): Promise<Snapshot> {
    const reading = this.#last.then(() => this.#read())
    this.#last = reading.catch(() => undefined)
    return reading
  }

  /** Lets the connection go. The next reading makes another. */
  async close(): Promise<void> {
    clearTimeout(this.#idle)
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) await this.#parts.disconnect(connection)
  }

  /** Ends for good: what is being read is cut short, what waits to be read is refused. */
  async end(): Promise<void> {
    this.#ended = true
    await this.close()
    await this.#last
    await this.close()
  }

  async #read(): Promise<Snapshot> {
    if (this.#ended) throw new Error('the reader of the catalog has ended')
    clearTimeout(this.#idle)
    try {
      const snapshot = await this.#parts.snapshot(this.#connection ?? (await this.#connect()))
      this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref()
      return snapshot
    } catch (error) {
      await this.close()
      throw error
    }
  }

  #connect(): Promise<Connection> {
    return this.#parts.connect(
      (made) => {
        this.#connection = made
        if (this.#ended) void this.close()
      },
      (lost) => {
        if (this.#connection === lost) this.#connection = undefined
      },
    )
  }
}
