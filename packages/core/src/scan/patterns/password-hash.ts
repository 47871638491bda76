import { is, LINE, skip, stands, WORD } from '../characters.ts'
import type { Pattern } from '../pattern.ts'

const HEADS = ['$2a$', '$2b$', '$2y$', '$argon2', '$6$', '$5$', '$1$', '$scrypt$', '$pbkdf2', '$y$']
const LEAST = 28
const MOST = 512

/** Password hashes in the modular crypt format: crypt(5), "Available Hashing Methods". */
export const passwordHash: Pattern = {
  id: 'password-hash',
  label: 'secret.password-hash',
  anchors: '$',
  find: (bytes, at, span) => {
    if (!HEADS.some((head) => stands(bytes, at, head))) return false
    let to = at
    while (to - at < MOST && (is(bytes, to, WORD | LINE) || isPart(bytes[to])))
      to = skip(bytes, to + 1, WORD, MOST)
    if (to - at < LEAST) return false
    span.from = at
    span.to = to
    return true
  },
}

/** `$`, `.`, `/`, `+`, `=`, `,`: what base64 and parameters have beside letters and digits. */
const isPart = (byte: number | undefined): boolean =>
  byte === 0x24 || byte === 0x2e || byte === 0x2f || byte === 0x2b || byte === 0x3d || byte === 0x2c
