import type { MasksWithin } from '../plan.ts'
import { REVEALS_NULLNESS, type SpecOf, type TransformDefinition } from './definition.ts'

/** The longest text, in UTF-16 code units, whose characters are told apart; a longer one is hidden whole unless ASCII. */
export const PARTIAL_SEGMENT_LIMIT = 4096

const MASK = '*'
const MASK_CODE = 0x2a
const NOT_ASCII = /[^\0-\x7f]/
const characters = new Intl.Segmenter('und', { granularity: 'grapheme' })

/**
 * Keeps the first and last characters (as a reader counts them: graphemes), the rest become `*`.
 * At least half of the characters are hidden: a value too short for that is hidden whole.
 */
export const partial: TransformDefinition<SpecOf<'partial'>> = {
  kind: 'partial',
  reveals: (spec) => ({
    ...REVEALS_NULLNESS,
    length: true,
    first: count(spec.first),
    last: count(spec.last),
  }),
  compile: (spec) => {
    const first = count(spec.first)
    const last = count(spec.last)
    return (text) => {
      if (!NOT_ASCII.test(text)) return hideAscii(text, first, last)
      if (text.length > PARTIAL_SEGMENT_LIMIT) return MASK.repeat(text.length)
      return hideCharacters(text, first, last)
    }
  },
}

/** The longest text, in bytes, that is told to be ASCII byte by byte: a longer one is quicker otherwise. */
const BYTES_LIMIT = 64

/** Likewise on the bytes of a short ASCII text, without making a text of them; -1 for others. */
export const partialWithin = (spec: SpecOf<'partial'>): MasksWithin => {
  const first = count(spec.first)
  const last = count(spec.last)
  return (bytes, from, to, into) => {
    const length = to - from
    if (length > BYTES_LIMIT) return -1
    for (let at = from; at < to; at++) if ((bytes[at] as number) > 0x7f) return -1
    const hidden = length - first - last
    const shows = hidden * 2 >= length
    for (let at = 0; at < length; at++)
      into[at] = shows && (at < first || at >= length - last) ? (bytes[from + at] as number) : MASK_CODE
    return length
  }
}

const hideAscii = (text: string, first: number, last: number): string => {
  const hidden = text.length - first - last
  if (hidden * 2 < text.length) return MASK.repeat(text.length)
  return text.slice(0, first) + MASK.repeat(hidden) + text.slice(text.length - last)
}

const hideCharacters = (text: string, first: number, last: number): string => {
  const parts = Array.from(characters.segment(text), (part) => part.segment)
  const hidden = parts.length - first - last
  if (hidden * 2 < parts.length) return MASK.repeat(parts.length)
  return parts.slice(0, first).join('') + MASK.repeat(hidden) + parts.slice(parts.length - last).join('')
}

/** A count that makes no sense keeps nothing. */
const count = (value: number): number => (Number.isSafeInteger(value) && value > 0 ? value : 0)
