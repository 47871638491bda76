/** A test of somebody else's that passes directly and not through the gateway. */
export type Exclusion = {
  readonly suite: 'pg_regress' | 'isolation' | 'libpq_pipeline'
  readonly test: string
  /** Why the difference is meant. */
  readonly reason: string
}

/** One that passes after all, or that no suite has, fails the run: the list says what is so. */
export const exclusions: readonly Exclusion[] = []
