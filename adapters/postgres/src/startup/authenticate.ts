import type { Principal } from '@sluice/core/policy/principal'
import { type IdentityProvider, IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import { ProtocolViolation } from '@sluice/wire/violation'
import { Effect } from 'effect'
import { mockVerifier } from '../auth/mock-verifier.ts'
import { ScramRefused, scramServer } from '../auth/scram-server.ts'
import { encodeAuthentication } from '../messages/authentication.ts'
import { decodePasswordMessage } from '../messages/password-message.ts'
import { decodeSASLInitialResponse } from '../messages/sasl-initial-response.ts'
import { decodeSASLResponse } from '../messages/sasl-response.ts'
import type { Conversation } from './conversation.ts'

/** Who is asked for, and how it can be proven. */
export type AuthenticateOptions = {
  readonly identity: IdentityProvider
  readonly login: string
  readonly tls: boolean
  /** Key from which verifiers of unknown logins are made up, so that probing tells nothing. */
  readonly mockKey: Uint8Array
  readonly nowSeconds: () => number
}

/**
 * Proves who is connecting. A login with a stored verifier gets SCRAM-SHA-256; everyone else is asked for a token as
 * the password, under TLS only. Where no token could be taken, an unknown login gets a SCRAM exchange that cannot
 * succeed.
 */
export async function authenticate(talk: Conversation, options: AuthenticateOptions): Promise<Principal> {
  const known = options.identity.scram(options.login)
  if (known === undefined && options.tls && options.identity.takesTokens) return await password(talk, options)
  const verifier =
    known?.verifier ?? mockVerifier(options.login, options.mockKey, options.identity.mockIterations)
  await scram(talk, verifier)
  if (known === undefined) throw new IdentityRefused('unknown', `login \`${options.login}\` is not known`)
  if (!options.identity.stillValid(known.principal, options.nowSeconds())) {
    throw new IdentityRefused('expired', `login \`${options.login}\` has expired`)
  }
  return known.principal
}

async function password(talk: Conversation, { identity, login }: AuthenticateOptions): Promise<Principal> {
  talk.send(encodeAuthentication({ kind: 'cleartext-password' }))
  const { payload } = await talk.receive()
  return await Effect.runPromise(identity.verifyPassword(login, decodePasswordMessage(payload).password))
}

/** RFC 5802 over AuthenticationSASL. PostgreSQL documentation, "SASL Authentication". */
async function scram(talk: Conversation, verifier: Parameters<typeof scramServer>[0]): Promise<void> {
  try {
    const exchange = scramServer(verifier)
    talk.send(encodeAuthentication({ kind: 'sasl', mechanisms: ['SCRAM-SHA-256'] }))
    const first = decodeSASLInitialResponse((await talk.receive()).payload)
    if (first.mechanism !== 'SCRAM-SHA-256' || first.data === null) {
      throw new ProtocolViolation('client', 'unexpected', 'the client chose a mechanism that was not offered')
    }
    talk.send(encodeAuthentication({ kind: 'sasl-continue', data: exchange.clientFirst(first.data) }))
    const final = decodeSASLResponse((await talk.receive()).payload)
    talk.send(encodeAuthentication({ kind: 'sasl-final', data: exchange.clientFinal(final.data) }))
  } catch (error) {
    if (error instanceof ScramRefused) throw new IdentityRefused('wrong-secret', error.message)
    throw error
  }
}
