import { ConnectedReader } from '@sluice/gateway/catalog/reader'
import type { Connection, ConnectionOptions } from 'mysql2/promise'
import { dropDriver, openDriver } from './driver.ts'
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

/** How old the part that came with the server may get, which only an upgrade or an administrator changes. */
const SYSTEM_AGE_MS = 600_000

/** Reads the catalog of a whole server. */
export class CatalogReader extends ConnectedReader<Connection, Snapshot> {
  constructor({ connect, timeoutMs }: ReaderOptions) {
    const parts = new KnownParts(timeoutMs)
    super({
      connect: async (made, lost) => {
        const connection = await openDriver({ connectTimeout: timeoutMs, ...(await connect()) })
        // Without a listener a connection that breaks between two queries would end the process.
        connection.on('error', () => lost(connection))
        made(connection)
        await connection.query({ sql: SETTINGS, timeout: timeoutMs })
        return connection
      },
      snapshot: (connection) => parts.snapshotBy(connection),
      disconnect: dropDriver,
    })
  }
}

/** What is kept between two readings, so that only what changed is read anew. */
class KnownParts {
  readonly #timeoutMs: number
  #system: { readonly about: About; readonly part: SystemPart; readonly readAt: number } | undefined
  #before: Snapshot | undefined

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  async snapshotBy(connection: Connection): Promise<Snapshot> {
    const ask = askBy(connection, this.#timeoutMs)
    const about = await readAbout(ask)
    const known = this.#system
    const young =
      known !== undefined &&
      performance.now() - known.readAt < SYSTEM_AGE_MS &&
      JSON.stringify(known.about) === JSON.stringify(about)
    const system = young
      ? known
      : { about, part: await readSystemPart(ask, about), readAt: performance.now() }
    this.#system = system
    this.#before = await readSnapshot(ask, about, system.part, this.#before)
    return this.#before
  }
}
