import type { Edge } from '@sluice/core/flow/propagate'

/**
 * An edge in memory. `open`: statements over it whose outcome is not known; `at`: when the last of them was told.
 * `own`: this process made it, so that it alone takes it back; `relied`: the file says that another relies on it, so
 * that nobody does.
 */
export type KeptEdge = Edge & {
  readonly id: number
  readonly key: string
  readonly own: boolean
  relied: boolean
  open: number
  settled: boolean
  at: number
}
