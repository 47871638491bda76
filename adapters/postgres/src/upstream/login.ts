import type { Duplex } from 'node:stream'
import { ProtocolViolation } from '@sluice/wire/violation'
import { md5Password } from '../auth/md5.ts'
import { scramClient } from '../auth/scram-client.ts'
import type { Framer } from '../framing/framer.ts'
import { type Authentication, decodeAuthentication } from '../messages/authentication.ts'
import { type BackendKeyData, decodeBackendKeyData } from '../messages/backend-key-data.ts'
import { backend } from '../messages/codes.ts'
import { type DiagnosticFields } from '../messages/diagnostic-fields.ts'
import { decodeErrorResponse } from '../messages/error-response.ts'
import { decodeParameterStatus } from '../messages/parameter-status.ts'
import { encodePasswordMessage } from '../messages/password-message.ts'
import { decodeReadyForQuery } from '../messages/ready-for-query.ts'
import { encodeSASLInitialResponse } from '../messages/sasl-initial-response.ts'
import { encodeSASLResponse } from '../messages/sasl-response.ts'
import { encodeStartupMessage, PROTOCOL_3_0 } from '../messages/startup-message.ts'
import { Conversation } from '../startup/conversation.ts'
import { advance } from '../states/advance.ts'
import { authenticationName, type BackendMessage, backendName } from '../states/message-name.ts'
import { type UpstreamState, upstreamLeg } from '../states/upstream-leg.ts'

/** A session on the database, ready for its first query. */
export type UpstreamSession = {
  readonly stream: Duplex
  readonly framer: Framer
  /** The settings the database reported. */
  readonly parameters: ReadonlyMap<string, string>
  /** The database's own cancel key. Absent where it gives none (some poolers). */
  readonly key: BackendKeyData | undefined
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

/** The gateway's own credentials, and the settings the client brought. */
export type UpstreamLogin = {
  readonly user: string
  readonly password: string
  readonly database: string
  readonly settings: ReadonlyMap<string, string>
  /** False where someone on the way could read a password that the database asks for in clear. */
  readonly mayShowPassword: boolean
}

/** Messages a server may send before ReadyForQuery; more is not a login. */
const MAX_LOGIN_MESSAGES = 200

/**
 * Logs in with the gateway's own credentials. PostgreSQL documentation, "Message Flow", "Start-up". Rejects with
 * UpstreamRefused, ProtocolViolation or ConnectionClosed.
 */
export async function login(stream: Duplex, framer: Framer, as: UpstreamLogin): Promise<UpstreamSession> {
  const talk = new Conversation(stream, framer)
  const parameters = new Map([...as.settings, ['user', as.user], ['database', as.database]] as [
    string,
    string,
  ][])
  talk.send(encodeStartupMessage({ version: PROTOCOL_3_0, parameters }))
  const answer = answers(as)
  const reported = new Map<string, string>()
  let key: BackendKeyData | undefined
  let state: UpstreamState = 'authentication'
  for (let count = 0; count < MAX_LOGIN_MESSAGES; count += 1) {
    const { type, payload } = await talk.receive()
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
    } else if (type === backend.ParameterStatus) {
      const { name, value } = decodeParameterStatus(payload)
      reported.set(name, value)
    } else if (type === backend.BackendKeyData) {
      key = decodeBackendKeyData(payload)
    } else if (type === backend.ReadyForQuery) {
      decodeReadyForQuery(payload)
      talk.release()
      return { stream, framer, parameters: reported, key }
    }
  }
  throw unexpected('after too many messages of a login')
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

/** Answers the server's authentication requests, in the order one mechanism allows. */
function answers(as: UpstreamLogin): (request: Authentication) => Promise<Buffer | undefined> {
  const scram = scramClient(as.password)
  return async (request) => {
    switch (request.kind) {
      case 'ok':
        return undefined
      case 'cleartext-password':
        if (!as.mayShowPassword) throw unprotected()
        return encodePasswordMessage({ password: as.password })
      case 'md5-password':
        return encodePasswordMessage({ password: md5Password(as.user, as.password, request.salt) })
      case 'sasl':
        if (!request.mechanisms.includes('SCRAM-SHA-256')) throw unsupported()
        return encodeSASLInitialResponse({ mechanism: 'SCRAM-SHA-256', data: scram.clientFirst() })
      case 'sasl-continue':
        return encodeSASLResponse({ data: await scram.serverFirst(request.data) })
      case 'sasl-final':
        scram.serverFinal(request.data)
        return undefined
      case 'unsupported':
        throw unsupported()
    }
  }
}

function unprotected(): ProtocolViolation {
  return new ProtocolViolation(
    'upstream',
    'unexpected',
    'the database asks for the password in clear over a connection without TLS; set `tls: verify-full` or allow scram-sha-256',
  )
}

function unsupported(): ProtocolViolation {
  return new ProtocolViolation(
    'upstream',
    'unexpected',
    'the database asks for an authentication method that the gateway does not have; allow scram-sha-256 in pg_hba.conf',
  )
}
