/** Operational figures. Called on the hot path: an implementation only counts. */
export type Metrics = {
  sessionOpened(): void
  sessionClosed(): void
  /** One statement ended. `code` is the database's error code, absent on success. */
  statement(ended: {
    readonly verb: string
    readonly decision: 'allow' | 'deny'
    readonly durationMs: number
    readonly rows: number
    readonly code?: string
  }): void
}
