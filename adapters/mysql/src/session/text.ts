import { isAsciiSafe } from '../dialect/charsets.ts'
import { errno } from '../replies/errno.ts'
import type { Refusal } from '../replies/refusal.ts'

/** Character sets whose bytes are UTF-8; `binary` is not converted, so its names are the server's own UTF-8. */
const UTF8: ReadonlySet<string> = new Set(['utf8', 'utf8mb3', 'utf8mb4', 'ascii', 'binary'])

const BEYOND_ASCII = /[\u0080-\u00ff]/

/** Whether a text, given as latin1, is the same in every character set that is taken. */
export const isAscii = (latin1: string): boolean => !BEYOND_ASCII.test(latin1)

/** Whether the same bytes are the same text in both character sets. */
export const readsAlike = (a: string, b: string): boolean => a === b || (UTF8.has(a) && UTF8.has(b))

/**
 * What the bytes of a text say, given as latin1, which has a character for each. Bytes that are no UTF-8 become U+FFFD: no
 * ASCII character among them is lost, so every quote and every name stays what it is to the database, which takes such
 * bytes in literals only. Of other character sets, but latin1, only ASCII is read: another letter in the name of a table
 * would be another table. INVARIANT (no-unread-bytes).
 */
export function readableText(latin1: string, characterSet: string): string | Refusal {
  if (!isAsciiSafe(characterSet)) return unreadable(characterSet)
  if (isAscii(latin1)) return latin1
  const bytes = Buffer.from(latin1, 'latin1')
  if (UTF8.has(characterSet)) return bytes.toString('utf8')
  if (characterSet === 'latin1') return windows1252.decode(bytes)
  return unreadable(characterSet)
}

/** "The latin1 character set is the same as cp1252" (MySQL, "West European Character Sets"). */
const windows1252 = new TextDecoder('windows-1252')

function unreadable(characterSet: string): Refusal {
  return {
    code: errno.unknownCharacterSet,
    message: `a text in the character set \`${characterSet}\` is not read beyond ASCII, so it is not run`,
    hint: 'send `SET NAMES utf8mb4` first, or let the driver do so',
  }
}
