import type { Analysis } from '@sluice/core/analysis/context'
import type { Flow } from '@sluice/core/analysis/facts'
import type { Column } from '@sluice/core/catalog/catalog'

/** Who moves values, and by which kind of statement. */
export type Mover = { readonly principal: string; readonly verb: string; readonly at: number }

/**
 * Moves that a statement is about to make. Exactly one of the two is called, once, or none where nobody knows. Neither
 * throws: the statement is over, and what else depends on that must go on.
 */
export type Followed = {
  /** It made them, and nothing takes them back any more. */
  confirm(): void
  /** It did not make them, or they were taken back for certain. Moves that cannot be taken back from where they are kept stay. */
  undo(): void
}

/**
 * Keeps which values went where, so that a column has the labels of what was brought into it. INVARIANT
 * (no-unproven-column): a move is kept before the statement is sent, and counts for every session from then on; it goes
 * again only where it certainly was not made.
 */
export type FlowLedger = {
  /** Undefined: nothing moves that is not known already. Throws `FlowsUnwritable`. */
  follow(analysis: Analysis, mover: Mover): Followed | undefined
  /** The column that a flow makes, as it will be; undefined where that cannot be told. */
  foreseen(flow: Flow): Column | undefined
}

/** What a statement moves cannot be kept. Fault: gateway. May be retried: nothing was forwarded. */
export class FlowsUnwritable extends Error {
  override readonly name = 'FlowsUnwritable'
}
