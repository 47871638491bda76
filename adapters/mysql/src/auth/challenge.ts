import { randomBytes } from 'node:crypto'
import { CHALLENGE_BYTES } from './plugins.ts'

/**
 * A new challenge: random bytes without a zero, which would end it for most clients, nor the dollar sign, which the
 * server avoids as well (mysys/crypt_genhash_impl.cc, generate_user_salt). 7 bits each.
 */
export function newChallenge(): Buffer {
  return randomBytes(CHALLENGE_BYTES).map((byte) => {
    const printable = byte & 0x7f
    return printable === 0 || printable === DOLLAR ? printable + 1 : printable
  }) as Buffer
}

const DOLLAR = 0x24
