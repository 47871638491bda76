import { randomInt } from 'node:crypto'
import type { Principal } from '@sluice/core/policy/principal'

/** A session as KILL sees it. */
export type LiveConnection = {
  readonly principal: Principal
  /** The database's own id of the connection. */
  readonly upstreamId: number
  /** Ends the statement that runs or waits. */
  readonly cancel: () => Promise<void>
  /** Ends the session. */
  readonly kill: () => void
}

/**
 * Ids of the gateway begin here, where hardly a server counts to in its life: an id says whose it is. Below 2^31, for
 * drivers that keep it in a signed number of 32 bits and would ask for a negative one to be killed.
 */
const FIRST_CONNECTION_ID = 0x6000_0000

const LAST_CONNECTION_ID = 0x7fff_ffff

/** The connections to one database, of one process, by the ids that their clients were told. */
export class ConnectionRegister {
  readonly #live = new Map<number, LiveConnection>()
  /** Anywhere: an id of another gateway behind the same address, or of this one before its start, is nobody's here. */
  #next = randomInt(FIRST_CONNECTION_ID, LAST_CONNECTION_ID + 1)

  /** An id that nobody has. */
  issue(): number {
    const id = this.#next
    this.#next = id === LAST_CONNECTION_ID ? FIRST_CONNECTION_ID : id + 1
    return this.#live.has(id) ? this.issue() : id
  }

  /** The session behind an id that was issued has begun. What is returned takes it out again. */
  add(id: number, connection: LiveConnection): () => void {
    this.#live.set(id, connection)
    return () => this.#live.delete(id)
  }

  /** By the gateway's id; for one of the database's own, which `CONNECTION_ID()` shows, the session that has it. */
  find(id: number): LiveConnection | undefined {
    const own = this.#live.get(id)
    if (own !== undefined) return own
    for (const connection of this.#live.values()) if (connection.upstreamId === id) return connection
    return undefined
  }
}
