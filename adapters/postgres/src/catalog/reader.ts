import { Client, type ClientConfig } from 'pg'
import { readSnapshot, readSystemPart, type SystemPart } from './read-snapshot.ts'
import type { Snapshot } from './rows.ts'

/** How a reader connects. */
export type ReaderOptions = {
  /** Asked for every connection, so that changed credentials take effect. */
  readonly connect: () => ClientConfig | Promise<ClientConfig>
  /** How long connecting, and each query, may take. */
  readonly timeoutMs: number
  /** The signatures of functions that somebody blessed. */
  readonly blessed: readonly string[]
}

/**
 * How long a connection is kept for the next reading: a script of DDL asks for one reading after the other, and a new
 * connection takes longer than all its queries. Short, since somebody may want to drop or copy the database.
 */
const IDLE_MS = 1_000

/**
 * How old the part that came with the server may get, which only a superuser who edits the system's own objects
 * changes; and what is kept of a snapshot because the rows that it was read from are the same.
 */
const MAX_AGE_MS = 30_000

/**
 * Reads snapshots, one at a time, over a connection of its own: nothing that a session set can change what is read.
 */
export class CatalogReader {
  readonly #options: ReaderOptions
  #client: Client | undefined
  #system: Aged<SystemPart> | undefined
  /** The last snapshot that nothing was kept from. */
  #base: Aged<Snapshot> | undefined
  #idle: NodeJS.Timeout | undefined
  #last: Promise<unknown> = Promise.resolve()
  #ended = false

  constructor(options: ReaderOptions) {
    this.#options = options
  }

  /** Rejects where the database cannot be reached, or does not answer in time. */
  read(): Promise<Snapshot> {
    const reading = this.#last.then(() => this.#read())
    this.#last = reading.catch(() => undefined)
    return reading
  }

  async #read(): Promise<Snapshot> {
    if (this.#ended) throw new Error('the reader of the catalog has ended')
    clearTimeout(this.#idle)
    try {
      const client = this.#client ?? (await this.#connect())
      const snapshot = await this.#snapshotBy(client)
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
    const client = this.#client
    this.#client = undefined
    await client?.end().catch(() => undefined)
  }

  /** Ends for good: what is being read is cut short, what waits to be read is refused. */
  async end(): Promise<void> {
    this.#ended = true
    await this.close()
    await this.#last
    await this.close()
  }

  async #connect(): Promise<Client> {
    const { connect, timeoutMs } = this.#options
    const timeouts = { connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs }
    const client = new Client({ ...timeouts, ...(await connect()) })
    // Without a listener a connection that breaks between two queries would end the process.
    client.on('error', () => undefined)
    // Known before it is open, so that a failure closes it.
    this.#client = client
    client.on('end', () => {
      if (this.#client === client) this.#client = undefined
    })
    await client.connect()
    return client
  }

  async #snapshotBy(client: Client): Promise<Snapshot> {
    if (!isYoung(this.#system)) this.#system = aged(await readSystemPart(client))
    const base = isYoung(this.#base) ? this.#base : undefined
    const snapshot = await readSnapshot(client, this.#system.value, base?.value, this.#options.blessed)
    // What was kept of a base is as old as that.
    if (snapshot.stamp !== undefined) this.#base = base ? { ...base, value: snapshot } : aged(snapshot)
    return snapshot
  }
}

type Aged<Value> = { readonly value: Value; readonly readAt: number }

const aged = <Value>(value: Value): Aged<Value> => ({ value, readAt: Date.now() })

function isYoung<Value>(found: Aged<Value> | undefined): found is Aged<Value> {
  return found !== undefined && Date.now() - found.readAt < MAX_AGE_MS
}
