// MariaDB: "Authentication Plugin - ed25519"; RFC 8032, "Sign", but the key is a password of any length.
import { createHash } from 'node:crypto'
import { ed25519 } from '@noble/curves/ed25519.js'

/** What the server sends to be signed, in bytes. */
export const ED25519_NONCE_BYTES = 32

const { BASE } = ed25519.Point
const { ORDER } = ed25519.Point.Fn

/** The proof that one knows the password: its signature of the server's nonce, 64 bytes. */
export function ed25519Proof(password: string, nonce: Uint8Array): Buffer {
  const expanded = sha512(Buffer.from(password, 'utf8'))
  const secret = fromLittleEndian(clamped(expanded.subarray(0, 32))) % ORDER
  const publicKey = BASE.multiply(secret).toBytes()
  const r = fromLittleEndian(sha512(expanded.subarray(32), nonce)) % ORDER
  const point = BASE.multiply(r).toBytes()
  const k = fromLittleEndian(sha512(point, publicKey, nonce)) % ORDER
  return Buffer.concat([point, toLittleEndian((r + k * secret) % ORDER)])
}

function clamped(bytes: Uint8Array): Uint8Array {
  const key = Uint8Array.from(bytes)
  key[0] = (key[0] ?? 0) & 0xf8
  key[31] = ((key[31] ?? 0) & 0x7f) | 0x40
  return key
}

function fromLittleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes.toReversed()).toString('hex')}`)
}

function toLittleEndian(value: bigint): Buffer {
  return Buffer.from(Buffer.from(value.toString(16).padStart(64, '0'), 'hex').toReversed())
}

function sha512(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha512')
  for (const part of parts) hash.update(part)
  return hash.digest()
}
