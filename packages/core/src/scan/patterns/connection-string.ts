// RFC 3986, "Authority"
import { BLANK, is, skipBack, stands, WORD } from '../characters.ts'
import type { Pattern } from '../pattern.ts'

/** The longest name and password together, in bytes. */
const USER_MOST = 256
const AT = 0x40
const COLON = 0x3a
const SLASH = 0x2f
const QUOTE = 0x22

/** Name and password in an address such as `postgres://app:secret@host`. */
export const connectionString: Pattern = {
  id: 'connection-string',
  label: 'secret.connection-string',
  anchors: '@',
  find: (bytes, at, span) => {
    let password = false
    for (let from = at - 1; at - from <= USER_MOST && from > 2; from--) {
      const byte = bytes[from]
      if (byte === AT || is(bytes, from, BLANK)) return false
      if (byte === COLON) password = true
      if (byte !== SLASH) continue
      // Both slashes and the scheme before them; a slash of its own ends the search.
      if (bytes[from - 1] !== SLASH || bytes[from - 2] !== COLON || !password) return false
      if (skipBack(bytes, from - 2, WORD, 2) === from - 2) return false
      span.from = from + 1
      span.to = lastAt(bytes, at)
      return true
    }
    return false
  },
}

/**
 * The last `@` before the host: a password may have some of its own, and slashes behind them. Where another address or
 * the end of a text comes first, what is behind a slash is a path.
 */
const lastAt = (bytes: Uint8Array, first: number): number => {
  let last = first
  for (let at = first + 1; at - first <= USER_MOST && at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === QUOTE || is(bytes, at, BLANK) || stands(bytes, at, '://')) break
    if (byte === AT) last = at
  }
  return last
}
