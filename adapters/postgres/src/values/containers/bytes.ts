import { Malformed } from './container.ts'

/** A signed 32-bit integer. Throws Malformed where the cell ends before it. */
export const i32 = (cell: Buffer, at: number): number => {
  if (at + 4 > cell.length) throw new Malformed()
  return cell.readInt32BE(at)
}

/** An unsigned one. */
export const u32 = (cell: Buffer, at: number): number => i32(cell, at) >>> 0

/** `length` bytes at `at`. Throws Malformed where they are not there. */
export const slice = (cell: Buffer, at: number, length: number): Buffer => {
  if (length < 0 || length > cell.length - at) throw new Malformed()
  return cell.subarray(at, at + length)
}

/** 32-bit integers, one after the other. */
export const words = (...values: readonly number[]): Buffer => {
  const bytes = Buffer.allocUnsafe(values.length * 4)
  for (const [at, value] of values.entries()) bytes.writeInt32BE(value | 0, at * 4)
  return bytes
}

/** A value with its length before it; NULL is the length -1. */
export const field = (value: Uint8Array | null): readonly Buffer[] =>
  value === null ? [words(-1)] : [words(value.length), Buffer.from(value)]
