import { Buffer } from 'node:buffer'
import { hash as digest } from 'node:crypto'
import { REVEALS_NULLNESS, type SpecOf, type TransformDefinition } from './definition.ts'

/** How many hex characters of the HMAC are shown: 128 bits. */
export const HASH_LENGTH = 32

/** SHA-256's block size in bytes: FIPS 180-4, "SHA-256". */
const BLOCK = 64

/** Equal values become equal, joinable pseudonyms: HMAC-SHA-256 under the key, lower-case hex, first 32 characters. */
export const hash: TransformDefinition<SpecOf<'hash'>> = {
  kind: 'hash',
  reveals: () => ({ ...REVEALS_NULLNESS, equality: true }),
  compile: (_spec, key) => {
    const hmac = keyedHash(key)
    return (text) => hmac(Buffer.from(text, 'utf8'))
  },
}

/**
 * The hash of a value's bytes. RFC 2104, "Definition of HMAC", out of two one-shot digests: 0.8 µs a value against
 * 10.8 µs with `createHmac` (Node 24.21, 22-byte values). The inner one comes as a text of one character a byte, which
 * takes half the time of a buffer.
 */
export const keyedHash = (key: Uint8Array): ((value: Uint8Array) => string) => {
  if (key.length === 0) throw new Error('the masking key is empty: set a masking key of at least 32 bytes')
  const block = Buffer.alloc(BLOCK)
  block.set(key.length > BLOCK ? digest('sha256', key, 'buffer') : key)
  const inner = block.map((byte) => byte ^ 0x36)
  const outer = Buffer.alloc(BLOCK + 32)
  outer.set(block.map((byte) => byte ^ 0x5c))
  return (value) => {
    const message = Buffer.allocUnsafe(BLOCK + value.length)
    message.set(inner)
    message.set(value, BLOCK)
    outer.write(digest('sha256', message, 'binary'), BLOCK, 'latin1')
    return digest('sha256', outer, 'hex').slice(0, HASH_LENGTH)
  }
}
