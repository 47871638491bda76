/** One line of a gate's figures: a dialect's corpus, or a part of it. */
export type GateRow = {
  readonly dialect: string
  readonly corpus: string
  readonly valid: number
  readonly understood: number
  /** Statements that were taken for something else than they are; absent where the gate does not look for them. */
  readonly wrong?: number
}

/** Prints the figures of a gate; every gate prints them alike, so that one log holds one table. */
export const printGate = (rows: readonly GateRow[]): void => {
  console.table(
    rows.map(({ dialect, corpus, valid, understood, wrong }) => ({
      dialect,
      corpus,
      valid,
      understood,
      '%': valid === 0 ? '-' : ((100 * understood) / valid).toFixed(2),
      wrong: wrong ?? '-',
    })),
  )
}
