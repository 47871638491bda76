// MySQL: Client/Server Protocol, "Connection Phase", "SSL Handshake".
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import {
  type ClientTls,
  type ShownCertificate,
  secureServer,
  shownCertificate,
} from '@sluice/wire/socket/client-tls'
import { advance } from '@sluice/wire/states/advance'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { Framer } from '../framing/framer.ts'
import { decodeHandshakeResponse41, type HandshakeResponse41 } from '../messages/handshake-response-41.ts'
import { encodeHandshakeV10, type HandshakeV10 } from '../messages/handshake-v10.ts'
import { decodeSSLRequest, isSSLRequest } from '../messages/ssl-request.ts'
import { type ClientState, clientLeg } from '../states/client-leg.ts'
import { Conversation } from './conversation.ts'

/** A client that has said who it is, on the stream it is to be carried on with. */
export type Opening = {
  readonly stream: Duplex
  readonly talk: Conversation
  readonly response: HandshakeResponse41
  /** What the client's first proof was made with; undefined where it may have used an older one. */
  readonly challenge: Buffer | undefined
  readonly tls: boolean
  /** The certificate that the client showed, checked or not: `problem` says why it does not count. */
  readonly certificate: ShownCertificate | undefined
}

/** What a connection is while it begins. The talk and the stream change when TLS begins. */
export type Beginning = {
  readonly socket: Socket
  readonly framer: Framer
  stream: Duplex
  talk: Conversation
}

/** First byte of a TLS record that holds a handshake message. */
const TLS_HANDSHAKE_RECORD = 0x16

/**
 * The greeting, TLS where the client asks for it, and the client's answer. Rejects with ProtocolViolation,
 * ConnectionClosed or the socket's error.
 */
export async function negotiate(
  beginning: Beginning,
  greeting: HandshakeV10,
  tls: ClientTls | undefined,
): Promise<Opening> {
  beginning.talk.say(encodeHandshakeV10(greeting))
  let state: ClientState = advance(clientLeg.gateway, 'greeting', 'Handshake')
  let payload = await beginning.talk.receive()
  let certificate: ShownCertificate | undefined
  const asked = isSSLRequest(payload)
  if (asked) {
    state = advance(clientLeg.client, state, 'SSLRequest')
    decodeSSLRequest(payload)
    certificate = await encrypt(beginning, tls)
    payload = await beginning.talk.receive()
  }
  advance(clientLeg.client, state, asked && isSSLRequest(payload) ? 'SSLRequest' : 'HandshakeResponse')
  const response = decodeHandshakeResponse41(payload)
  const { stream, talk } = beginning
  return { stream, talk, response, challenge: greeting.challenge, tls: asked, certificate }
}

/**
 * TLS from here on. A client begins it without waiting for an answer, so that what came behind its question is of the
 * handshake, or is refused. INVARIANT (no-unread-bytes): nothing of it is read as if the handshake had protected it.
 */
async function encrypt(
  beginning: Beginning,
  tls: ClientTls | undefined,
): Promise<ShownCertificate | undefined> {
  const { socket, framer, talk } = beginning
  if (tls === undefined) throw new ProtocolViolation('client', 'unexpected', 'TLS is not offered here')
  talk.release()
  const behind = framer.takeRemainder()
  if (behind.length > 0) {
    if (behind[0] !== TLS_HANDSHAKE_RECORD) throw glued()
    socket.unshift(behind)
  }
  const stream = await secureServer(socket, tls)
  stream.on('error', () => undefined)
  beginning.stream = stream
  beginning.talk = new Conversation(stream, framer)
  return shownCertificate(stream)
}

function glued(): ProtocolViolation {
  return new ProtocolViolation(
    'client',
    'malformed',
    'bytes that are no TLS handshake came behind the request for TLS',
  )
}
