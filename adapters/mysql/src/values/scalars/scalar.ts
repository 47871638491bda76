import type { TransformSpec } from '@sluice/core/mask/transform'
import type { Described } from '../column.ts'

/** Values of one column whose type is no text: its text is the same in both protocols. */
export type Scalar = {
  /** The neutral text of a cell; null where it has none. */
  readonly read: (cell: Buffer) => string | null
  /** A neutral text as a cell; null where it is no value of the type. */
  readonly write: (text: string) => Buffer | null
  /** Transforms of the neutral text whose result is again one. */
  readonly room: ReadonlySet<TransformSpec['kind']>
  /** The neutral text of the value that stands for a keyed hash, given as 32 hex digits; absent: no room for one. */
  readonly hashed?: (hex: string) => string
  /** The neutral text of a value that tells nothing. */
  readonly zero: string
}

/** Makes the scalar of a column. */
export type ScalarOf = (column: Described) => Scalar

/** Nothing but a constant has room. */
export const NOTHING: ReadonlySet<never> = new Set<never>()

/** A text of ASCII alone as the text protocol has it. */
export const ascii = (text: string): Buffer => Buffer.from(text, 'latin1')
