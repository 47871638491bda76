// MySQL: Client/Server Protocol, "Caching_sha2_password information" and "sha256_password": the password with its
// closing zero, XORed with the challenge over and over, encrypted with RSA (OAEP, SHA-1).
import { constants, createPublicKey, type KeyObject, privateDecrypt, publicEncrypt } from 'node:crypto'
import { clearPassword, readClearPassword } from './clear-password.ts'

/** Longest public key taken, in bytes of PEM: one of 16,384 bits has 2,800. */
export const MAX_PUBLIC_KEY_BYTES = 8192

/** The password as the holder of the key alone can read it. Throws where the key is none or too short for it. */
export function encryptPassword(publicKey: Buffer, password: string, challenge: Uint8Array): Buffer {
  const key = createPublicKey(publicKey)
  const data = obscured(clearPassword(password), challenge)
  return publicEncrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING }, data)
}

/** The password again; undefined where it was not encrypted with this key, or is none. */
export function decryptPassword(
  privateKey: KeyObject,
  data: Buffer,
  challenge: Uint8Array,
): string | undefined {
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING
    return readClearPassword(obscured(privateDecrypt({ key: privateKey, padding }, data), challenge))
  } catch {
    return undefined
  }
}

function obscured(data: Buffer, challenge: Uint8Array): Buffer {
  return Buffer.from(data.map((byte, i) => byte ^ (challenge[i % challenge.length] ?? 0)))
}
