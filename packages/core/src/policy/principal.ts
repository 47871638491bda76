/** A proven person, workload or agent. */
export type Principal = {
  /** Unique within its provider, e.g. `ana@example.com`. */
  readonly id: string
  readonly kind: 'human' | 'workload' | 'agent'
  readonly groups: readonly string[]
  /** The provider that proved it, by its configured name. */
  readonly provider: string
  /** Whose token proved it, where a token did. */
  readonly issuer?: string
  /** Seconds since the epoch; absent: does not expire. */
  readonly expiresAt?: number
  /** For an agent: whom it acts for. The narrower of the two rights counts. */
  readonly onBehalfOf?: Principal
  readonly agent?: { readonly name: string; readonly model?: string; readonly runId?: string }
}

/**
 * Whether two logins are of the same one: a person, and an agent's run for whom it acts for, are not one another.
 * Groups and expiry come with the login. INVARIANT (identity-bound).
 */
export const samePrincipal = (a: Principal, b: Principal): boolean =>
  a.id === b.id &&
  a.provider === b.provider &&
  a.kind === b.kind &&
  a.agent?.name === b.agent?.name &&
  a.agent?.runId === b.agent?.runId &&
  (a.onBehalfOf === undefined || b.onBehalfOf === undefined
    ? a.onBehalfOf === b.onBehalfOf
    : samePrincipal(a.onBehalfOf, b.onBehalfOf))
