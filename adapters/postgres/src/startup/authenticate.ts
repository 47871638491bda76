import type { X509Certificate } from 'node:crypto'
import type { Principal } from '@sluice/core/policy/principal'
import {
  type IdentityProvider,
  IdentityRefused,
  type ScramVerifier,
} from '@sluice/gateway/ports/identity-provider'
import { ProtocolViolation } from '@sluice/wire/violation'
import { SCRAM, SCRAM_PLUS } from '../auth/channel-binding.ts'
import { mockVerifier } from '../auth/mock-verifier.ts'
import { ScramRefused, scramServer } from '../auth/scram-server.ts'
import { encodeAuthentication } from '../messages/authentication.ts'
import { decodePasswordMessage } from '../messages/password-message.ts'
import { decodeSASLInitialResponse } from '../messages/sasl-initial-response.ts'
import { decodeSASLResponse } from '../messages/sasl-response.ts'
import { bearerToken } from './bearer-token.ts'
import type { Conversation } from './conversation.ts'
import { proveToken } from './prove-token.ts'

/** Who is asked for, and how it can be proven. */
type AuthenticateOptions = {
  readonly identity: IdentityProvider
  readonly login: string
  /** The client's certificate, where it showed one that is good. */
  readonly certificate: X509Certificate | undefined
  /** Nobody on the way can read a secret: the connection is encrypted, or never leaves this machine. */
  readonly shielded: boolean
  /** What SCRAM-SHA-256-PLUS binds to; undefined where it cannot be offered. */
  readonly endPoint: Buffer | undefined
  /** Key from which verifiers of unknown logins are made up, so that probing tells nothing. */
  readonly mockKey: Uint8Array
  readonly nowSeconds: () => number
}

/**
 * Proves who is connecting. A certificate counts where the login names its principal, or names nobody else. A login
 * with a stored verifier gets SCRAM-SHA-256; everyone else is asked for a token, by OAUTHBEARER or as the password,
 * where nobody on the way could read it. Where no token could be taken, an unknown login gets a SCRAM exchange that
 * cannot succeed.
 */
export async function authenticate(talk: Conversation, options: AuthenticateOptions): Promise<Principal> {
  const { identity, login, certificate, shielded } = options
  const known = identity.scram(login)
  const match = certificate === undefined ? undefined : identity.certificate?.(certificate, login)
  if (match !== undefined && (match.named || known === undefined)) {
    if (match.verifier !== undefined) await scram(talk, match.verifier, options.endPoint)
    return current(match.principal, options)
  }
  if (known === undefined && shielded) {
    const bearer = identity.bearer?.(login)
    if (bearer !== undefined) return await bearerToken(talk, bearer)
    if (identity.verifyToken !== undefined) return await tokenAsPassword(talk, identity.verifyToken)
  }
  const verifier = known?.verifier ?? mockVerifier(login, options.mockKey, identity.mockIterations)
  const unknown = new IdentityRefused('unknown', `login \`${login}\` is not known`)
  await scram(talk, verifier, options.endPoint).catch((error: unknown) => {
    // The client is told the same; the record has why.
    throw known === undefined && error instanceof IdentityRefused ? unknown : error
  })
  if (known === undefined) throw unknown
  return current(known.principal, options)
}

function current(principal: Principal, { identity, login, nowSeconds }: AuthenticateOptions): Principal {
  if (identity.stillValid(principal, nowSeconds())) return principal
  throw new IdentityRefused('expired', `login \`${login}\` has expired`)
}

async function tokenAsPassword(
  talk: Conversation,
  verifyToken: NonNullable<IdentityProvider['verifyToken']>,
): Promise<Principal> {
  talk.send(encodeAuthentication({ kind: 'cleartext-password' }))
  const { password } = decodePasswordMessage((await talk.receive()).payload)
  return await proveToken(talk, verifyToken(password))
}

/**
 * RFC 5802 over AuthenticationSASL. PostgreSQL documentation, "SASL Authentication". With channel binding on offer the
 * client may still choose to go without, but not say that it saw no offer.
 */
async function scram(
  talk: Conversation,
  verifier: ScramVerifier,
  endPoint: Buffer | undefined,
): Promise<void> {
  try {
    const offered = endPoint === undefined ? [SCRAM] : [SCRAM_PLUS, SCRAM]
    talk.send(encodeAuthentication({ kind: 'sasl', mechanisms: offered }))
    const first = decodeSASLInitialResponse((await talk.receive()).payload)
    if (!offered.includes(first.mechanism) || first.data === null) {
      throw new ProtocolViolation('client', 'unexpected', 'the client chose a mechanism that was not offered')
    }
    const chosen = first.mechanism === SCRAM_PLUS
    const exchange = scramServer(verifier, endPoint === undefined ? undefined : { endPoint, chosen })
    talk.send(encodeAuthentication({ kind: 'sasl-continue', data: exchange.clientFirst(first.data) }))
    const final = decodeSASLResponse((await talk.receive()).payload)
    talk.send(encodeAuthentication({ kind: 'sasl-final', data: exchange.clientFinal(final.data) }))
  } catch (error) {
    if (error instanceof ScramRefused) throw new IdentityRefused('wrong-secret', error.message)
    throw error
  }
}
