import { isUtf8 } from 'node:buffer'
import { type Fault, ProtocolViolation } from './violation.ts'

/**
 * How text is turned into bytes and back. Both are lossless here: `utf8` refuses what is not valid
 * UTF-8, and `latin1` maps each byte to one character, so it carries any ASCII-safe encoding through
 * unchanged (not as readable text, but byte for byte).
 */
export type TextEncoding = 'utf8' | 'latin1'

/** Decodes `bytes`. Throws ProtocolViolation (`encoding`) when `utf8` was asked for and the bytes are not. */
export function decodeText(bytes: Buffer, encoding: TextEncoding, fault: Fault, where: string): string {
  if (encoding === 'latin1') return bytes.toString('latin1')
  // A replacement character would let the analysed text differ from the text the database reads.
  if (!isUtf8(bytes)) {
    throw new ProtocolViolation(
      fault,
      'encoding',
      `text in \`${where}\` is not valid utf-8; set \`client_encoding\` to the encoding that is sent`,
    )
  }
  return bytes.toString('utf8')
}

/**
 * Checks that `text` can be written as zero-terminated bytes in `encoding` and read back unchanged.
 * Throws ProtocolViolation (fault `gateway`): a zero inside a string would start a second field.
 */
export function checkText(text: string, encoding: TextEncoding, where: string): void {
  if (text.includes('\0')) {
    throw new ProtocolViolation('gateway', 'malformed', `text for \`${where}\` holds a zero byte; remove it`)
  }
  checkEncodable(text, encoding, where)
}

/**
 * The bytes of a text whose length is written beside it, so that it may hold zeros. Throws ProtocolViolation (fault
 * `gateway`) when it cannot be read back unchanged.
 */
export function encodeText(text: string, encoding: TextEncoding, where: string): Buffer {
  checkEncodable(text, encoding, where)
  return Buffer.from(text, encoding)
}

/** The text as any protocol can tell it to people: what it cannot carry, a zero byte or half a character, is replaced. */
export function tellable(text: string): string {
  return text.toWellFormed().replaceAll('\0', REPLACEMENT)
}

/** U+FFFD, the replacement character. */
const REPLACEMENT = '\ufffd'

/** The last place at or before `limit` where a character of UTF-8 ends. */
export function characterBorder(bytes: Uint8Array, limit: number): number {
  let at = limit
  while (at > 0 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at -= 1
  return at
}

function checkEncodable(text: string, encoding: TextEncoding, where: string): void {
  if (encoding === 'utf8' ? text.isWellFormed() : isLatin1(text)) return
  throw new ProtocolViolation(
    'gateway',
    'encoding',
    `text for \`${where}\` cannot be written as ${encoding}; write it in the session's encoding`,
  )
}

function isLatin1(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    if (text.charCodeAt(i) > 0xff) return false
  }
  return true
}
