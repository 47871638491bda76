// RFC 4013, "SASLprep: Stringprep Profile for User Names and Passwords", applied the way PostgreSQL applies it
// to passwords (src/common/saslprep.c): the checks look at the mapped text, before normalisation.
import {
  LEFT_TO_RIGHT,
  MAPPED_TO_NOTHING,
  NON_ASCII_SPACE,
  PROHIBITED,
  RIGHT_TO_LEFT,
  UNASSIGNED,
} from './saslprep-tables.ts'

/**
 * A password in the form that is hashed. PostgreSQL hashes the raw password where preparation fails (a prohibited
 * or unassigned character, mixed directions, nothing left), so this does too: a password that works at the database
 * works here. Two spellings that look alike (`ﬁ` and `fi`) become one.
 */
export function preparedPassword(password: string): string {
  return saslprep(password) ?? password
}

/** The prepared string, or undefined where RFC 4013 refuses it. ASCII is returned as it is, as PostgreSQL does. */
export function saslprep(text: string): string | undefined {
  if (isAscii(text)) return text
  const mapped = mapCharacters(text)
  if (mapped.length === 0) return undefined
  if (mapped.some((c) => prohibited().has(c) || unassigned().has(c))) return undefined
  if (!directionsAgree(mapped)) return undefined
  return mapped
    .map((c) => String.fromCodePoint(c))
    .join('')
    .normalize('NFKC')
}

/** RFC 4013 2.1, "Mapping". U+200B is in both tables; like PostgreSQL, the space wins. */
function mapCharacters(text: string): number[] {
  const out: number[] = []
  for (const character of text) {
    const code = character.codePointAt(0) as number
    if (nonAsciiSpace().has(code)) out.push(0x20)
    else if (!mappedToNothing().has(code)) out.push(code)
  }
  return out
}

/** RFC 3454 6, "Bidirectional Characters". */
function directionsAgree(codes: readonly number[]): boolean {
  const rightToLeft = rightToLeftSet()
  if (!codes.some((c) => rightToLeft.has(c))) return true
  if (codes.some((c) => leftToRightSet().has(c))) return false
  return rightToLeft.has(codes[0] as number) && rightToLeft.has(codes.at(-1) as number)
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0x7f) return false
  return true
}

type CodePointSet = { has(code: number): boolean }

const nonAsciiSpace = onFirstUse(NON_ASCII_SPACE)
const mappedToNothing = onFirstUse(MAPPED_TO_NOTHING)
const prohibited = onFirstUse(PROHIBITED)
const unassigned = onFirstUse(UNASSIGNED)
const rightToLeftSet = onFirstUse(RIGHT_TO_LEFT)
const leftToRightSet = onFirstUse(LEFT_TO_RIGHT)

/** Passwords beyond ASCII are rare: a table is read when the first one comes. */
function onFirstUse(table: string): () => CodePointSet {
  let set: CodePointSet | undefined
  return () => (set ??= codePointSet(table))
}

function codePointSet(table: string): CodePointSet {
  const bounds = table
    .trim()
    .split(/\s+/)
    .map((range) => range.split('-').map((hex) => Number.parseInt(hex, 16)))
  const starts = bounds.map(([start]) => start as number)
  const ends = bounds.map(([start, end]) => end ?? (start as number))
  return { has: (code) => code <= (ends[lastAtMost(starts, code)] ?? -1) }
}

/** The index of the last element that is not above `value`, or -1. */
function lastAtMost(sorted: readonly number[], value: number): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] as number) <= value) low = middle + 1
    else high = middle
  }
  return low - 1
}
