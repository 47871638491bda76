/** A label on a column, e.g. `pii.email`. Hierarchical by dots. */
export type Label = {
  readonly name: string
  readonly origin: LabelOrigin
  /** 0 to 1. */
  readonly confidence: number
  /** True where the value was computed of ones that have the label: only a mask that reveals nothing fits it. */
  readonly computed?: true
}

/** Who said it: the name, type or words of a column; a sample of its values; where its values come from; a person … */
type LabelOrigin = 'detector' | 'sample' | 'derived' | 'comment' | 'config' | 'human' | 'builtin'
