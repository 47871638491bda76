// The text form of a SCRAM-SHA-256 secret as PostgreSQL stores it in pg_authid.rolpassword
// (src/common/scram-common.c, scram_build_secret), after RFC 5803.
import { randomBytes } from 'node:crypto'
import { saltedPassword } from '@sluice/core/secret/salted-password'
import { SCRAM_KEY_BYTES, scramKeys } from '@sluice/core/secret/scram-keys'
import type { ScramVerifier } from '@sluice/gateway/ports/identity-provider'
import { IdentityMisconfigured } from './misconfigured.ts'

/** RFC 7677: at least 4096. Also what PostgreSQL uses unless told. */
export const MIN_ITERATIONS = 4096
/** About 0.3 s of one core for each login attempt: more would let anybody keep the gateway busy. */
export const MAX_ITERATIONS = 1_000_000
/** PostgreSQL's SCRAM_DEFAULT_SALT_LEN. */
export const SALT_BYTES = 16
const MIN_SALT_BYTES = 8
const MAX_SALT_BYTES = 128
const MAX_VERIFIER_CHARS = 512

const PARTS = /^SCRAM-SHA-256\$([1-9][0-9]{0,9}):([A-Za-z0-9+/=]+)\$([A-Za-z0-9+/=]+):([A-Za-z0-9+/=]+)$/

/**
 * Reads `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, the last three in base64.
 * Throws `IdentityMisconfigured`; the message never holds the text itself.
 */
export function parseScramVerifier(text: string): ScramVerifier {
  const parts = text.length <= MAX_VERIFIER_CHARS ? PARTS.exec(text) : null
  if (parts === null) {
    throw new IdentityMisconfigured(
      'not a verifier of the form `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`; make one with `sluice verifier`',
    )
  }
  return checkedVerifier({
    iterations: Number(parts[1]),
    salt: fromBase64(parts[2] as string, 'salt'),
    storedKey: fromBase64(parts[3] as string, 'StoredKey'),
    serverKey: fromBase64(parts[4] as string, 'ServerKey'),
  })
}

/** The verifier itself if every part is within bounds; else throws `IdentityMisconfigured`. */
export function checkedVerifier(verifier: ScramVerifier): ScramVerifier {
  const { iterations, salt, storedKey, serverKey } = verifier
  if (!Number.isSafeInteger(iterations) || iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS) {
    throw new IdentityMisconfigured(
      `verifier has ${iterations} iterations; use between ${MIN_ITERATIONS} and ${MAX_ITERATIONS}`,
    )
  }
  if (salt.length < MIN_SALT_BYTES || salt.length > MAX_SALT_BYTES) {
    throw new IdentityMisconfigured(
      `verifier has a salt of ${salt.length} bytes; use between ${MIN_SALT_BYTES} and ${MAX_SALT_BYTES}`,
    )
  }
  if (storedKey.length !== SCRAM_KEY_BYTES || serverKey.length !== SCRAM_KEY_BYTES) {
    throw new IdentityMisconfigured(
      `verifier has a key that is not ${SCRAM_KEY_BYTES} bytes; copy it whole from where it was made`,
    )
  }
  return verifier
}

/** The text that `parseScramVerifier` reads, character for character what PostgreSQL would store. */
export function formatScramVerifier(verifier: ScramVerifier): string {
  const [salt, storedKey, serverKey] = [verifier.salt, verifier.storedKey, verifier.serverKey].map((bytes) =>
    Buffer.from(bytes).toString('base64'),
  )
  return `SCRAM-SHA-256$${verifier.iterations}:${salt}$${storedKey}:${serverKey}`
}

/**
 * A new verifier for `password`, with a random salt unless one is given. Rejects with `IdentityMisconfigured` for an
 * empty password and for iterations or a salt out of bounds.
 */
export async function makeScramVerifier(
  password: string,
  iterations: number = MIN_ITERATIONS,
  salt: Uint8Array = randomBytes(SALT_BYTES),
): Promise<ScramVerifier> {
  if (password === '') throw new IdentityMisconfigured('an empty password proves nobody; choose another')
  const unknown = new Uint8Array(SCRAM_KEY_BYTES)
  checkedVerifier({ iterations, salt, storedKey: unknown, serverKey: unknown })
  const { storedKey, serverKey } = scramKeys(await saltedPassword(password, salt, iterations))
  return { iterations, salt, storedKey, serverKey }
}

/** Node skips what is not base64; written back, the text must be the same. */
function fromBase64(text: string, part: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64')
  if (bytes.toString('base64') !== text) {
    throw new IdentityMisconfigured(
      `the ${part} of a verifier is not base64; copy it whole from where it was made`,
    )
  }
  return bytes
}
