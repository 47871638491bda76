import type { Duplex } from 'node:stream'
import { ProtocolViolation } from '@sluice/wire/violation'
import { type Client, type ClientConfig, Connection } from 'pg'
import type { UpstreamSource } from '../upstream/source.ts'

/**
 * How the driver connects, asked for every connection, so that changed credentials take effect. `applicationName`: what
 * the database is told of who asks.
 */
export type Connect = (applicationName: string) => ClientConfig | Promise<ClientConfig>

/**
 * Connections of the driver on which the gateway has logged in as it does for its sessions. The driver's own login gives
 * the password to a server that asks for it in clear, whatever the connection, and knows no `channelBinding: require`.
 */
export const loggedIn =
  ({ connect }: Pick<UpstreamSource, 'connect'>): Connect =>
  async (applicationName) => {
    const settings = new Map([
      ['application_name', applicationName],
      ['client_encoding', 'UTF8'],
    ])
    const { stream, framer } = await connect(settings)
    // The process would end with an error that nobody hears.
    stream.on('error', () => undefined)
    if (framer.buffered > 0) {
      stream.destroy()
      throw new ProtocolViolation('upstream', 'unexpected', 'the database sent bytes behind its login')
    }
    const config: ClientConfig & { readonly connection: Connection } = {
      connection: new ReadyConnection(stream),
      // Else the environment would say how the driver is to go on, and what it gives to a server that asks once more.
      ssl: false,
      password: () => Promise.reject(new Error('the database asks for a proof behind its login')),
    }
    return config
  }

/** Says good-bye where nothing runs. The driver would wait for the server to hang up, which one that is silent never does. */
export function leave(client: Client): void {
  const { stream } = client.connection
  stream.once('finish', () => stream.destroy())
  client.end().catch(() => undefined)
}

/** A connection that has its login behind it: the driver's first message is answered here, and not sent. */
class ReadyConnection extends Connection {
  constructor(stream: Duplex) {
    super({
      stream: () => Object.assign(stream, { connect: () => setImmediate(() => stream.emit('connect')) }),
    })
  }

  /** Instead of the StartupMessage. */
  startup(): void {
    this.emit('readyForQuery', { status: 'I' })
    this.stream.resume()
  }
}
