/** Where a match lies: `[from, to)` in bytes. One object for all matches, so that a search allocates nothing. */
export type Span = { from: number; to: number }

/**
 * One kind of value that is told by its looks. A search calls `find` at every byte that is among its `anchors`; a digit
 * counts where a run of digits begins. `find` looks at a bounded number of bytes around it, so that a search is linear.
 */
export type Pattern = {
  readonly id: string
  /** The label that a column full of them would get. */
  readonly label: string
  /** ASCII characters, one of which every match has at a fixed or easily found place; the rarer in texts the better. */
  readonly anchors: string
  /** True with `span` set where a match lies around `at`, the place of an anchor. */
  find(bytes: Uint8Array, at: number, span: Span): boolean
}
