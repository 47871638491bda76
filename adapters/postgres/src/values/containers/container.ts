import type { CellMasker } from '@sluice/core/mask/plan'
import { asBuffer, makesNull } from '@sluice/core/mask/within'
import type { MaskRequest } from '../families/family.ts'

/** A masker and what it can stand for, compiled for one type that others are made of. */
export type Compiled = {
  readonly mask: CellMasker
  /** Every value becomes NULL. */
  readonly nulls: boolean
}

/** What compiling a type that is made of others needs. */
export type PartRequest = Pick<MaskRequest, 'format'> & {
  /** Compiles the type of a part, in the same format and for the same transform. */
  readonly part: (type: number, modifier?: number) => Compiled
  /** The transform tells nothing of a value: then neither may how many parts it has. */
  readonly constant: boolean
}

/** Likewise, for a transform of the policy. */
export type ContainerRequest = MaskRequest & PartRequest

/** The longest constant that is made of parts, in bytes: rows of rows could multiply without end. */
export const CONSTANT_LIMIT_BYTES = 64 * 1024

/** Every value becomes this, or NULL where it is too long. */
export const constantOnly = (cell: Buffer): Compiled =>
  cell.length > CONSTANT_LIMIT_BYTES ? NULLS : { nulls: false, mask: () => cell }

/** A value from which a constant transform makes its constant. */
export const NO_VALUE = Buffer.alloc(0)

/** Every value becomes NULL. */
export const NULLS: Compiled = { mask: makesNull, nulls: true }

/** A masker for cells that may turn out to be malformed: those become NULL, for nothing is known of them. */
export const guarded = (mask: (cell: Buffer) => Buffer | null): Compiled => ({
  nulls: false,
  mask: (cell) => {
    try {
      return mask(asBuffer(cell))
    } catch (error) {
      if (error instanceof Malformed) return null
      throw error
    }
  },
})

/** A cell is not laid out as its type says. */
export class Malformed extends Error {
  override readonly name = 'Malformed'
}
