// MySQL: Client/Server Protocol, "Native Authentication".
import { createHash } from 'node:crypto'
import { equalInConstantTime, xorBytes } from '@sluice/core/secret/scram-keys'

/** SHA-1. */
const NATIVE_PROOF_BYTES = 20

/** The proof that one knows the password: SHA1(password) XOR SHA1(challenge, SHA1(SHA1(password))). Empty for none. */
export function nativeProof(password: string, challenge: Uint8Array): Buffer {
  if (password === '') return Buffer.alloc(0)
  const once = sha1(Buffer.from(password, 'utf8'))
  return Buffer.from(xorBytes(once, sha1(challenge, sha1(once))))
}

/** Whether a proof is one for the password whose SHA1(SHA1(…)) is `sha1Twice`. Takes the same time for any proof. */
export function provesNative(sha1Twice: Uint8Array, challenge: Uint8Array, proof: Uint8Array): boolean {
  if (proof.length !== NATIVE_PROOF_BYTES) return false
  const once = xorBytes(proof, sha1(challenge, sha1Twice))
  return equalInConstantTime(sha1(once), sha1Twice)
}

function sha1(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
