import type { Mover } from '@sluice/gateway/ports/flow-ledger'
import type { LabelRows, MoveRow } from './label-rows.ts'

/** The most that is counted in memory while the file cannot be written. What goes beyond is not told of. */
export const MAX_COUNTED = 100_000

/** Who moved values over which edge, and when: counted in memory and written now and then. */
export class Usage {
  readonly #rows: LabelRows
  readonly #counted = new Map<string, MoveRow>()

  constructor(rows: LabelRows) {
    this.#rows = rows
  }

  count(edge: number, { principal, verb, at }: Mover): void {
    const key = JSON.stringify([edge, principal, verb])
    const known = this.#counted.get(key)
    if (known === undefined && this.#counted.size >= MAX_COUNTED) return
    this.#counted.set(key, {
      edge,
      principal,
      verb,
      first_at: known?.first_at ?? at,
      last_at: at,
      count: (known?.count ?? 0) + 1,
    })
  }

  /** An edge is gone: another may get its id. */
  drop(edge: number): void {
    for (const [key, move] of this.#counted) if (move.edge === edge) this.#counted.delete(key)
  }

  /** An edge that was taken back meanwhile is passed over. Where it throws, all of it is still to be written. */
  flush(): void {
    if (this.#counted.size === 0) return
    this.#rows.together(() => {
      for (const move of this.#counted.values()) if (this.#rows.hasEdge(move.edge)) this.#rows.addMove(move)
    })
    this.#counted.clear()
  }
}
