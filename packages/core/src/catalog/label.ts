/** A label on a column, e.g. `pii.email`. Hierarchical by dots. */
export type Label = {
  readonly name: string
  readonly origin: 'detector' | 'config' | 'builtin' | 'derived'
  /** 0 to 1. */
  readonly confidence: number
}
