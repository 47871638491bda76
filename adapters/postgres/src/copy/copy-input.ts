import { ProtocolViolation } from '@sluice/wire/violation'

/** The longest row of a COPY stream that is held to be masked, in bytes. */
export const COPY_ROW_LIMIT_BYTES = 64 * 1024 * 1024

const NO_BYTES = Buffer.alloc(0)

/** A violation by the database. */
export const copyViolation = (message: string): ProtocolViolation =>
  new ProtocolViolation('upstream', 'malformed', message)

/**
 * What came of a COPY stream and is not consumed yet. A message that ends with a row is read where it lies; only the
 * beginning of an unfinished row is copied, into room that doubles, so that many small pieces cost no more than one.
 */
export class CopyInput {
  readonly #rowLimitBytes: number
  #owned = false
  /** Holds what is there in `[start, end)`. */
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  end = 0

  constructor(rowLimitBytes: number) {
    this.#rowLimitBytes = rowLimitBytes
  }

  /** Bytes not consumed yet. */
  get length(): number {
    return this.end - this.start
  }

  /** Adds a piece. It must not change until it is consumed. */
  add(piece: Buffer): void {
    const held = this.length
    if (held === 0) {
      this.bytes = piece
      this.#owned = false
      this.start = 0
      this.end = piece.length
      return
    }
    if (!this.#owned || this.end + piece.length > this.bytes.length) {
      const grown = Buffer.allocUnsafe((held + piece.length) * 2)
      this.bytes.copy(grown, 0, this.start, this.end)
      this.bytes = grown
      this.#owned = true
      this.start = 0
      this.end = held
    }
    piece.copy(this.bytes, this.end)
    this.end += piece.length
  }

  /** Keeps nothing of what is consumed, where all is. */
  release(): void {
    if (this.length === 0) this.add(NO_BYTES)
  }

  /** To be called where no whole row is there. Throws ProtocolViolation once more is held than a row may be long. */
  checkUnfinished(): void {
    if (this.length <= this.#rowLimitBytes) return
    const message = `a COPY row is longer than ${this.#rowLimitBytes} bytes: leave out its longest column`
    throw new ProtocolViolation('upstream', 'limit', message)
  }
}
