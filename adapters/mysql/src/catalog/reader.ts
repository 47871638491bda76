import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise'
import { SETTINGS } from './queries.ts'
import {
  type About,
  askBy,
  readAbout,
  readSnapshot,
  readSystemPart,
  type Snapshot,
  type SystemPart,
} from './rows.ts'

/** How a reader connects. */
export type ReaderOptions = {
  /** Asked for every connection, so that changed credentials take effect. */
  readonly connect: () => ConnectionOptions | Promise<ConnectionOptions>
  /** How long connecting, and each query, may take. */
  readonly timeoutMs: number
}

/** How long a connection is kept for the next reading: a script of DDL asks for one reading after the other. */
const IDLE_MS = 1_000

/** How old the part that came with the server may get, which only an upgrade or an administrator changes. */
const SYSTEM_AGE_MS = 600_000

/**
 * Reads snapshots, one at a time, over a connection of its own: nothing that a session set can change what is read.
 */
export class CatalogReader {
  readonly #options: ReaderOptions
  #connection: Connection | undefined
  #system: { readonly about: About; readonly part: SystemPart; readonly readAt: number } | undefined
  #before: Snapshot | undefined
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #ended = false

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  /** Rejects where the server cannot be reached, or does not answer in time. */
  read(): Promise<Snapshot> {
    const reading = this.#last.then(() => this.#read())
    this.#last = reading.catch(() => undefined)
    return reading
  }

  async #read(): Promise<Snapshot> {
    if (this.#ended) throw new Error('the reader of the catalog has ended')
    clearTimeout(this.#idle)
    try {
      const connection = this.#connection ?? (await this.#connect())
      const snapshot = await this.#snapshotBy(connection)
      this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref()
      return snapshot
    } catch (error) {
      await this.close()
      throw error
    }
  }

  /** Lets the connection go. The next reading makes another. */
  async close(): Promise<void> {
    clearTimeout(this.#idle)
    const connection = this.#connection
    this.#connection = undefined
    // A server that does not answer would never say good-bye.
    connection?.destroy()
    await Promise.resolve()
  }

  /** Ends for good: what is being read is cut short, what waits to be read is refused. */
  async end(): Promise<void> {
    this.#ended = true
    await this.close()
    await this.#last
    await this.close()
  }

  async #connect(): Promise<Connection> {
    const { connect, timeoutMs } = this.#options
    const connection = await createConnection({ connectTimeout: timeoutMs, ...(await connect()) })
    // Without a listener a connection that breaks between two queries would end the process.
    connection.on('error', () => {
      if (this.#connection === connection) this.#connection = undefined
    })
    if (this.#ended) connection.destroy()
    this.#connection = connection
    await connection.query({ sql: SETTINGS, timeout: timeoutMs })
    return connection
  }

  async #snapshotBy(connection: Connection): Promise<Snapshot> {
    const ask = askBy(connection, this.#options.timeoutMs)
    const about = await readAbout(ask)
    const known = this.#system
    const young =
      known !== undefined &&
      Date.now() - known.readAt < SYSTEM_AGE_MS &&
      JSON.stringify(known.about) === JSON.stringify(about)
    const system = young ? known : { about, part: await readSystemPart(ask, about), readAt: Date.now() }
    this.#system = system
    this.#before = await readSnapshot(ask, about, system.part, this.#before)
    return this.#before
  }
}
