import type { Duplex } from 'node:stream'
import { ConnectionClosed } from '@sluice/wire/conversation'
import { advance } from '@sluice/wire/states/advance'
import { ProtocolViolation } from '@sluice/wire/violation'
import { Framer } from '../framing/framer.ts'
import { decodeAuthentication } from '../messages/authentication.ts'
import { type BackendKeyData, decodeBackendKeyData } from '../messages/backend-key-data.ts'
import { backend, backendTypes } from '../messages/codes.ts'
import { type DiagnosticFields } from '../messages/diagnostic-fields.ts'
import { decodeErrorResponse } from '../messages/error-response.ts'
import { decodeNegotiateProtocolVersion } from '../messages/negotiate-protocol-version.ts'
import { decodeParameterStatus } from '../messages/parameter-status.ts'
import { decodeReadyForQuery } from '../messages/ready-for-query.ts'
import { encodeStartupMessage, PROTOCOL_3_0 } from '../messages/startup-message.ts'
import { readingOf } from '../startup/client-encoding.ts'
import { Conversation, type Received } from '../startup/conversation.ts'
import { mayBeTalkedDownTo } from '../startup/version.ts'
import { authenticationName, type BackendMessage, backendName } from '../states/message-name.ts'
import { type UpstreamState, upstreamLeg } from '../states/upstream-leg.ts'
import { answers, type UpstreamCredentials } from './answers.ts'

/** A session on the database, ready for its first query. */
export type UpstreamSession = {
  readonly stream: Duplex
  readonly framer: Framer
  /** The settings the database reported. */
  readonly parameters: ReadonlyMap<string, string>
  /** The database's own cancel key. Absent where it gives none (some poolers). */
  readonly key: BackendKeyData | undefined
  /** Where it is; a Unix socket has none. */
  readonly address: string | undefined
}

/** The database turned the gateway's own login down. */
export class UpstreamRefused extends Error {
  override readonly name = 'UpstreamRefused'
  readonly code: string
  readonly fields: DiagnosticFields
  constructor(fields: DiagnosticFields) {
    super(fields.get('M') ?? 'no reason given')
    this.code = fields.get('C') ?? ''
    this.fields = fields
  }
}

/** The server does not speak the protocol version that was asked for, and says no more. May be retried in 3.0. */
export class VersionRefused extends Error {
  override readonly name = 'VersionRefused'
}

/** The gateway's own credentials, the settings the client brought, and the protocol to ask for. */
type UpstreamLogin = UpstreamCredentials & {
  readonly database: string
  readonly settings: ReadonlyMap<string, string>
  /** A version word. */
  readonly version: number
  /** Longest message of the session behind the login. */
  readonly maxFrameBytes: number
}

/** Messages a server may send before ReadyForQuery; more is not a login. */
const MAX_LOGIN_MESSAGES = 200
/** What all of them may come to, in bytes: the settings among them are kept for as long as the session. */
const MAX_LOGIN_BYTES = 256 * 1024

/**
 * Logs in with the gateway's own credentials. PostgreSQL documentation, "Message Flow", "Start-up". Rejects with
 * VersionRefused, UpstreamRefused, ProtocolViolation or ConnectionClosed.
 */
export async function login(stream: Duplex, as: UpstreamLogin): Promise<Omit<UpstreamSession, 'address'>> {
  const framer = new Framer({ fault: 'upstream', types: backendTypes, maxFrameBytes: MAX_LOGIN_BYTES })
  const talk = new Conversation(stream, framer)
  const parameters = new Map([...as.settings, ['user', as.user], ['database', as.database]] as [
    string,
    string,
  ][])
  talk.send(encodeStartupMessage({ version: as.version, parameters }))
  const answer = answers(as)
  const reported = new Map<string, string>()
  let key: BackendKeyData | undefined
  let state: UpstreamState = 'authentication'
  let bytes = 0
  for (let count = 0; count < MAX_LOGIN_MESSAGES; count += 1) {
    const { type, payload } = count === 0 ? await firstWord(talk, as.version) : await talk.receive()
    bytes += payload.length
    if (bytes > MAX_LOGIN_BYTES) break
    const request = type === backend.Authentication ? decodeAuthentication(payload) : undefined
    // INVARIANT (no-unread-bytes): the table says what a server may ask for, and that SCRAM's proof is not skipped.
    state = advance(
      upstreamLeg.upstream,
      state,
      request === undefined ? nameOf(type) : authenticationName(request),
    )
    if (request !== undefined) {
      const reply = await answer(request)
      if (reply !== undefined) talk.send(reply)
    } else if (type === backend.ErrorResponse) {
      throw new UpstreamRefused(decodeErrorResponse(payload).fields)
    } else if (type === backend.NegotiateProtocolVersion) {
      const { newest, unknownOptions } = decodeNegotiateProtocolVersion(payload)
      if (!mayBeTalkedDownTo(newest, as.version, unknownOptions)) throw unexpected('in answer to our version')
    } else if (type === backend.ParameterStatus) {
      const { name, value } = decodeParameterStatus(payload)
      reported.set(name, value)
    } else if (type === backend.BackendKeyData) {
      key = decodeBackendKeyData(payload)
    } else if (type === backend.ReadyForQuery) {
      decodeReadyForQuery(payload)
      // The default of the role or the database, where the client brought none.
      readingOf(reported.get('client_encoding') ?? 'UTF8')
      talk.release()
      framer.admit(backendTypes, as.maxFrameBytes)
      return { stream, framer, parameters: reported, key }
    }
  }
  throw unexpected(`in a login of more than ${MAX_LOGIN_MESSAGES} messages or ${MAX_LOGIN_BYTES} bytes`)
}

/** What a server without minor versions says, if anything, before it goes. */
const versionErrors: ReadonlySet<string | undefined> = new Set(['0A000', '08P01'])

async function firstWord(talk: Conversation, version: number): Promise<Received> {
  try {
    const word = await talk.receive()
    if (version === PROTOCOL_3_0 || word.type !== backend.ErrorResponse) return word
    if (!versionErrors.has(decodeErrorResponse(word.payload).fields.get('C'))) return word
  } catch (error) {
    if (version === PROTOCOL_3_0 || !(error instanceof ConnectionClosed)) throw error
  }
  throw new VersionRefused('the database does not take this version of the protocol')
}

function nameOf(type: number): BackendMessage {
  const name = backendName(type)
  if (name === undefined) throw unexpected('during login')
  return name
}

function unexpected(when: string): ProtocolViolation {
  return new ProtocolViolation(
    'upstream',
    'unexpected',
    `the database sent a message that may not come ${when}`,
  )
}
