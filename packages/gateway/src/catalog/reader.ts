import type { TableName } from '../ports/catalog-source.ts'
import type { SnapshotReader } from './keeper.ts'

/** How a database's catalogs are read over a connection. */
type ReaderParts<Connection, Snapshot> = {
  /**
   * Opens a connection. `made` is told of it as soon as it can be closed, so that a failure closes it; `lost` once it is of
   * no use any more. `end` waits for none.
   */
  readonly connect: (
    made: (connection: Connection) => void,
    lost: (connection: Connection) => void,
  ) => Promise<Connection>
  /** Rejects where the database does not answer in time. `changed`: as `SnapshotReader` has it. */
  readonly snapshot: (connection: Connection, changed?: readonly TableName[]) => Promise<Snapshot>
  /** Lets a connection go, whatever state it is in. A database that has fallen silent is not waited for. */
  readonly disconnect: (connection: Connection) => void
}

/**
 * How long a connection is kept for the next reading: a script of DDL asks for one reading after the other, and a new
 * connection takes longer than all its queries. Short, since somebody may want to drop or copy the database.
 */
const IDLE_MS = 1_000

/** The most rows that one query of a snapshot may return. Queries ask for one more, which tells that there are too many. */
export const MAX_ROWS = 2_000_000

/** The database holds more objects than the gateway keeps in mind. Fault: upstream. */
class CatalogTooLarge extends Error {
  override readonly name = 'CatalogTooLarge'
}

/** The rows that one query of a snapshot returned. `held` names who has them. Throws where they are too many. */
export const notTooMany = <Row>(rows: readonly Row[], held: 'server' | 'database'): readonly Row[] => {
  if (rows.length > MAX_ROWS)
    throw new CatalogTooLarge(`the ${held} has more than ${MAX_ROWS} objects of a kind`)
  return rows
}

/**
 * Reads snapshots, one at a time, over a connection of its own: nothing that a session set can change what is read.
 */
export class ConnectedReader<Connection, Snapshot> implements SnapshotReader<Snapshot> {
  readonly #parts: ReaderParts<Connection, Snapshot>
  #connection: Connection | undefined
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #ended = false
  /** Gives up the reading that is under way, whatever it waits for. */
  #giveUp: (() => void) | undefined

  constructor(parts: ReaderParts<Connection, Snapshot>) {
    this.#parts = parts
  }

  /** Rejects where the database cannot be reached, or does not answer in time. */
  read(changed?: readonly TableName[]): Promise<Snapshot> {
    const reading = this.#last.then(() => this.#read(changed))
    this.#last = reading.catch(() => undefined)
    return reading
  }

  /** Lets the connection go. The next reading makes another. */
  close(): void {
    clearTimeout(this.#idle)
    const connection = this.#connection
    this.#connection = undefined
    if (connection !== undefined) this.#parts.disconnect(connection)
  }

  /** Ends for good: what is being read is cut short, what waits to be read is refused. */
  async end(): Promise<void> {
    this.#ended = true
    this.#giveUp?.()
    this.close()
    await this.#last
  }

  async #read(changed: readonly TableName[] | undefined): Promise<Snapshot> {
    if (this.#ended) throw hasEnded()
    clearTimeout(this.#idle)
    try {
      const snapshot = await new Promise<Snapshot>((resolve, reject) => {
        this.#giveUp = () => reject(hasEnded())
        this.#snapshot(changed).then(resolve, reject)
      })
      this.#idle = setTimeout(() => this.close(), IDLE_MS).unref()
      return snapshot
    } catch (error) {
      this.close()
      throw error
    }
  }

  async #snapshot(changed: readonly TableName[] | undefined): Promise<Snapshot> {
    return await this.#parts.snapshot(this.#connection ?? (await this.#connect()), changed)
  }

  #connect(): Promise<Connection> {
    const made = (connection: Connection): void => {
      this.#connection = connection
      if (this.#ended) this.close()
    }
    const lost = (connection: Connection): void => {
      if (this.#connection === connection) this.#connection = undefined
    }
    return this.#parts.connect(made, lost)
  }
}

const hasEnded = (): Error => new Error('the reader of the catalog has ended')
