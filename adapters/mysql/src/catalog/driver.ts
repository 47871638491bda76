import type { Duplex } from 'node:stream'
import { type Connection, type ConnectionOptions, createConnection } from 'mysql2/promise'

/** What the driver calls a server that offers no TLS. */
const NO_TLS = 'HANDSHAKE_NO_SSL_SUPPORT'

/** Connects by the ordinary driver, in the name of the gateway's own login. Rejects with what to do, where that is known. */
export const openDriver = async (options: ConnectionOptions): Promise<Connection> => {
  try {
    return await createConnection(options)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === NO_TLS)
      throw new Error('the database does not offer TLS; set `tls: disable` in `upstream` if that is meant', {
        cause: error,
      })
    throw error
  }
}

/**
 * Lets a connection go at once, and what it was asked for fails. The driver's own `destroy` waits for the server to hang up,
 * which one that has fallen silent never does.
 */
export const dropDriver = (connection: Connection): void => {
  const { connection: driven } = connection as Connection & {
    readonly connection: { readonly stream: Duplex }
  }
  driven.stream.destroy()
}
