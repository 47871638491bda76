import type { Outputs } from '../analysis/facts.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { ColumnMasks } from '../policy/decision.ts'
import { revealsNothing } from './narrower.ts'
import { type Proof, proveColumn, unproven, withoutNulls } from './proof.ts'
import type { TransformSpec } from './transform.ts'

/** A result column as the server describes it. */
export type ResultColumn = {
  readonly name: string
  /**
   * The server's own provenance: relation id and column ordinal, absent where it gives none. `name`: what it calls the
   * column, where that may be the column of a view or of a query in FROM and the relation one behind it.
   */
  readonly origin?: { readonly relation: number; readonly ordinal: number; readonly name?: string }
  /** The dialect's type id (PostgreSQL: type OID). 0 where unknown (COPY). */
  readonly type: number
  /** What the type is declared with, as the dialect counts it (PostgreSQL: type modifier). Absent: nothing. */
  readonly modifier?: number
  readonly format: 'text' | 'binary'
}

/**
 * Makes masked cells of a dialect's types. A cell is the value's bytes as they stand on the wire, without a length.
 * Returns `null` where the type has no room for the transform, and the very same cell where nothing is to be changed.
 */
export type CellMasker = {
  (cell: Uint8Array): Uint8Array | null
  /** The same for most cells, without making objects. */
  readonly within?: MasksWithin
}

/**
 * Masks the cell that `bytes` has from `from` to `to`: writes what stands for it to `into`, which has room for
 * `MOST_WITHIN_BYTES`, and returns how many bytes that are; -1 where it must be masked by the masker itself.
 */
export type MasksWithin = (bytes: Uint8Array, from: number, to: number, into: Uint8Array) => number

/** Not a transform of the policy's: blots out what looks personal or secret in the texts of a column that no rule masks. */
export type ScanSpec = { readonly kind: 'scan' }

/** The masker of `scan` for types that hold no text: their cells stay as they are. */
export const keepsCell: CellMasker = (cell) => cell

/**
 * Makes the masker of one transform for one column, as the dialect describes columns. Given by the dialect. `catalog` knows the types that users made;
 * without one they have no room for any transform.
 */
export type CellMaskerFor<Described extends ResultColumn = ResultColumn> = (
  transform: TransformSpec | ScanSpec,
  column: Described,
  catalog: Catalog | undefined,
) => CellMasker

/** Compiled once per row description, executed per row. */
export type MaskPlan = {
  /** True: every column is proven raw, rows pass as slices. */
  readonly pass: boolean
  /** One per column; `undefined`: the cell is proven raw. A raw column of texts may have one that searches them. */
  readonly cells: readonly (CellMasker | undefined)[]
  readonly exposed: readonly string[]
  readonly masked: readonly MaskedColumn[]
  /** How many of the columns show something of labelled ones. Absent: none. */
  readonly labelled?: number
}

/** One masked column for the record: how, by which rule, and why. */
type MaskedColumn = {
  readonly name: string
  readonly transform: string
  readonly rule: string
  readonly why: string
}

/**
 * What happens to each column of a result. `described` is what the server says it sends, `outputs` what the analysis
 * says the statement returns. INVARIANT (no-unproven-column): where the two cannot be matched, or no catalog is at hand,
 * everything is redacted.
 */
export const planFor = <Described extends ResultColumn>(
  described: readonly Described[],
  outputs: Outputs,
  masks: ColumnMasks,
  catalog: Catalog | undefined,
  maskerFor: CellMaskerFor<Described>,
): MaskPlan => {
  if (!masks.any) return passPlan(described, outputs)
  const cellFor = (transform: TransformSpec | ScanSpec, column: Described): CellMasker =>
    maskerFor(transform, column, catalog)
  const proven = proofs(described, outputs, masks, catalog)
  const plan = compile(described, proven, masks.scan !== undefined, cellFor)
  return counted(plan, proven.filter((proof, i) => shows(proof) && isLabelled(outputs, i)).length)
}

const SCAN: ScanSpec = { kind: 'scan' }

/** A plan that changes nothing: only for results that no rule could ever mask for this principal. */
const passPlan = (described: readonly ResultColumn[], outputs: Outputs): MaskPlan => {
  const plan: MaskPlan = {
    pass: true,
    cells: described.map(() => undefined),
    exposed: described.map((column) => column.name),
    masked: [],
  }
  return counted(plan, described.filter((_, i) => isLabelled(outputs, i)).length)
}

const counted = (plan: MaskPlan, labelled: number): MaskPlan =>
  labelled === 0 ? plan : { ...plan, labelled }

/** Raw, or with something left of the value. */
const shows = (proof: Proof): boolean => proof.kind !== 'masked' || !revealsNothing(proof.transform)

/** What cannot be followed may be of labelled columns. */
const isLabelled = (outputs: Outputs, at: number): boolean => {
  const output = typeof outputs === 'string' ? undefined : outputs[at]
  return output === undefined || output.unknown || output.sources.some(({ labels }) => labels.length > 0)
}

const proofs = (
  described: readonly ResultColumn[],
  outputs: Outputs,
  masks: ColumnMasks,
  catalog: Catalog | undefined,
): readonly Proof[] => {
  if (outputs === 'none' || outputs === 'unknown') return described.map(() => unproven('unproven'))
  // Where it is not known which column is which, neither is whose NULLs tell something.
  const blank = outputs.find((output) => output.blank === true) ?? {}
  if (catalog === undefined) return described.map(() => withoutNulls(unproven('unproven'), blank))
  const proven = described.map((column, index) => {
    const lineage = outputs[index]
    return lineage === undefined ? DISAGREES : proveColumn(column, lineage, masks, catalog)
  })
  const agreed = outputs.length === described.length && !proven.some((proof) => proof.kind === 'disagrees')
  if (agreed) return proven
  return described.map(() => withoutNulls(unproven('metadata disagrees'), blank))
}

const DISAGREES: Proof = { kind: 'disagrees' }

const compile = <Described extends ResultColumn>(
  described: readonly Described[],
  proven: readonly Proof[],
  scan: boolean,
  cellFor: (transform: TransformSpec | ScanSpec, column: Described) => CellMasker,
): MaskPlan => {
  const cells: (CellMasker | undefined)[] = []
  const exposed: string[] = []
  const masked: MaskedColumn[] = []
  for (const [index, column] of described.entries()) {
    const proof = proven[index]
    if (proof?.kind === 'raw') {
      const scanner = scan && proof.fromData ? cellFor(SCAN, column) : keepsCell
      cells.push(scanner === keepsCell ? undefined : scanner)
      exposed.push(column.name)
      continue
    }
    const { transform, rule, why } = proof?.kind === 'masked' ? proof : unproven('unproven')
    cells.push(cellFor(transform, column))
    masked.push({ name: column.name, transform: transform.kind, rule, why })
  }
  // Of a result described as having no columns nothing is proven: were a row to come, its column count must be checked.
  return { pass: cells.length > 0 && cells.every((cell) => cell === undefined), cells, exposed, masked }
}
