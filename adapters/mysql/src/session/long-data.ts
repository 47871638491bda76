/** Bytes of values sent ahead that the statements of one session may hold together. INVARIANT (hostile-both-sides). */
export const MAX_LONG_DATA_BYTES: number = 64 * 1024 * 1024

/** What a piece of a value counts for beside its bytes: pieces may be empty, and each is an object. */
const PIECE_BYTES = 256

/** How much the statements of one session hold. */
export type LongBudget = { bytes: number }

/** The values of one prepared statement that came by COM_STMT_SEND_LONG_DATA, until its next execution. */
export class LongData {
  readonly #budget: LongBudget
  readonly #pieces = new Map<number, Buffer[]>()
  #bytes = 0
  #refused = false

  constructor(budget: LongBudget) {
    this.#budget = budget
  }

  /** More came than may be held. The next execution is refused, until the statement is reset. */
  get refused(): boolean {
    return this.#refused
  }

  /** Whether any value came ahead. */
  get any(): boolean {
    return this.#pieces.size > 0 || this.#refused
  }

  /** Whether the value of a parameter came ahead. */
  has(parameter: number): boolean {
    return this.#pieces.has(parameter)
  }

  /** The value of a parameter that came ahead. */
  value(parameter: number): Buffer | undefined {
    const pieces = this.#pieces.get(parameter)
    return pieces && Buffer.concat(pieces)
  }

  /** Keeps a copy of more of a value. False where it is too much: then nothing of it is kept. */
  add(parameter: number, piece: Buffer): boolean {
    if (this.#refused) return false
    const bytes = piece.length + PIECE_BYTES
    if (this.#budget.bytes + bytes > MAX_LONG_DATA_BYTES) {
      this.clear()
      this.#refused = true
      return false
    }
    this.#budget.bytes += bytes
    this.#bytes += bytes
    const pieces = this.#pieces.get(parameter)
    // A copy: a view would keep all of what was received with it.
    if (pieces === undefined) this.#pieces.set(parameter, [Buffer.from(piece)])
    else pieces.push(Buffer.from(piece))
    return true
  }

  /** The database has forgotten them: the statement was executed, reset or closed. */
  clear(): void {
    this.#budget.bytes -= this.#bytes
    this.#bytes = 0
    this.#pieces.clear()
    this.#refused = false
  }
}
