import { hmacSha256 } from '@sluice/core/secret/scram-keys'
import type { ScramVerifier } from '@sluice/gateway/ports/identity-provider'

/** What `makeScramVerifier` and PostgreSQL use unless told otherwise. */
const USUAL_ITERATIONS = 4096
/** PostgreSQL's SCRAM_DEFAULT_SALT_LEN. */
const SALT_BYTES = 16

/**
 * A verifier for a login that has none, as PostgreSQL makes one (src/backend/libpq/auth-scram.c, mock_scram_secret):
 * the same login gets the same salt each time, as a known one would. No flag says that it must fail: no password is
 * behind its keys, and to find a proof for them is to find a SHA-256 preimage.
 *
 * INVARIANT (no-probing). `secret` is the gateway's own, 32 random bytes, and must outlive a restart for the salts
 * to. `iterations` is `IdentityProvider.mockIterations`.
 */
export function mockVerifier(
  login: string,
  secret: Uint8Array,
  iterations: number = USUAL_ITERATIONS,
): ScramVerifier {
  const made = (what: string) => hmacSha256(secret, `${what}\0${login}`)
  return {
    iterations,
    salt: made('salt').subarray(0, SALT_BYTES),
    storedKey: made('stored key'),
    serverKey: made('server key'),
  }
}
