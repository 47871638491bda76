import type { Socket } from 'node:net'
import type { Effect } from 'effect'

/** One wire protocol in front of one database. */
export type Adapter = {
  /** Lower-case name of the protocol, e.g. `postgresql`. */
  readonly protocol: string
  /**
   * Carries one accepted connection from its first byte to its end. Never fails: what goes wrong is told to the
   * client and recorded. Interruption ends the session with the protocol's own shutdown error.
   */
  serve(socket: Socket): Effect.Effect<void>
}
