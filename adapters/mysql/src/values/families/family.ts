import type { CellMasker } from '@sluice/core/mask/plan'
import type { TransformSpec } from '@sluice/core/mask/transform'
import type { Described } from '../column.ts'

/** What a masker of cells is compiled from. */
export type MaskRequest = {
  readonly transform: TransformSpec
  readonly column: Described
  /** The deployment's masking key. */
  readonly key: Uint8Array
}

/**
 * Columns that are masked alike. `mask`: the masker for the transform, whose NULL says that the type has no room for it.
 * `zero`: a value that tells nothing, for columns that take no NULL.
 */
export type TypeFamily = {
  readonly mask: (request: MaskRequest) => CellMasker
  readonly zero: (column: Described) => Buffer
}
