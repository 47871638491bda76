import type { ResultColumn } from '@sluice/core/mask/plan'
import type { TransformSpec } from '@sluice/core/mask/transform'
import type { ConstantReader } from '../constants/constant.ts'

/** A plain type whose values have a text that is the same whatever the format and the session's settings are. */
export type Scalar = {
  /** The neutral text of a cell; null where it has none (infinity, a date in another style than ISO). */
  readonly read: (cell: Buffer, format: ResultColumn['format']) => string | null
  /** A neutral text as a value of the type. */
  readonly write: ConstantReader
  /** Transforms of the neutral text whose result is again one. */
  readonly room: ReadonlySet<TransformSpec['kind']>
  /** True for floats: their texts may be rounded ones. */
  readonly mayBeRounded?: true
  /** The neutral text of the value that stands for a keyed hash, given as 32 hex digits; absent: no room for one. */
  readonly hashed?: (hex: string) => string
}
