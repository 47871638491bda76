// RFC 5802, "Formal Syntax": what the messages of both sides are made of.

/** Longer messages are refused. The longest that PostgreSQL's clients and servers send has some 200 bytes. */
export const MAX_SCRAM_MESSAGE_BYTES = 2048
/** Of each side's part. Drivers send 18 to 32 random bytes in base64. */
export const MAX_NONCE_CHARS = 256

/** `name=value`. The value may be empty: libpq sends an empty user name. */
type ScramAttribute = { readonly name: string; readonly value: string }

/** A message as text, one character a byte, so that it hashes as it came. Undefined: too long, or with a zero byte. */
export function scramText(message: Uint8Array): string | undefined {
  if (message.length > MAX_SCRAM_MESSAGE_BYTES || message.includes(0)) return undefined
  return Buffer.from(message).toString('latin1')
}

/** The bytes of a text from `scramText`, or of ASCII. */
export function scramBytes(text: string): Buffer {
  return Buffer.from(text, 'latin1')
}

/**
 * The attributes in order. Undefined: not a list of them, one comes twice, or `m` is among them, which RFC 5802
 * keeps for extensions that must be understood.
 */
export function readAttributes(text: string): readonly ScramAttribute[] | undefined {
  const attributes: ScramAttribute[] = []
  const seen = new Set(['m'])
  for (const part of text.split(',')) {
    const name = /^[A-Za-z]=/.test(part) ? (part[0] as string) : 'm'
    if (seen.has(name)) return undefined
    seen.add(name)
    attributes.push({ name, value: part.slice(2) })
  }
  return attributes
}

/** The values of the attributes that a message must open with, in that order. Undefined: they are not there. */
export function leadingValues(
  attributes: readonly ScramAttribute[],
  names: string,
): readonly string[] | undefined {
  const found = attributes.slice(0, names.length)
  if (found.map((attribute) => attribute.name).join('') !== names) return undefined
  return found.map((attribute) => attribute.value)
}

/** Whether `text` is printable ASCII without a comma, and of a length that one side's nonce may have. */
export function isNonce(text: string): boolean {
  return text.length <= MAX_NONCE_CHARS && /^[!-+\--~]+$/.test(text)
}

/** Base64 in its one right spelling (padded, no spare bits), or undefined. */
export function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? bytes : undefined
}

/** Bytes in that spelling. */
export function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64')
}
