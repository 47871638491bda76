import { Buffer } from 'node:buffer'
import {
  BACKSLASH,
  BEYOND,
  BLANK,
  DIGIT,
  is,
  kindsAt,
  LOWER,
  separatorAt,
  skip,
  spaceBefore,
  stands,
  UPPER,
} from './characters.ts'
import type { Pattern, Span } from './pattern.ts'
import { patterns } from './patterns/index.ts'
import { mayBeGroups } from './patterns/number.ts'

/** The longest cell that is searched, in bytes. A longer one is not shown at all: 1 MiB, some milliseconds of work. */
export const SCAN_LIMIT_BYTES = 1024 * 1024

/** Patterns by the byte that calls them. */
const byAnchor: readonly (readonly Pattern[])[] = Array.from({ length: 256 }, (_, code) =>
  patterns.filter(({ anchors }) => anchors.includes(String.fromCharCode(code))),
)
const AMPERSAND = 0x26
/** 1 for the bytes that call one, and those that escapes begin with: the only table that most bytes of a text meet. */
const isAnchor = Uint8Array.from(byAnchor, (called, code) =>
  called.length > 0 || code === AMPERSAND || code === BACKSLASH ? 1 : 0,
)
const ZERO = 0x30
const NINE = 0x39
const NUMBER_SIGN = 0x23

/** `*`: stands for a found character. */
export const STAR = 0x2a

/** What was found in a text: `[from, to)` pairs in bytes, in order, none overlapping. */
export type Hits = readonly number[]

/** What a search sees beside its hits: one object for many searches. */
export type Met = {
  /** Set where there are escapes beside the hits: a backslash, or a reference to a character such as `&#64;`. */
  escapes: boolean
}

const unread: Met = { escapes: false }

/**
 * Searches a text as it is written for what looks personal or secret; undefined where there is nothing. One pass, linear in
 * the length: every pattern looks at a bounded number of bytes around an anchor. `bytes` is UTF-8 or another encoding in
 * which bytes below 0x80 mean ASCII.
 */
export const scan = (bytes: Uint8Array, met: Met = unread): Hits | undefined => {
  let hits: number[] | undefined
  const end = bytes.length
  let at = 0
  for (;;) {
    while (at < end && isAnchor[bytes[at] as number] === 0) at++
    if (at >= end) return hits
    const byte = bytes[at] as number
    if (byte === BACKSLASH || (byte === AMPERSAND && isReference(bytes, at))) met.escapes = true
    // Of a run of digits only the beginning calls, and most can be told at a glance to begin nothing.
    const next = byte <= NINE && byte >= ZERO ? digitsEnd(bytes, at + 1) : at + 1
    const begins = byte > NINE || byte < ZERO || mayBegin(bytes, at, next)
    if (!begins || !matches(byAnchor[byte] as readonly Pattern[], bytes, at)) {
      at = next
      continue
    }
    hits ??= []
    // A match may reach back into the one before it.
    hits.push(Math.max(span.from, hits.at(-1) ?? 0), span.to)
    at = Math.max(span.to, at + 1)
  }
}

/** `&#64;`, `&#x40;`, and what may come to be one: `&amp;#64;`. */
const isReference = (bytes: Uint8Array, at: number): boolean =>
  bytes[at + 1] === NUMBER_SIGN || stands(bytes, at + 1, 'amp;')

const digitsEnd = (bytes: Uint8Array, from: number): number => {
  let to = from
  while (to < bytes.length && (bytes[to] as number) >= ZERO && (bytes[to] as number) <= NINE) to++
  return to
}

/** The fewest digits of a number in one piece: the others have groups. */
const WHOLE_LEAST = 11
/** More digits than any group has. */
const WHOLE_MOST = 20

/**
 * Whether anything can begin with the digits in `[at, to)`: they stand behind capitals, or are many, or as many more follow
 * behind a separator as some number has, or a capital ends them. Behind a small letter nothing begins.
 */
const mayBegin = (bytes: Uint8Array, at: number, to: number): boolean => {
  const before = kindsAt(bytes, at - 1)
  if ((before & LOWER) !== 0) return false
  if ((before & UPPER) !== 0 || to - at >= WHOLE_LEAST || is(bytes, to, UPPER)) return true
  if ((before & (BLANK | BEYOND)) !== 0 && is(bytes, at - spaceBefore(bytes, at) - 1, UPPER)) return true
  const from = to + separatorAt(bytes, to)
  if (from === to) return false
  const second = skip(bytes, from, DIGIT, WHOLE_MOST) - from
  return second > 0 && mayBeGroups(to - at, second)
}

// One for all searches, which are synchronous: it is read before the next one begins.
const span: Span = { from: 0, to: 0 }

const matches = (called: readonly Pattern[], bytes: Uint8Array, at: number): boolean => {
  for (const pattern of called) if (pattern.find(bytes, at, span)) return true
  return false
}

/**
 * A copy of the text in which every found character is `mask`, an ASCII character: no more of them than there were, so
 * that the text stays as long as its column has room for.
 */
export const blotted = (bytes: Uint8Array, hits: Hits, mask: number = STAR): Buffer => {
  const copy = Buffer.allocUnsafe(bytes.length)
  let length = 0
  let at = 0
  for (let i = 0; i < hits.length; i += 2) {
    for (const from = hits[i] as number; at < from; at++) copy[length++] = bytes[at] as number
    for (const to = hits[i + 1] as number; at < to; at++)
      if (((bytes[at] as number) & FOLLOWS) !== 0x80) copy[length++] = mask
  }
  for (; at < bytes.length; at++) copy[length++] = bytes[at] as number
  return copy.subarray(0, length)
}

/** RFC 3629, "UTF-8 definition": the bits that tell the bytes of a character behind its first one. */
const FOLLOWS = 0xc0
