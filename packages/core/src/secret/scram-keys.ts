// RFC 5802, "SCRAM Algorithm Overview", with SHA-256 as RFC 7677 has it.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

/** SHA-256: every key, signature and proof has this length. */
export const SCRAM_KEY_BYTES = 32

/** The keys behind one salted password. `clientKey` proves the client: it is never stored. */
export type ScramKeys = {
  readonly clientKey: Uint8Array
  readonly storedKey: Uint8Array
  readonly serverKey: Uint8Array
}

/** From what `saltedPassword` gives. */
export function scramKeys(saltedPassword: Uint8Array): ScramKeys {
  const clientKey = hmacSha256(saltedPassword, 'Client Key')
  return { clientKey, storedKey: sha256(clientKey), serverKey: hmacSha256(saltedPassword, 'Server Key') }
}

/** HMAC-SHA-256. Text is hashed as UTF-8. */
export function hmacSha256(key: Uint8Array, data: Uint8Array | string): Uint8Array {
  return createHmac('sha256', key).update(data).digest()
}

/** SHA-256, the `H` of RFC 5802. */
export function sha256(data: Uint8Array): Uint8Array {
  return createHash('sha256').update(data).digest()
}

/** `ClientProof = ClientKey XOR ClientSignature`, and back: the operation is its own inverse. Equal lengths. */
export function xorBytes(left: Uint8Array, right: Uint8Array): Uint8Array {
  return left.map((byte, i) => byte ^ (right[i] as number))
}

/** Equal, in a time that does not depend on where they differ. Lengths are no secret. */
export function equalInConstantTime(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && timingSafeEqual(left, right)
}
