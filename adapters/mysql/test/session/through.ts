import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'
import { ana } from '@sluice/testkit/governed'
import { Framer } from '../../src/framing/framer.ts'
import { toPackets } from '../../src/framing/packets.ts'
import { type Capabilities, capability, extendedCapability } from '../../src/messages/capabilities.ts'
import { encodeComQuery } from '../../src/messages/com-query.ts'
import {
  decodeHandshakeResponse41,
  encodeHandshakeResponse41,
} from '../../src/messages/handshake-response-41.ts'
import { decodeHandshakeV10, encodeHandshakeV10 } from '../../src/messages/handshake-v10.ts'
import { encodeOkPacket } from '../../src/messages/ok-packet.ts'
import { ConnectionRegister } from '../../src/session/connections.ts'
import { type LiveSession, runSession } from '../../src/session/run-session.ts'
import { maskerFor } from '../../src/values/masker.ts'

const MAX_FRAME_BYTES = 64 * 1024 * 1024
const UTF8MB4 = 45

/** What these sessions do without: TLS, compression, what a later login of the gateway's own brings. */
const LEFT_OUT =
  capability.SSL |
  capability.COMPRESS |
  capability.ZSTD_COMPRESSION |
  capability.LOCAL_FILES |
  capability.CONNECT_ATTRS

/** A gateway without any login in front of a server: only what comes behind it is under test. */
export type Through = {
  readonly port: number
  readonly sessions: LiveSession[]
  readonly close: () => void
}

/** One packet that opens a connection. */
const first = async (socket: Socket, framer: Framer): Promise<Buffer> => {
  for (;;) {
    const piece = framer.next()
    if (piece?.kind === 'frame') return Buffer.from(piece.payload)
    socket.resume()
    const [chunk] = (await once(socket, 'data')) as [Buffer]
    socket.pause()
    framer.push(chunk)
  }
}

type Upstream = { readonly socket: Socket; readonly framer: Framer; readonly capabilities: Capabilities }

/** Logs in at a server that asks nobody for a password. */
const login = async (
  path: string,
  wanted: (offered: Capabilities) => Capabilities,
  database?: string,
): Promise<Upstream & { id: number; version: string }> => {
  const socket = connect(path)
  const framer = new Framer({ fault: 'upstream', maxFrameBytes: MAX_FRAME_BYTES })
  const greeting = decodeHandshakeV10(await first(socket, framer))
  const capabilities = wanted(greeting.capabilities)
  const answer = {
    capabilities,
    maxPacketBytes: MAX_FRAME_BYTES,
    collation: UTF8MB4,
    user: 'root',
    authResponse: Buffer.alloc(0),
    database,
    plugin: 'mysql_native_password',
    attributes: new Map(),
    zstdLevel: undefined,
  }
  socket.write(toPackets(encodeHandshakeResponse41(answer), 1))
  framer.expect(2)
  const [kind] = await first(socket, framer)
  if (kind !== 0) throw new Error('the server did not let the test in')
  return { socket, framer, capabilities, id: greeting.connectionId, version: greeting.serverVersion }
}

/** Ends what runs on a connection, by another one. */
const killQuery = async (path: string, id: number): Promise<void> => {
  const other = await login(path, ({ flags }) => ({
    flags: (flags & ~LEFT_OUT & ~capability.CONNECT_WITH_DB) >>> 0,
    extended: 0,
  }))
  other.framer.expect(1)
  other.socket.write(
    toPackets(encodeComQuery({ sql: `KILL QUERY ${id}`, attributes: [] }, other.capabilities.flags), 0),
  )
  await first(other.socket, other.framer)
  other.socket.destroy()
}

/** Serves sessions in front of the server at `path`. */
export const through = async (
  path: string,
  governance: Governance,
  who: (user: string) => SessionIdentity = () => ana,
): Promise<Through> => {
  const sessions: LiveSession[] = []
  const sockets = new Set<Socket>()
  const connections = new ConnectionRegister()
  const offered = await login(path, ({ flags }) => ({
    flags: (flags & ~LEFT_OUT & ~capability.CONNECT_WITH_DB) >>> 0,
    extended: 0,
  }))
  offered.socket.destroy()
  const serve = async (socket: Socket): Promise<void> => {
    const framer = new Framer({ fault: 'client', maxFrameBytes: MAX_FRAME_BYTES })
    const connectionId = connections.issue()
    const greeting = {
      serverVersion: offered.version,
      connectionId,
      challenge: Buffer.alloc(20, 7),
      capabilities: {
        flags: (offered.capabilities.flags | capability.CONNECT_WITH_DB) >>> 0,
        extended: extendedCapability.STMT_BULK_OPERATIONS,
      },
      collation: UTF8MB4,
      status: 2,
      plugin: 'mysql_native_password',
    }
    socket.write(toPackets(encodeHandshakeV10(greeting), 0))
    framer.expect(1)
    const answer = decodeHandshakeResponse41(await first(socket, framer))
    const flags = (answer.capabilities.flags & greeting.capabilities.flags) >>> 0
    const extended = answer.capabilities.extended & greeting.capabilities.extended
    const unlike = capability.MULTI_STATEMENTS
    const upstream = await login(
      path,
      () => ({ flags: ((flags & ~unlike) | capability.SESSION_TRACK) >>> 0, extended }),
      answer.database,
    )
    sockets.add(upstream.socket)
    const live = runSession(
      { client: socket, clientFramer: framer, upstream: upstream.socket, upstreamFramer: upstream.framer },
      {
        governance,
        who: who(answer.user),
        maskerFor: maskerFor(Buffer.alloc(32, 1)),
        capabilities: { flags, extended },
        upstreamCapabilities: upstream.capabilities,
        connections,
        connectionId,
        upstreamId: upstream.id,
        status: 2,
        cancelUpstream: () => killQuery(path, upstream.id),
        report: (error) => {
          throw error
        },
        server: { mariadb: true, version: 101_119 },
        characterSet: 'utf8mb4',
      },
    )
    sessions.push(live)
    const ok = {
      header: 0 as const,
      affectedRows: 0n,
      lastInsertId: 0n,
      status: 2,
      warnings: 0,
      info: '',
      changes: [],
    }
    socket.write(toPackets(encodeOkPacket(ok, flags), 2))
    live.start()
  }
  const listener = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.pause()
    serve(socket).catch((error: unknown) => {
      console.error(error)
      socket.destroy()
    })
  })
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  if (address === null || typeof address === 'string') throw new Error('the gateway has no port')
  return {
    port: address.port,
    sessions,
    close: () => {
      listener.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
