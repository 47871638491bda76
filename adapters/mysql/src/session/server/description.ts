import type { Analysis } from '@sluice/core/analysis/context'
import type { CellMaskerFor, MaskPlan } from '@sluice/core/mask/plan'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import { isOfToday } from '@sluice/gateway/pipeline/plan-result'
import type { Frame } from '../../framing/frame-piece.ts'
import { HEADER_BYTES } from '../../framing/packets.ts'
import type { MysqlColumn } from '../../values/column.ts'
import type { Running } from '../running.ts'
import type { WireSession } from '../wire-session.ts'

/** How a result was described before, byte by byte, and what followed from it. */
export type Description = {
  readonly columns: readonly MysqlColumn[]
  readonly plan: MaskPlan
  /** The definitions' payloads one behind the other, and where each ends. */
  readonly bytes: Buffer
  readonly ends: readonly number[]
  /** What else definitions are read by. */
  readonly extended: number
  readonly maskerFor: CellMaskerFor<MysqlColumn>
  readonly minutesAhead: number | undefined
}

/** A description under way: the payloads so far, and what they say. */
export type Described = { readonly definitions: Buffer[]; readonly columns: MysqlColumn[] }

/** Longest description that is remembered, in bytes: some 100 columns. INVARIANT (hostile-both-sides). */
const MAX_REMEMBERED_BYTES: number = 8 * 1024

/** By the masks of a principal and the meaning of a statement, which hangs on the catalog. */
const descriptions = new WeakMap<ColumnMasks, WeakMap<Analysis, Description>>()

/**
 * How the first result of a statement was described the last time. Only what is described by the very same bytes is
 * masked by the plan that was made for them. INVARIANT (no-unproven-column).
 */
export function describedBefore(
  session: WireSession,
  { execution: { analysis, decision } }: Running,
  columns: number,
  format: MysqlColumn['format'],
): Description | undefined {
  const found = descriptions.get(decision.obligations.masks)?.get(analysis)
  if (found?.columns.length !== columns || found.columns[0]?.format !== format) return undefined
  if (found.extended !== session.upstreamCapabilities.extended || found.maskerFor !== session.maskerFor)
    return undefined
  if (found.minutesAhead !== session.text.minutesAhead) return undefined
  return isOfToday(session.governance, analysis) ? found : undefined
}

/** Whether a definition is the one that stood in this place. */
export function isDefinedAlike({ bytes, ends }: Description, index: number, frame: Frame): boolean {
  return (
    bytes.compare(frame.bytes, frame.start + HEADER_BYTES, frame.end, ends[index - 1] ?? 0, ends[index]) === 0
  )
}

/** The first columns of a description, where the next is another. */
export function beginningOf({ bytes, ends, columns }: Description, count: number): Described {
  const definitions = ends.slice(0, count).map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end))
  return { definitions, columns: columns.slice(0, count) }
}

/** Remembers how a statement's first result was described, with the plan that was made for it. */
export function rememberDescription(
  session: WireSession,
  { plan, execution: { analysis, decision } }: Running,
  { definitions, columns }: Described,
): void {
  let end = 0
  const ends = definitions.map(({ length }) => (end += length))
  if (plan === undefined || end > MAX_REMEMBERED_BYTES || !isOfToday(session.governance, analysis)) return
  const { masks } = decision.obligations
  const byAnalysis = descriptions.get(masks) ?? new WeakMap<Analysis, Description>()
  descriptions.set(masks, byAnalysis)
  byAnalysis.set(analysis, {
    columns,
    plan,
    bytes: Buffer.concat(definitions),
    ends,
    extended: session.upstreamCapabilities.extended,
    maskerFor: session.maskerFor,
    minutesAhead: session.text.minutesAhead,
  })
}
