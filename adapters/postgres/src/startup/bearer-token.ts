// PostgreSQL: Frontend/Backend Protocol, "SASL Authentication", "OAUTHBEARER Authentication".
import type { Principal } from '@sluice/core/policy/principal'
import { type BearerLogin, IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import { hasLeft } from '@sluice/gateway/session/refused'
import { ProtocolViolation } from '@sluice/wire/violation'
import { BearerRefused, bearerError, DUMMY_RESPONSE, OAUTHBEARER, readBearer } from '../auth/oauth-bearer.ts'
import { encodeAuthentication } from '../messages/authentication.ts'
import { decodeSASLInitialResponse } from '../messages/sasl-initial-response.ts'
import { decodeSASLResponse } from '../messages/sasl-response.ts'
import type { Conversation } from './conversation.ts'
import { LeftUnanswered, proveToken } from './prove-token.ts'

/**
 * Asks for a token by OAUTHBEARER. A client without one, or with one that is no good, is told where to get it; it
 * then connects anew. Throws IdentityRefused or ProtocolViolation.
 */
export async function bearerToken(talk: Conversation, bearer: BearerLogin): Promise<Principal> {
  talk.send(encodeAuthentication({ kind: 'sasl', mechanisms: [OAUTHBEARER] }))
  const first = decodeSASLInitialResponse((await talk.receive()).payload)
  if (first.mechanism !== OAUTHBEARER) {
    throw new ProtocolViolation('client', 'unexpected', 'the client chose a mechanism that was not offered')
  }
  const token = read(first.data ?? (await challenged(talk)))
  if (token === undefined) {
    await tellWhere(talk, bearer)
    throw new IdentityRefused('unknown', NO_TOKEN)
  }
  return await proveToken(talk, bearer.verify(token)).catch(async (refused: unknown) => {
    if (refused instanceof LeftUnanswered) throw refused
    // The challenge is the verdict: who leaves with it was refused.
    await tellWhere(talk, bearer).catch((error: unknown) => {
      throw hasLeft(error) ? refused : error
    })
    throw refused
  })
}

const NO_TOKEN = 'the client has no token yet and was told where to get one'

/** RFC 4422, "Initial Response": who sends none answers an empty challenge instead. */
async function challenged(talk: Conversation): Promise<Buffer> {
  talk.send(encodeAuthentication({ kind: 'sasl-continue', data: Buffer.alloc(0) }))
  return decodeSASLResponse((await talk.receive()).payload).data
}

function read(message: Buffer): string | undefined {
  try {
    return readBearer(message)
  } catch (error) {
    throw error instanceof BearerRefused ? new IdentityRefused('malformed', error.message) : error
  }
}

/** The client must answer the error before the exchange can fail (RFC 7628, "Server's Response to Failed Authentication"). */
async function tellWhere(talk: Conversation, bearer: BearerLogin): Promise<void> {
  talk.send(encodeAuthentication({ kind: 'sasl-continue', data: bearerError(bearer) }))
  const { data } = decodeSASLResponse((await talk.receive()).payload)
  if (!data.equals(DUMMY_RESPONSE)) {
    throw new ProtocolViolation(
      'client',
      'unexpected',
      'the client answered an OAUTHBEARER error with more than a dummy',
    )
  }
}
