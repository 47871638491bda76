import { createLocalJWKSet, createRemoteJWKSet, customFetch, type JWK, type JWTVerifyGetKey } from 'jose'
import { IdentityMisconfigured } from '../../misconfigured.ts'

/** The issuer's public keys: at its JWKS address, or written down. `http:` is for loopback. */
export type Jwks =
  | {
      readonly url: string
      /** How long a login waits for the issuer; `JWKS_TIMEOUT_MS` unless given. */
      readonly timeoutMs?: number | undefined
    }
  | { readonly keys: readonly JWK[] }

/** How long a login waits for the issuer unless told otherwise. */
export const JWKS_TIMEOUT_MS = 5_000
/** Keys older than this are fetched again; where that fails, nobody gets in on the old ones. */
export const JWKS_MAX_AGE_MS = 600_000
/** A token with an unknown key id makes us ask again, but not more often than this. */
export const JWKS_COOLDOWN_MS = 30_000
/** Some hundred keys. */
export const MAX_JWKS_BYTES = 262_144

/** The issuer could not be asked, or did not answer with keys. */
export class KeysUnreachable extends Error {
  override readonly name = 'KeysUnreachable'
}

/** Finds the key for a token. Throws `IdentityMisconfigured` at once for an address or keys that will not do. */
export function keySource(jwks: Jwks): JWTVerifyGetKey {
  return 'keys' in jwks ? writtenDown(jwks.keys) : atAddress(jwks)
}

function writtenDown(keys: readonly JWK[]): JWTVerifyGetKey {
  if (keys.length === 0) throw new IdentityMisconfigured('`keys` is empty; give at least one public key')
  for (const key of keys) {
    if (key.kty === 'oct' || key.d !== undefined) {
      throw new IdentityMisconfigured('`keys` holds a secret key; give public keys only')
    }
  }
  return createLocalJWKSet({ keys: [...keys] })
}

function atAddress(jwks: Extract<Jwks, { url: string }>): JWTVerifyGetKey {
  const { url: address, timeoutMs } = jwks
  const url = URL.parse(address)
  if (url === null)
    throw new IdentityMisconfigured(`\`${address}\` is not a URL; give the issuer's \`jwks_uri\``)
  const encrypted = url.protocol === 'https:'
  if (!encrypted && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
    throw new IdentityMisconfigured(`\`${address}\` is not https: whoever is on the way could give us keys`)
  }
  // In milliseconds of the clock that nobody sets; none: never.
  let fetchedAt = Number.NEGATIVE_INFINITY
  const keys = createRemoteJWKSet(url, {
    timeoutDuration: timeoutMs ?? JWKS_TIMEOUT_MS,
    cacheMaxAge: JWKS_MAX_AGE_MS,
    cooldownDuration: JWKS_COOLDOWN_MS,
    [customFetch]: async (from, options) => {
      const response = await boundedFetch(from, options)
      fetchedAt = performance.now()
      return response
    },
  })
  return async (header, token) => {
    // It goes by the clock of the day, which may be set back: a key that was taken out would prove tokens until then.
    if (keys.fresh && performance.now() - fetchedAt >= JWKS_MAX_AGE_MS) await keys.reload()
    return await keys(header, token)
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}

/** INVARIANT (hostile-both-sides): an issuer that never stops sending must not fill our memory. */
async function boundedFetch(url: string, options: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, options)
    if (response.status !== 200) {
      await response.body?.cancel()
      throw new KeysUnreachable(`the issuer answered ${response.status} where its keys should be`)
    }
    const keys: unknown = JSON.parse(await boundedText(response))
    return Response.json(keys)
  } catch (cause) {
    if (cause instanceof KeysUnreachable) throw cause
    throw new KeysUnreachable('the keys of the issuer could not be fetched', { cause })
  }
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > MAX_JWKS_BYTES)
      throw new KeysUnreachable(`the issuer sent more than ${MAX_JWKS_BYTES} bytes of keys`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
