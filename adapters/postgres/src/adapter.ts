import type { Adapter } from '@sluice/gateway/ports/adapter'
import { ExpiryWatch } from '@sluice/gateway/session/expiry-watch'
import type { Governance } from '@sluice/gateway/session/governance'
import { serveConnections } from '@sluice/gateway/session/serve'
import type { ClientTls } from '@sluice/wire/socket/client-tls'
import type { CancelDesk } from './cancel/cancel-desk.ts'
import { open } from './connection.ts'
import { fatalReply } from './replies/refusal.ts'
import { sqlstate } from './replies/sqlstate.ts'
import { recordRefusal } from './startup/open-session.ts'
import type { UpstreamSource } from './upstream/source.ts'
import type { Maskers } from './values/masker.ts'

/** What the adapter needs to stand in front of one PostgreSQL database. */
export type PostgresAdapterOptions = {
  readonly governance: Governance
  readonly upstream: UpstreamSource
  /** Absent: no TLS towards clients. */
  readonly tls?: ClientTls
  /** The connections come by a socket in this machine's file system. */
  readonly unixSocket: boolean
  /** Where cancel requests are taken: one for the whole process. */
  readonly cancelDesk: CancelDesk
  readonly maskers: Maskers
  /** Key from which verifiers for unknown logins are made up. */
  readonly mockKey: Uint8Array
  readonly limits: {
    /** From the first byte to a proven principal; the database has as long to let the gateway in. */
    readonly authenticationTimeoutMs: number
    readonly maxFrameBytes: number
    readonly maxSessions: number
  }
  /** Told of failures that are nobody's input: for the gateway's own log. */
  readonly log: (message: string, error: unknown) => void
}

/** The PostgreSQL adapter. */
export function postgresAdapter(options: PostgresAdapterOptions): Adapter {
  const expiry = new ExpiryWatch(options.governance)
  return {
    protocol: 'postgresql',
    serve: serveConnections({
      maxSessions: options.limits.maxSessions,
      open: (socket, session, enter) => open({ options, expiry, socket, session, enter }),
      turnAway: (socket, session, told) => {
        const refusal = { code: sqlstate.tooManyConnections, ...told }
        // Behind an answer to its question for TLS the client would take this for a part of the handshake.
        if (socket.bytesWritten === 0) socket.write(fatalReply(refusal))
        recordRefusal({ options, socket, session }, new Map(), refusal, undefined)
      },
      log: options.log,
    }),
  }
}
