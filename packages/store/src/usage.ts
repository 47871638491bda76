import type { Mover } from '@sluice/gateway/ports/flow-ledger'
import type { LabelRows, MoveRow } from './label-rows.ts'

/** Who moved values over which edge, and when: counted in memory and written now and then. */
export class Usage {
  readonly #rows: LabelRows
  #counted = new Map<string, MoveRow>()

  constructor(rows: LabelRows) {
    this.#rows = rows
  }

  count(edge: number, { principal, verb, at }: Mover): void {
    const key = JSON.stringify([edge, principal, verb])
    const known = this.#counted.get(key)
    this.#counted.set(key, {
      edge,
      principal,
      verb,
      first_at: known?.first_at ?? at,
      last_at: at,
      count: (known?.count ?? 0) + 1,
    })
  }

  /** An edge that was taken back meanwhile is passed over. */
  flush(): void {
    if (this.#counted.size === 0) return
    const counted = [...this.#counted.values()]
    this.#counted = new Map()
    this.#rows.together(() => {
      for (const move of counted) if (this.#rows.hasEdge(move.edge)) this.#rows.addMove(move)
    })
  }
}
