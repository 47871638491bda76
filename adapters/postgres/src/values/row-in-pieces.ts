// PostgreSQL: Frontend/Backend Protocol, "Message Formats": DataRow
import { COUNT_BYTES, columnMismatch, LENGTH_BYTES, NULL_LENGTH, rowViolation } from './row-check.ts'

/**
 * Reads the body of one DataRow as it comes, cut anywhere. INVARIANT (no-unread-bytes): what `checkDataRows` refuses of a
 * whole row is refused here too, at the number that is wrong: nothing behind that was handed on.
 */
export class RowInPieces {
  readonly #columns: number | undefined
  /** Bytes of the body that are not read yet. */
  #left: number
  /** Cells whose length is not read yet; undefined before their count is. */
  #cells: number | undefined
  /** Bytes of the present cell that are not read yet. */
  #cellLeft = 0
  /** The number that is being read, and how many bytes of it are missing. */
  #number = 0
  #missing = COUNT_BYTES

  /** `bodyBytes`: how long the body is. `columns`: how many it must have; undefined: as many as it says. */
  constructor(bodyBytes: number, columns: number | undefined) {
    this.#left = bodyBytes
    this.#columns = columns
    if (bodyBytes < COUNT_BYTES) throw rowViolation('a data row ends before its column count')
  }

  /** Throws ProtocolViolation where the row cannot go on so. */
  push(bytes: Buffer): void {
    if (bytes.length > this.#left) throw rowViolation('a data row goes on behind its last cell')
    this.#left -= bytes.length
    for (let at = 0; at < bytes.length; ) {
      if (this.#cellLeft > 0) {
        const taken = Math.min(this.#cellLeft, bytes.length - at)
        this.#cellLeft -= taken
        at += taken
        continue
      }
      this.#number = (this.#number << 8) | (bytes[at++] as number)
      this.#missing -= 1
      if (this.#missing === 0) this.#read(this.#number, this.#left + bytes.length - at)
    }
  }

  /** `behind`: how many bytes of the body follow the number. */
  #read(number: number, behind: number): void {
    if (this.#cells === undefined) this.#start(number)
    else this.#cell(this.#cells, number)
    this.#checkRoom(behind - this.#cellLeft)
    this.#number = 0
    this.#missing = LENGTH_BYTES
  }

  #start(count: number): void {
    if (this.#columns !== undefined && count !== this.#columns) throw columnMismatch(count, this.#columns)
    this.#cells = count
  }

  #cell(cells: number, length: number): void {
    if (length < NULL_LENGTH) throw rowViolation('a cell has a negative length')
    this.#cells = cells - 1
    this.#cellLeft = Math.max(length, 0)
  }

  /** `room`: what there is for the cells to come. Where none come, none must be left. */
  #checkRoom(room: number): void {
    const cells = this.#cells ?? 0
    if (room < cells * LENGTH_BYTES) throw rowViolation('a data row ends before its last cell')
    if (cells === 0 && room > 0) throw rowViolation('the cells of a data row do not fill it')
  }
}
