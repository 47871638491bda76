/** A proven person, workload or agent. */
export type Principal = {
  /** Unique within its provider, e.g. `ana@example.com`. */
  readonly id: string
  readonly kind: 'human' | 'workload' | 'agent'
  readonly groups: readonly string[]
  /** The provider that proved it, by its configured name. */
  readonly provider: string
  /** Seconds since the epoch; absent: does not expire. */
  readonly expiresAt?: number
  /** For an agent: whom it acts for. The narrower of the two rights counts. */
  readonly onBehalfOf?: Principal
  readonly agent?: { readonly name: string; readonly model?: string; readonly runId?: string }
}
