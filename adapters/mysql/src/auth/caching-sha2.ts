// MySQL: Client/Server Protocol, "Caching_sha2_password information".
import { createHash } from 'node:crypto'
import { equalInConstantTime, xorBytes } from '@sluice/core/secret/scram-keys'

/** In AuthMoreData: the proof is good. */
export const FAST_AUTH_SUCCESS = 0x03
/** In AuthMoreData: the proof cannot be checked by itself; send the password, encrypted. */
export const PERFORM_FULL_AUTH = 0x04
/** What a client without TLS answers to that: it wants the key to encrypt with. */
export const REQUEST_PUBLIC_KEY = 0x02
/** The same for sha256_password. */
export const SHA256_REQUEST_PUBLIC_KEY = 0x01

/** SHA-256. */
const CACHING_PROOF_BYTES = 32

/** SHA256(password) XOR SHA256(SHA256(SHA256(password)), challenge). Empty for no password. */
export function cachingProof(password: string, challenge: Uint8Array): Buffer {
  if (password === '') return Buffer.alloc(0)
  const once = sha256(Buffer.from(password, 'utf8'))
  return Buffer.from(xorBytes(once, sha256(sha256(once), challenge)))
}

/** Whether a proof is one for the password whose SHA256(SHA256(…)) is `sha256Twice`. Takes the same time for any proof. */
export function provesCaching(sha256Twice: Uint8Array, challenge: Uint8Array, proof: Uint8Array): boolean {
  if (proof.length !== CACHING_PROOF_BYTES) return false
  const once = xorBytes(proof, sha256(sha256Twice, challenge))
  return equalInConstantTime(sha256(once), sha256Twice)
}

function sha256(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
