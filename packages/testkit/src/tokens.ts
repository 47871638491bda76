import {
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose'

/** Signature algorithms a test issuer can use. */
export type TokenAlgorithm = 'EdDSA' | 'ES256'

/** An issuer of JSON Web Tokens with its own key pair. */
export type TokenIssuer = {
  readonly issuer: string
  readonly audience: string
  /** The public key, the way an issuer publishes it (RFC 7517, "JWK Set Format"). */
  readonly jwks: { readonly keys: readonly JWK[] }
  /** The private key in PEM (PKCS #8), for `signWith` in another process. */
  readonly privateKey: string
  /** A token for `subject`, by default good for an hour. `claims` are added, and win. */
  readonly sign: (subject: string, claims?: JWTPayload, lifetimeSeconds?: number) => Promise<string>
}

/** What tells one issuer from another. */
type IssuerIdentity = {
  readonly issuer: string
  readonly audience: string
  readonly algorithm?: TokenAlgorithm
  /** Key id, in the header of every token; default `test-1`. */
  readonly keyId?: string
}

const HOUR_SECONDS = 3600

/** A fresh key pair and an issuer that signs with it. */
export async function createTokenIssuer(identity: IssuerIdentity): Promise<TokenIssuer> {
  const algorithm = identity.algorithm ?? 'EdDSA'
  const pair = await generateKeyPair(algorithm, { extractable: true })
  const kid = identity.keyId ?? 'test-1'
  const jwk = { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' }
  const privateKey = await exportPKCS8(pair.privateKey)
  return {
    issuer: identity.issuer,
    audience: identity.audience,
    jwks: { keys: [jwk] },
    privateKey,
    sign: signWith({ ...identity, algorithm, keyId: kid }, privateKey),
  }
}

/** Signs as an issuer whose private key was kept. */
function signWith(identity: Required<IssuerIdentity>, privateKey: string): TokenIssuer['sign'] {
  return async (subject, claims = {}, lifetimeSeconds = HOUR_SECONDS) => {
    const now = Math.floor(Date.now() / 1000)
    const usual = {
      iss: identity.issuer,
      aud: identity.audience,
      sub: subject,
      iat: now,
      exp: now + lifetimeSeconds,
    }
    return new SignJWT({ ...usual, ...claims })
      .setProtectedHeader({ alg: identity.algorithm, kid: identity.keyId, typ: 'JWT' })
      .sign(await importPKCS8(privateKey, identity.algorithm))
  }
}
