import type { Source } from './lower.ts'

/** Byte offsets of UTF-8 to offsets in the string; undefined where they are the same. */
const stringOffsets = (text: string): Uint32Array | undefined => {
  // Every character beyond ASCII takes more bytes than code units.
  if (Buffer.byteLength(text) === text.length) return undefined
  const table = new Uint32Array(Buffer.byteLength(text) + 1)
  let byte = 0
  let unit = 0
  for (const char of text) {
    const bytes = Buffer.byteLength(char)
    table.fill(unit, byte, byte + bytes)
    byte += bytes
    unit += char.length
  }
  table[byte] = unit
  return table
}

/** The index of the first slot at or after `offset`. */
const firstFrom = (slots: readonly number[], offset: number): number => {
  let low = 0
  let high = slots.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (slots[middle]! < offset) low = middle + 1
    else high = middle
  }
  return low
}

/** From libpg's byte locations to offsets of the canonical text and ordinals of its literals. */
export const offsets = ({ text, literals, slots }: Source) => {
  const table = stringOffsets(text)
  // libpg leaves a location of 0 out and gives -1 for an unknown one.
  const offset = (location = 0): number | undefined => {
    if (location < 0) return undefined
    return table === undefined ? location : table[location]
  }
  return {
    at: (location: number | undefined): number | undefined => (literals ? undefined : offset(location)),
    slot: (location: number | undefined): number | undefined => {
      const from = offset(location)
      if (from === undefined) return undefined
      const index = firstFrom(slots, from)
      const place = slots[index]
      if (place === undefined) return undefined
      // A negative number's location is that of its sign (doNegate in gram.y).
      return place === from || /^- ?$/.test(text.slice(from, place)) ? index : undefined
    },
  }
}
