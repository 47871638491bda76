import { Buffer, isUtf8 } from 'node:buffer'
import { type Hits, STAR, scan } from '@sluice/core/scan/scan'

const LAST_ASCII = 0x7f
/** No second byte is less: that of gb18030 may be a digit. */
const SECOND_LEAST = 0x30
/** Bytes that are no text have shorter ones by chance: with this one in some 200 MiB. */
const CHANCE_BYTES = 10

/** Control characters that no text has. */
const isControl = Uint8Array.from({ length: 256 }, (_, code) =>
  code < 0x20 && code !== 0x09 && code !== 0x0a && code !== 0x0d ? 1 : 0,
)

/** Whether bytes could be a text in one of the character sets that have ASCII. */
export const isText = (bytes: Uint8Array): boolean => {
  for (let at = 0; at < bytes.length; at++) if (isControl[bytes[at] as number] === 1) return false
  return true
}

/** ASCII and Latin in UTF-16 and UTF-32: as many characters as the shortest address has. */
const WIDE = [/(?:\0[\x20-\xff]){6,}/g, /(?:[\x20-\xff]\0){6,}/g, /(?:\0\0\0[\x20-\xff]){6,}/g]

/**
 * Searches bytes that may be texts of any character set, beside what `scan` finds where they are UTF-8: undefined where
 * there is nothing. What is found becomes stars, byte by byte: what is no text at all stays as long as it is.
 */
export const scanUntold = (bytes: Buffer): Buffer | undefined => {
  const wide = bytes.includes(0) ? wideHits(bytes) : []
  const hits = isUtf8(bytes) ? wide : [...wide, ...asciiHits(bytes)]
  if (hits.length === 0) return undefined
  const shown = Buffer.from(bytes)
  for (let i = 0; i < hits.length; i += 2) shown.fill(STAR, hits[i], hits[i + 1])
  return shown
}

const wideHits = (bytes: Buffer): Hits => {
  const latin1 = bytes.toString('latin1')
  return WIDE.flatMap((run) =>
    Array.from(latin1.matchAll(run))
      .filter(([found]) => scan(Buffer.from(found.replaceAll('\0', ''), 'latin1')) !== undefined)
      .flatMap(({ index, 0: found }) => [index, index + found.length]),
  )
}

/** Of a character of several bytes the second may be ASCII: a letter or a digit before a number would hide it. */
const asciiHits = (bytes: Buffer): Hits => {
  if (!isText(bytes)) return longHits(ascii(bytes, false))
  return [...(scan(ascii(bytes, false)) ?? []), ...(scan(ascii(bytes, true)) ?? [])]
}

const longHits = (bytes: Buffer): Hits => {
  const hits = scan(bytes) ?? []
  return hits.filter((_, i) => {
    const first = i & ~1
    return (hits[first + 1] ?? 0) - (hits[first] ?? 0) >= CHANCE_BYTES
  })
}

/** Zero in the place of all that is no ASCII: what is none has letters too, but bytes that are no text would be full of them. */
const ascii = (bytes: Buffer, without: boolean): Buffer => {
  const shape = Buffer.from(bytes)
  for (let at = 0; at < bytes.length; at++) {
    const isSecond = without && (bytes[at] as number) >= SECOND_LEAST && (bytes[at - 1] ?? 0) > LAST_ASCII
    if (isSecond || (bytes[at] as number) > LAST_ASCII) shape[at] = 0
  }
  return shape
}
