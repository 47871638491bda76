import type { Principal } from '@sluice/core/policy/principal'
import { type IdentityProvider, IdentityRefused } from '@sluice/gateway/ports/identity-provider'
import * as Effect from 'effect/Effect'
import { decodeJwt, errors, type JWTVerifyOptions, jwtVerify } from 'jose'
import { withinItsTime } from '../../expiry.ts'
import { IdentityMisconfigured } from '../../misconfigured.ts'
import { type ClaimMapping, DEFAULT_CLAIMS } from './claim-mapping.ts'
import { type Jwks, KeysUnreachable, keySource } from './key-source.ts'
import { tokenPrincipal } from './token-principal.ts'

/** Longer tokens are refused unread. */
export const MAX_TOKEN_CHARS = 16_384
/** More than this is not a clock that is off but a token that has expired. */
const MAX_CLOCK_TOLERANCE_SECONDS = 300

/** Signatures that a public key checks. A shared secret (HS…) or none is not among them, whatever is configured. */
const PUBLIC_KEY_ALGORITHMS = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const),
  ...(['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'] as const),
] as const

/** What `jwtProvider` is made from. */
export type JwtProviderOptions = {
  readonly name: string
  /** The `iss` claim, character for character. */
  readonly issuer: string
  /** The `aud` claim must hold one of these: a token for another service is not for us. */
  readonly audience: string | readonly string[]
  readonly jwks: Jwks
  /** A part of `PUBLIC_KEY_ALGORITHMS`; all of them unless given. */
  readonly algorithms?: readonly string[] | undefined
  readonly claims?: { readonly [Name in keyof ClaimMapping]?: ClaimMapping[Name] | undefined } | undefined
  /** How clients that speak OAUTHBEARER get a token; absent: none is asked that way. */
  readonly oauth?: { readonly logins: readonly string[]; readonly scope: string } | undefined
  /** How far the issuer's clock may be off from ours. */
  readonly clockToleranceSeconds?: number | undefined
  /** Seconds since the epoch. */
  readonly nowSeconds: () => number
}

/**
 * Whoever holds a JWT of one issuer, given as the password. The login is not looked at. Where the issuer's keys
 * cannot be had, nobody gets in. Throws `IdentityMisconfigured`.
 */
export function jwtProvider(options: JwtProviderOptions): IdentityProvider {
  const tolerance = options.clockToleranceSeconds ?? 0
  if (!(tolerance >= 0 && tolerance <= MAX_CLOCK_TOLERANCE_SECONDS)) {
    throw misconfigured(options, `\`clockToleranceSeconds\` must be 0 to ${MAX_CLOCK_TOLERANCE_SECONDS}`)
  }
  const rules = verifyRules(options, tolerance)
  const keys = keySource(options.jwks)
  const context = { provider: options.name, issuer: options.issuer, mapping: mappingOf(options) }
  const proven = async (token: string): Promise<Principal> => {
    refuseOtherTokens(token, options.issuer)
    const currentDate = new Date(options.nowSeconds() * 1000)
    const { payload } = await jwtVerify(token, keys, { ...rules, currentDate })
    return tokenPrincipal(payload, context)
  }
  const verify = (token: string): Effect.Effect<Principal, IdentityRefused> =>
    Effect.tryPromise({ try: () => proven(token), catch: asRefusal })
  return {
    name: options.name,
    verifyToken: verify,
    verifyPassword: (_login, password) => verify(password),
    bearer: (login) =>
      options.oauth?.logins.some((one) => one === '*' || one === login) === true
        ? { openidConfiguration: discovery(options.issuer), scope: options.oauth.scope, verify }
        : undefined,
    // A token has no verifier that a login name could be answered with.
    scram: () => undefined,
    stillValid: (principal, nowSeconds) =>
      principal.provider === options.name &&
      principal.issuer === options.issuer &&
      withinItsTime(principal, nowSeconds, tolerance),
  }
}

/** OpenID Connect Discovery, "OpenID Provider Configuration Request". */
function discovery(issuer: string): string {
  return `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`
}

function verifyRules(options: JwtProviderOptions, clockTolerance: number): JWTVerifyOptions {
  const audience = [options.audience].flat()
  if (options.issuer === '' || audience.length === 0 || audience.includes('')) {
    throw misconfigured(options, '`issuer` or `audience` is empty; without them any token would do')
  }
  const algorithms = [...(options.algorithms ?? PUBLIC_KEY_ALGORITHMS)]
  const refused = algorithms.find((one) => !PUBLIC_KEY_ALGORITHMS.some((known) => known === one))
  if (refused !== undefined || algorithms.length === 0) {
    throw misconfigured(
      options,
      `algorithm \`${refused ?? ''}\` cannot be used; choose of ${PUBLIC_KEY_ALGORITHMS.join(', ')}`,
    )
  }
  return { issuer: options.issuer, audience, algorithms, clockTolerance, requiredClaims: ['exp'] }
}

function mappingOf(options: JwtProviderOptions): ClaimMapping {
  const given = Object.entries(options.claims ?? {}).filter(([, claim]) => claim !== undefined)
  return { ...DEFAULT_CLAIMS, ...Object.fromEntries(given) }
}

const COMPACT_JWS = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

/**
 * Sends away what is no token of this issuer before any key is looked for: a password typed by a person, or the
 * token of somebody else, must not make us ask the issuer over the network.
 */
function refuseOtherTokens(token: string, issuer: string): void {
  if (token.length > MAX_TOKEN_CHARS || !COMPACT_JWS.test(token)) {
    throw new IdentityRefused('malformed', 'the password is not a token')
  }
  if (decodeJwt(token).iss !== issuer) throw new IdentityRefused('unknown', 'the token is of another issuer')
}

/** Says nothing of what the token holds: a detail is kept in the record. */
function asRefusal(cause: unknown): IdentityRefused {
  if (cause instanceof IdentityRefused) return cause
  if (cause instanceof KeysUnreachable || cause instanceof errors.JWKSTimeout) {
    return new IdentityRefused('unreachable', cause.message)
  }
  if (cause instanceof errors.JWTExpired) return new IdentityRefused('expired', 'the token has expired')
  if (cause instanceof errors.JWTClaimValidationFailed) return refusedClaim(cause.claim, cause.reason)
  if (cause instanceof errors.JWSSignatureVerificationFailed) {
    return new IdentityRefused('wrong-secret', 'the signature is not by the key that the token names')
  }
  if (cause instanceof errors.JWKSNoMatchingKey || cause instanceof errors.JWKSMultipleMatchingKeys) {
    return new IdentityRefused('wrong-secret', 'the issuer has no single key that the token names')
  }
  if (cause instanceof errors.JWKSInvalid)
    return new IdentityRefused('unreachable', 'the issuer sent no key set')
  return new IdentityRefused('malformed', 'the token cannot be read or its algorithm is not allowed')
}

function refusedClaim(claim: string, reason: string): IdentityRefused {
  if (claim === 'aud') return new IdentityRefused('wrong-audience', 'the token is for another audience')
  if (claim === 'nbf' && reason === 'check_failed') {
    return new IdentityRefused('expired', 'the token is not valid yet; compare the clocks')
  }
  return new IdentityRefused('malformed', `the claim \`${claim}\` is missing or not as it should be`)
}

function misconfigured(options: JwtProviderOptions, problem: string): IdentityMisconfigured {
  return new IdentityMisconfigured(`identity provider \`${options.name}\`: ${problem}`)
}
