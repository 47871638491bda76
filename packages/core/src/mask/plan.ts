import type { OutputLineage, Outputs } from '../analysis/facts.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { ColumnMasks } from '../policy/decision.ts'
import type { TransformSpec } from './transform.ts'

/** A result column as the server describes it. */
export type ResultColumn = {
  readonly name: string
  /** The server's own provenance: relation id and column ordinal, absent where it gives none. */
  readonly origin?: { readonly relation: number; readonly ordinal: number }
  /** The dialect's type id (PostgreSQL: type OID). 0 where unknown (COPY). */
  readonly type: number
  readonly format: 'text' | 'binary'
}

/**
 * Makes masked cells of a dialect's types. A cell is the value's bytes as they stand on the wire, without a length.
 * Returns `null` where the type has no room for the transform.
 */
export type CellMasker = (cell: Uint8Array) => Uint8Array | null

export type CellMaskerFor = (transform: TransformSpec, column: ResultColumn) => CellMasker

/** Compiled once per row description, executed per row. */
export type MaskPlan = {
  /** True: every column is proven raw, rows pass as slices. */
  readonly pass: boolean
  /** One per column; `undefined`: the cell is proven raw. */
  readonly cells: readonly (CellMasker | undefined)[]
  readonly exposed: readonly string[]
  readonly masked: readonly MaskedColumn[]
}

export type MaskedColumn = { readonly name: string; readonly transform: string; readonly rule: string; readonly why: string }

export type { Catalog, ColumnMasks, OutputLineage, Outputs }
