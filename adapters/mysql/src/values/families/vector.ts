import { makesNull } from '@sluice/core/mask/within'
import type { TypeFamily } from './family.ts'

/** Bytes of the longest vector: MySQL's of 16,383 numbers of four bytes. */
const MOST_BYTES = 16_383 * 4

/** VECTOR: numbers of four bytes, all of them zero where there must be a value. */
export const vectorFamily: TypeFamily = {
  mask: () => makesNull,
  zero: ({ length }) => Buffer.alloc(Math.max(4, Math.min(length, MOST_BYTES) & ~3)),
}
