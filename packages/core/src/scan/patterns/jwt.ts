// RFC 7519, "JSON Web Token"; RFC 7515, "JWS Compact Serialization Overview"
import { is, LINE, skip, stands, WORD } from '../characters.ts'
import type { Pattern } from '../pattern.ts'

const DOT = 0x2e
/** Parts shorter than this are no token's. */
const PART_LEAST = 10
/** The longest part, in bytes. */
const PART_MOST = 64 * 1024

/** JSON Web Tokens: `eyJ` is how `{"` looks in base64url. */
export const jwt: Pattern = {
  id: 'jwt',
  label: 'secret.token',
  anchors: 'J',
  find: (bytes, at, span) => {
    const from = at - 2
    if (!stands(bytes, from, 'eyJ') || is(bytes, from - 1, WORD | LINE)) return false
    const head = skip(bytes, from, WORD | LINE, PART_MOST)
    if (head - from < PART_LEAST || bytes[head] !== DOT) return false
    const body = skip(bytes, head + 1, WORD | LINE, PART_MOST)
    if (body - head < PART_LEAST || bytes[body] !== DOT) return false
    span.from = from
    span.to = skip(bytes, body + 1, WORD | LINE, PART_MOST)
    return true
  },
}
