import type { X509Certificate } from 'node:crypto'
import type { Principal } from '@sluice/core/policy/principal'
import type { Effect } from 'effect'

/** Why nobody was proven. `detail` is for the record, never for the client. */
export class IdentityRefused extends Error {
  override readonly name = 'IdentityRefused'
  readonly reason:
    | 'unknown'
    | 'wrong-secret'
    | 'expired'
    | 'revoked'
    | 'wrong-audience'
    | 'malformed'
    | 'unreachable'
  constructor(reason: IdentityRefused['reason'], detail: string) {
    super(detail)
    this.reason = reason
  }
}

/** RFC 5803 / PostgreSQL's stored form of a SCRAM-SHA-256 secret. */
export type ScramVerifier = {
  readonly iterations: number
  readonly salt: Uint8Array
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** How a stored hash of a password was made: SHA-1 of its SHA-1, or SHA-256 of its SHA-256. */
export type HashKind = 'sha1-twice' | 'sha256-twice'

/** Who a client certificate stands for. */
export type CertificateMatch = {
  readonly principal: Principal
  /** A password that must be proven too. */
  readonly verifier?: ScramVerifier
  /** The login named this principal; where it did not, a login known by its password goes before. */
  readonly named: boolean
}

/** How a client that speaks OAuth is told where to get its token, and how the token is proven. */
export type BearerLogin = {
  /** Address of the issuer's OpenID configuration. */
  readonly openidConfiguration: string
  readonly scope: string
  readonly verify: (token: string) => Effect.Effect<Principal, IdentityRefused>
}

/** Who asks. Each provider has a configured name; several may be asked in order. */
export type IdentityProvider = {
  readonly name: string
  /** Proves whoever holds `password`. `login` is data from the client and proves nothing by itself. */
  verifyPassword(login: string, password: string): Effect.Effect<Principal, IdentityRefused>
  /** The verifier behind a login name for SCRAM, where this provider keeps one. */
  scram(login: string): { readonly verifier: ScramVerifier; readonly principal: Principal } | undefined
  /** Proves whoever holds a token, whatever the login. Where it is there, unknown logins are asked for one. */
  readonly verifyToken?: ((token: string) => Effect.Effect<Principal, IdentityRefused>) | undefined
  /** PBKDF2 iterations that a made-up verifier for an unknown login shows, so that it looks like the known ones. */
  readonly mockIterations?: number | undefined
  /**
   * The hash behind a login name for protocols in which the answer to a challenge is checked with it, where this provider
   * keeps one. As `scram`, it answers for an expired principal too.
   */
  hashed?(
    login: string,
    kind: HashKind,
  ): { readonly hash: Uint8Array; readonly principal: Principal } | undefined
  /** Kinds of hashes that are kept for anybody: then unknown logins are asked in the same way. */
  readonly hashKinds?: ReadonlySet<HashKind> | undefined
  /** Whom a certificate stands for whose chain, time and revocation are found good. Absent: this is no provider of such. */
  certificate?(certificate: X509Certificate, login: string): CertificateMatch | undefined
  /** Where this login is to show its token by OAUTHBEARER (RFC 7628) rather than as a password. */
  bearer?(login: string): BearerLogin | undefined
  /** Asked at every statement: is the principal still good at `nowSeconds`? Expiry and revocation. */
  stillValid(principal: Principal, nowSeconds: number): boolean
}
