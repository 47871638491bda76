import { Buffer } from 'node:buffer'
import type { CellMasker, MasksWithin } from './plan.ts'

/** The most bytes that a masker writes by itself: an e-mail address. */
export const MOST_WITHIN_BYTES = 512

/** Where masked cells stand until they are copied: one for all, as masking a cell never waits. */
export const maskedWithin: Uint8Array = new Uint8Array(MOST_WITHIN_BYTES)

/** A masker that masks most cells where they lie, and the others by `slow`. */
export const maskingWithin = (within: MasksWithin, slow: CellMasker): CellMasker => {
  const mask = (cell: Uint8Array): Uint8Array | null => {
    const length = within(cell, 0, cell.length, maskedWithin)
    return length < 0 ? slow(cell) : Buffer.from(maskedWithin.subarray(0, length))
  }
  return Object.assign(mask, { within })
}

/** Every cell becomes NULL: its type has no room for anything. */
export const makesNull: CellMasker = () => null

/** Every cell becomes these bytes, or NULL where there are none. */
export const makesBytes = (bytes: Uint8Array | null): CellMasker =>
  bytes === null ? makesNull : becoming(bytes)

/** Every cell becomes these bytes. */
const becoming = (bytes: Uint8Array): CellMasker => {
  const mask = (): Uint8Array => bytes
  if (bytes.length > MOST_WITHIN_BYTES) return mask
  const within: MasksWithin = (_bytes, _from, _to, into) => {
    for (let at = 0; at < bytes.length; at++) into[at] = bytes[at] as number
    return bytes.length
  }
  return Object.assign(mask, { within })
}

/** A cell as a `Buffer`, without a copy. */
export const asBuffer = (cell: Uint8Array): Buffer =>
  Buffer.isBuffer(cell) ? cell : Buffer.from(cell.buffer, cell.byteOffset, cell.byteLength)

const SPACE = 0x20

/** Where a value ends that a type of fixed length pads with spaces. */
export const endOfPadded = (bytes: Uint8Array, from: number, to: number): number => {
  let end = to
  while (end > from && bytes[end - 1] === SPACE) end--
  return end
}
