import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { hasLeft } from '@sluice/gateway/session/refused'
import { ConnectionClosed } from '@sluice/wire/conversation'
import {
  type ClientTls,
  type ShownCertificate,
  secureServer,
  shownCertificate,
} from '@sluice/wire/socket/client-tls'
import { leave } from '@sluice/wire/socket/leave'
import { ProtocolViolation } from '@sluice/wire/violation'
import { endPointBinding } from '../auth/end-point.ts'
import { StartupFramer, type StartupPacket } from '../framing/startup-framer.ts'
import { type CancelRequest, decodeCancelRequest } from '../messages/cancel-request.ts'
import { decodeStartupMessage, type StartupMessage } from '../messages/startup-message.ts'
import { fatalReply, type Refusal } from '../replies/refusal.ts'
import { sqlstate } from '../replies/sqlstate.ts'
import { Refused } from './refused.ts'

/** What a connection turned out to be, on the stream it is to be carried on with. */
export type Opening =
  | { readonly kind: 'cancel'; readonly request: CancelRequest; readonly stream: Duplex }
  | {
      readonly kind: 'startup'
      readonly message: StartupMessage
      readonly stream: Duplex
      readonly tls: boolean
      /** The certificate that the client showed, checked or not: `problem` says why it does not count. */
      readonly certificate: ShownCertificate | undefined
      /** What SCRAM-SHA-256-PLUS binds to; undefined where there is no TLS, or our certificate has no such binding. */
      readonly endPoint: Buffer | undefined
      /** Bytes the client sent behind its StartupMessage. */
      readonly rest: Buffer
    }

const WILLING = Buffer.from('S')
const UNWILLING = Buffer.from('N')

/** SSLRequest and GSSENCRequest may each be asked once before the StartupMessage. */
const MAX_QUESTIONS = 3

/**
 * The first packets of a connection: SSLRequest, GSSENCRequest (declined), direct TLS, CancelRequest,
 * StartupMessage. PostgreSQL documentation, "Message Flow", "SSL Session Encryption". Rejects with ProtocolViolation,
 * which the client has been told then, ConnectionClosed, or Refused where TLS could not begin.
 */
export async function negotiate(socket: Socket, tls: ClientTls | undefined): Promise<Opening> {
  const start: Start = { socket, tls, stream: socket, framer: new StartupFramer() }
  try {
    for (let asked = 0; asked < MAX_QUESTIONS; asked += 1) {
      const opening = await step(start)
      if (opening !== undefined) return opening
    }
    throw unexpected('too many questions came before the startup message')
  } catch (error) {
    // Where TLS has begun, the answer goes through it, too.
    if (error instanceof ProtocolViolation && !start.stream.destroyed) {
      start.stream.on('error', () => undefined)
      start.stream.write(told(error))
      await leave(start.stream)
    }
    throw error
  }
}

type Start = {
  readonly socket: Socket
  readonly tls: ClientTls | undefined
  /** The socket, or TLS over it once that has begun. */
  stream: Duplex
  framer: StartupFramer
}

/** Takes one packet; undefined: it was a question, and is answered. */
async function step(start: Start): Promise<Opening | undefined> {
  const { socket, tls, stream, framer } = start
  const secure = stream instanceof TLSSocket
  const packet = await firstPacket(stream, framer)
  if (packet.kind === 'CancelRequest') {
    return { kind: 'cancel', request: decodeCancelRequest(packet.payload), stream }
  }
  if (packet.kind === 'StartupMessage') {
    const message = decodeStartupMessage(packet.payload)
    const certificate = secure ? shownCertificate(stream) : undefined
    const endPoint = secure ? endPointOf(stream) : undefined
    return {
      kind: 'startup',
      message,
      stream,
      tls: secure,
      certificate,
      endPoint,
      rest: framer.takeRemainder(),
    }
  }
  const pending = framer.takeRemainder()
  // INVARIANT (no-unread-bytes): what was glued behind the question was not sent under the protection it asks for.
  if (packet.kind !== 'direct-tls' && pending.length > 0) throw glued()
  if (packet.kind === 'GSSENCRequest' || (packet.kind === 'SSLRequest' && (tls === undefined || secure))) {
    stream.write(UNWILLING)
    return undefined
  }
  if (tls === undefined || secure) throw unexpected('TLS is not offered here')
  if (packet.kind === 'SSLRequest') socket.write(WILLING)
  else socket.unshift(pending)
  start.stream = await secured(socket, tls, packet.kind === 'direct-tls')
  start.framer = new StartupFramer()
  return undefined
}

/** Of the certificate that this connection was made with: the listener may have another by now. */
function endPointOf(stream: TLSSocket): Buffer | undefined {
  const own = stream.getX509Certificate()
  return own === undefined ? undefined : endPointBinding(own.raw)
}

function told({ message }: ProtocolViolation): Buffer {
  return fatalReply({ code: sqlstate.protocolViolation, message, hint: 'connect with a PostgreSQL client' })
}

function unexpected(message: string): ProtocolViolation {
  return new ProtocolViolation('client', 'unexpected', message)
}

function glued(): ProtocolViolation {
  return new ProtocolViolation(
    'client',
    'malformed',
    'bytes came behind the encryption request, before its answer',
  )
}

function firstPacket(stream: Duplex, framer: StartupFramer): Promise<StartupPacket> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void): void => {
      stream.pause()
      stream.off('data', onData)
      stream.off('close', onClose)
      stream.off('error', onError)
      settle()
    }
    const onClose = (): void => finish(() => reject(new ConnectionClosed('the client left before it began')))
    // A connection that is reset is gone, too.
    const onError = (cause: unknown): void =>
      finish(() => reject(new ConnectionClosed('the connection broke before it began', { cause })))
    const onData = (chunk: Buffer): void => {
      try {
        framer.push(chunk)
        const packet = framer.next()
        if (packet !== undefined) finish(() => resolve(packet))
      } catch (error) {
        finish(() => reject(error))
      }
    }
    stream.on('data', onData)
    stream.on('close', onClose)
    stream.on('error', onError)
    stream.resume()
  })
}

const handshakeFailed: Refusal = {
  code: sqlstate.protocolViolation,
  message: 'the TLS handshake failed',
  hint: 'compare the TLS versions and certificates of both sides',
}

/** Direct TLS must name the protocol by ALPN, so that a TLS client of another protocol is turned away. */
async function secured(socket: Socket, tls: ClientTls, direct: boolean): Promise<TLSSocket> {
  const stream = await secureServer(socket, tls, ['postgresql']).catch((error: unknown) => {
    if (hasLeft(error))
      throw new ConnectionClosed('the client left during the TLS handshake', { cause: error })
    throw new Refused(handshakeFailed, error)
  })
  if (!direct || stream.alpnProtocol === 'postgresql') return stream
  // As the server does: a client of another protocol would not understand a word.
  stream.destroy()
  socket.destroy()
  throw unexpected('direct TLS without the ALPN protocol `postgresql`')
}
