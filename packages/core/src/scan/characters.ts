/** What escapes begin with. */
export const BACKSLASH = 0x5c

/** What a byte can be; a byte can be several. */
export const DIGIT = 1
/** `A` to `Z`. */
export const UPPER = 2
/** `a` to `z`. */
export const LOWER = 4
/** `-` and `_`, which base64url and most keys have beside letters and digits. */
export const LINE = 8
/** What the name in an e-mail address may have beside letters and digits: RFC 5322 `atext`, as far as it is used. */
export const MAIL = 16
/** `A` to `F`, `a` to `f`. */
export const HEX = 32
/** Space, tab and line ends. */
export const BLANK = 64
/**
 * Part of a character beyond ASCII: a letter, which addresses may have, or a quote, a wide colon or space. No number or key has
 * one, and where words are not parted by spaces a number begins and ends beside them.
 */
export const BEYOND = 128

/** Letters and digits of ASCII. */
export const WORD = DIGIT | UPPER | LOWER

const table = (): Uint8Array => {
  const kinds = new Uint8Array(257)
  const add = (characters: string, kind: number): void => {
    for (const character of characters) {
      const code = character.charCodeAt(0)
      kinds[code] = (kinds[code] ?? 0) | kind
    }
  }
  add('0123456789', DIGIT)
  add('ABCDEFGHIJKLMNOPQRSTUVWXYZ', UPPER)
  add('abcdefghijklmnopqrstuvwxyz', LOWER)
  add('-_', LINE)
  add('._%+-', MAIL)
  add('ABCDEFabcdef', HEX)
  add(' \t\r\n', BLANK)
  kinds.fill(BEYOND, 0x80, 0x100)
  return kinds
}

const KINDS = table()
/** Stands for what lies before the first and behind the last byte. */
const OUTSIDE = 256

/** What the byte at that place can be; nothing outside. */
export const kindsAt = (bytes: Uint8Array, at: number): number => KINDS[bytes[at] ?? OUTSIDE] as number

/** Whether the byte at that place is one of the kinds; false outside. */
export const is = (bytes: Uint8Array, at: number, kinds: number): boolean =>
  (kindsAt(bytes, at) & kinds) !== 0

/** The value of a digit. */
export const digit = (bytes: Uint8Array, at: number): number => (bytes[at] ?? 0) - 0x30

/** The first place from `at` on, at most `most` bytes on, that is none of the kinds. */
export const skip = (bytes: Uint8Array, at: number, kinds: number, most: number): number => {
  let end = at
  while (end - at < most && is(bytes, end, kinds)) end++
  return end
}

/** The first place of the run of the kinds that ends before `at`, at most `most` bytes back. */
export const skipBack = (bytes: Uint8Array, at: number, kinds: number, most: number): number => {
  let start = at
  while (at - start < most && is(bytes, start - 1, kinds)) start--
  return start
}

/** UTF-8: the first bytes of U+00A0, and of U+2000 to U+203F, where the other spaces and hyphens are. */
const NO_BREAK = 0xc2
const PUNCTUATION = 0xe2
const PUNCTUATION_NEXT = 0x80

const wideAt = (bytes: Uint8Array, at: number): number =>
  bytes[at] === PUNCTUATION && bytes[at + 1] === PUNCTUATION_NEXT ? (bytes[at + 2] ?? 0) : 0

/**
 * How many bytes the space at that place has; 0: there is none. Those that do not break or are thin part the groups of
 * numbers too: U+00A0, also in one byte as ISO 8859 has it, U+2000 to U+200A, U+202F.
 */
export const spaceAt = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at] ?? 0
  if (byte === 0x20 || byte === 0xa0) return 1
  if (byte < 0x80) return 0
  if (byte === NO_BREAK) return bytes[at + 1] === 0xa0 ? 2 : 0
  const wide = wideAt(bytes, at)
  return (wide >= 0x80 && wide <= 0x8a) || wide === 0xaf ? 3 : 0
}

/** The same for the space that ends before that place. */
export const spaceBefore = (bytes: Uint8Array, at: number): number => {
  if (bytes[at - 1] === 0x20) return 1
  if ((bytes[at - 1] ?? 0) < 0x80) return 0
  for (let width = 3; width > 0; width--) if (spaceAt(bytes, at - width) === width) return width
  return 0
}

/** The same for hyphens: `-`, and U+2010 to U+2015. */
export const hyphenAt = (bytes: Uint8Array, at: number): number => {
  if (bytes[at] === 0x2d) return 1
  const wide = wideAt(bytes, at)
  return wide >= 0x90 && wide <= 0x95 ? 3 : 0
}

/** The same for what may stand between two groups of digits: a space, a hyphen, a dot. */
export const separatorAt = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at] ?? 0
  if (byte < 0x80) return byte === 0x20 || byte === 0x2d || byte === 0x2e ? 1 : 0
  return spaceAt(bytes, at) || hyphenAt(bytes, at)
}

/** Whether the byte at that place goes on with a character of UTF-8. */
const isWithin = (bytes: Uint8Array, at: number): boolean => ((bytes[at] ?? 0) & 0xc0) === 0x80

/** The first place from `at` on where a character of UTF-8 begins, at most three bytes on. */
export const characterFrom = (bytes: Uint8Array, at: number): number => {
  let place = at
  while (place - at < 3 && isWithin(bytes, place)) place++
  return place
}

/** The last place up to `at` where a character of UTF-8 begins, at most three bytes back. */
export const characterBefore = (bytes: Uint8Array, at: number): number => {
  let place = at
  while (at - place < 3 && isWithin(bytes, place)) place--
  return place
}

/** Whether these ASCII characters stand there. */
export const stands = (bytes: Uint8Array, at: number, text: string): boolean => {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false
  return true
}
