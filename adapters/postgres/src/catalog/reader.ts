import { ConnectedReader } from '@sluice/gateway/catalog/reader'
import { Client } from 'pg'
import { type Connect, leave } from './driver.ts'
import { readSnapshot, readSystemPart, type SystemPart } from './read-snapshot.ts'
import type { Snapshot } from './rows.ts'

/** How a reader connects. */
type ReaderOptions = {
  readonly connect: Connect
  /** How long connecting, and each query, may take. */
  readonly timeoutMs: number
  /** The signatures of functions that somebody blessed. */
  readonly blessed: readonly string[]
}

/**
 * How old the part that came with the server may get, which only a superuser who edits the system's own objects
 * changes; and what is kept of a snapshot because the rows that it was read from are the same.
 */
const MAX_AGE_MS = 30_000

/** Reads the catalog of one database. */
export class CatalogReader extends ConnectedReader<Client, Snapshot> {
  constructor({ connect, timeoutMs, blessed }: ReaderOptions) {
    const parts = new KnownParts(blessed)
    super({
      connect: async (made, lost) => {
        const timeouts = { connectionTimeoutMillis: timeoutMs, query_timeout: timeoutMs }
        const client = new Client({ ...timeouts, ...(await connect('sluice catalog')) })
        // Without a listener a connection that breaks between two queries would end the process.
        client.on('error', () => undefined)
        client.on('end', () => lost(client))
        const connected = client.connect()
        made(client)
        await connected
        return client
      },
      snapshot: (client) => parts.snapshotBy(client),
      disconnect: leave,
    })
  }
}

/** What is kept between two readings, so that only what changed is read anew. */
class KnownParts {
  readonly #blessed: readonly string[]
  #system: Aged<SystemPart> | undefined
  /** The last snapshot that nothing was kept from. */
  #base: Aged<Snapshot> | undefined

  constructor(blessed: readonly string[]) {
    this.#blessed = blessed
  }

  async snapshotBy(client: Client): Promise<Snapshot> {
    if (!isYoung(this.#system)) this.#system = aged(await readSystemPart(client))
    const base = isYoung(this.#base) ? this.#base : undefined
    const snapshot = await readSnapshot(client, this.#system.value, base?.value, this.#blessed)
    // What was kept of a base is as old as that.
    if (snapshot.stamp !== undefined) this.#base = base ? { ...base, value: snapshot } : aged(snapshot)
    return snapshot
  }
}

/** `readAt`: milliseconds of the clock that nobody sets. */
type Aged<Value> = { readonly value: Value; readonly readAt: number }

const aged = <Value>(value: Value): Aged<Value> => ({ value, readAt: performance.now() })

function isYoung<Value>(found: Aged<Value> | undefined): found is Aged<Value> {
  return found !== undefined && performance.now() - found.readAt < MAX_AGE_MS
}
