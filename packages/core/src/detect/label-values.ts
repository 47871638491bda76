import { Buffer } from 'node:buffer'
import type { Label } from '../catalog/label.ts'
import { numberForms } from '../scan/numbers/index.ts'
import type { Pattern, Span } from '../scan/pattern.ts'
import { patterns } from '../scan/patterns/index.ts'
import { scan } from '../scan/scan.ts'

/** The share of the values that are one thing as a whole from which on the column is for that thing. */
const WHOLE_SHARE = 0.5

/** The share of the values that have something in them from which on the column is a text about people. */
const INSIDE_SHARE = 0.05

/** One value may look like something by chance. */
const LEAST = 2

/** The most of one value that is looked at, in characters. */
export const VALUE_LIMIT = 4_096

/**
 * The labels of a column by a sample of its values: those that are told by their looks and, where they have any, by
 * their check digits. Values that are no texts come as the database writes them.
 */
export const labelValues = (values: readonly string[]): readonly Label[] => {
  const wholes = new Map<string, number>()
  let personal = 0
  let secret = 0
  const filled = values.map((value) => value.slice(0, VALUE_LIMIT).trim()).filter((value) => value !== '')
  for (const value of filled) {
    const bytes = Buffer.from(value)
    const whole = wholeOf(bytes)
    const inside = whole ?? insideOf(bytes)
    if (whole !== undefined) wholes.set(whole, (wholes.get(whole) ?? 0) + 1)
    if (inside?.startsWith('secret') === true) secret++
    else if (inside !== undefined) personal++
  }
  const found = [...wholes].filter(([, count]) => count >= LEAST && count >= filled.length * WHOLE_SHARE)
  if (found.length > 0) return found.map(([name, count]) => sampled(name, count / filled.length))
  const enough = Math.max(LEAST, filled.length * INSIDE_SHARE)
  return [
    ...(personal >= enough ? [sampled('pii.free-text', personal / filled.length)] : []),
    ...(secret >= enough ? [sampled('secret.free-text', secret / filled.length)] : []),
  ]
}

/** The more of them, the surer: two digits are enough. */
const sampled = (name: string, share: number): Label => ({
  name,
  origin: 'sample',
  confidence: Math.round(50 + share * 49) / 100,
})

const span: Span = { from: 0, to: 0 }

/** The label of a value that is one thing from its first to its last byte. */
const wholeOf = (bytes: Uint8Array): string | undefined => {
  const hits = scan(bytes)
  return hits?.length === 2 && hits[0] === 0 && hits[1] === bytes.length
    ? labelAt(bytes, 0, bytes.length)
    : undefined
}

/** The label of the first thing in it. */
const insideOf = (bytes: Uint8Array): string | undefined => {
  const [from, to] = scan(bytes) ?? []
  return from === undefined || to === undefined ? undefined : labelAt(bytes, from, to)
}

const labelAt = (bytes: Uint8Array, from: number, to: number): string => {
  const pattern = patterns.find((one) => finds(one, bytes, from, to))
  if (pattern?.id !== 'number') return pattern?.label ?? 'pii'
  const groups = Buffer.from(bytes.subarray(from, to)).toString('latin1').split(/[ .-]/)
  const digits = Array.from(groups.join(''), Number)
  const shape = groups.map(({ length }) => length).join(' ')
  return (
    numberForms.find((form) => form.shapes.includes(shape) && form.matches(digits))?.label ?? pattern.label
  )
}

const finds = (pattern: Pattern, bytes: Uint8Array, from: number, to: number): boolean => {
  for (let at = from; at < to; at++) {
    if (!pattern.anchors.includes(String.fromCharCode(bytes[at] ?? 0))) continue
    if (pattern.find(bytes, at, span) && span.from <= from && span.to >= to) return true
  }
  return false
}
