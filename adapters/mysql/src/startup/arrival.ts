import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import type { ClientTls } from '@sluice/wire/socket/client-tls'
import type { RsaKey } from '../auth/rsa-key.ts'
import type { Framer } from '../framing/framer.ts'
import type { UpstreamSession } from '../upstream/login.ts'
import type { UpstreamSource } from '../upstream/source.ts'
import type { LoginRequest } from './login-request.ts'
import type { Opening } from './negotiate.ts'

/** What a login needs to know of its listener and its database. */
export type LoginOptions = {
  readonly governance: Governance
  readonly upstream: UpstreamSource
  /** Absent: no TLS towards clients. */
  readonly tls?: ClientTls
  /** The connections come by a socket in this machine's file system. */
  readonly unixSocket: boolean
  /** Whether a rule could let clients send files, asked at each login. */
  readonly localFiles: () => boolean
  readonly rsaKey: () => Promise<RsaKey>
  readonly limits: {
    /** From the first byte to a proven principal. */
    readonly authenticationTimeoutMs: number
    readonly maxFrameBytes: number
  }
}

/** A connection that was accepted. */
export type Arrival = {
  readonly options: LoginOptions
  readonly socket: Socket
  /** The session's id. */
  readonly session: string
  /** The id that the client is told. */
  readonly connectionId: number
}

/** A proven client, and a session on the database for it. `welcome` tells the client so; then commands may come. */
export type LoggedIn = {
  readonly kind: 'logged-in'
  readonly stream: Duplex
  readonly framer: Framer
  readonly opening: Opening
  readonly who: SessionIdentity
  readonly request: LoginRequest
  readonly upstream: UpstreamSession
  readonly welcome: () => void
}

/** A connection that did not become a session. `error` is there for failures that are not the client's input. */
export type NotLoggedIn = { readonly kind: 'refused'; readonly reason: string; readonly error: unknown }

/** What is known of a client when it is refused. */
export type Told = {
  greeted: boolean
  user: string
  /** The id of the principal, once it was proven. */
  principal?: string
  database: string
}
