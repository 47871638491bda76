import type { Buffer } from 'node:buffer'
import type { MaskPlan, MasksWithin } from './plan.ts'

declare const proof: unique symbol

/**
 * Bytes of whole rows, as they go to the client, that a plan was applied to. INVARIANT (no-unproven-column): nothing
 * but `maskRows` and `rawRows` makes one, and writing rows to a client takes one.
 */
export type MaskedRow = Buffer & { readonly [proof]: true }

/**
 * How a protocol lays out rows: a cursor over rows that came in, and the rows that go out. Bounds are the codec's to
 * check; it throws the protocol's own violation. A codec that is not finished keeps its place between two runs.
 */
export type RowCodec = {
  /** Steps to the next whole row and returns its column count; -1 where there is none (yet). */
  open(): number
  /** Steps to the next cell; false where it is NULL. What is not replaced is kept as it stands. */
  next(): boolean
  /** The present cell's value. Valid until the next call. */
  cell(): Uint8Array
  /** Puts another value, or NULL, in place of the present cell. */
  replace(value: Uint8Array | null): void
  /** Puts in place of the present cell what `mask` makes of it; false where it makes nothing. Absent: not offered. */
  replaceWithin?(mask: MasksWithin): boolean
  /** Ends the row: nothing may follow its last cell. */
  close(): void
  /** The rows closed since the last call. The bytes are never written to again. */
  take(): Buffer
  /** The protocol's violation for a row that is not what its description says. */
  mismatch(message: string): Error
}

/**
 * Masks every whole row that the codec has. A row whose column count is not the plan's throws, and nothing of the
 * run is to be sent. A NULL stays NULL: there is nothing in it to mask.
 */
export const maskRows = (plan: MaskPlan, codec: RowCodec): MaskedRow => {
  const { cells } = plan
  for (let columns = codec.open(); columns >= 0; columns = codec.open()) {
    if (columns !== cells.length)
      throw codec.mismatch(
        `a row has ${columns} columns and its description ${cells.length}: run the statement again`,
      )
    for (const masker of cells) {
      if (!codec.next() || masker === undefined) continue
      if (masker.within !== undefined && codec.replaceWithin?.(masker.within) === true) continue
      const cell = codec.cell()
      const masked = masker(cell)
      if (masked !== cell) codec.replace(masked)
    }
    codec.close()
  }
  return codec.take() as MaskedRow
}

/** Rows sent on untouched. Throws unless the plan proves every column raw. */
export const rawRows = (plan: MaskPlan, rows: Buffer): MaskedRow => {
  if (!plan.pass)
    throw new Error('rows of a plan that masks were about to pass raw: apply `maskRows` to them')
  return rows as MaskedRow
}

/** One cell, masked as the plan says. `null` is NULL. Throws for a column that the plan does not have. */
export const maskCell = (plan: MaskPlan, index: number, cell: Uint8Array | null): Uint8Array | null => {
  if (!(index >= 0 && index < plan.cells.length)) throw new Error(`column ${index} is not in the plan`)
  const masker = plan.cells[index]
  return masker === undefined || cell === null ? cell : masker(cell)
}
