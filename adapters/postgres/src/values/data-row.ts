// PostgreSQL: Frontend/Backend Protocol, "Message Formats": DataRow
import { type MaskedRow, maskRows, type RowCodec, rawRows } from '@sluice/core/mask/apply'
import type { MaskPlan, MasksWithin } from '@sluice/core/mask/plan'
import { maskedWithin } from '@sluice/core/mask/within'
import { RowOutput } from '@sluice/wire/row-output'
import { backend } from '../messages/codes.ts'
import {
  COUNT_BYTES,
  checkDataRows,
  HEADER_BYTES,
  LENGTH_BYTES,
  NULL_LENGTH,
  rowViolation as violation,
} from './row-check.ts'

const NO_BYTES = Buffer.alloc(0)

/** Walks DataRow messages and writes them anew. Runs of kept cells are copied at once, lengths and all. */
export class DataRows implements RowCodec {
  readonly #output = new RowOutput()
  #input: Buffer = NO_BYTES
  /** The same bytes: numbers are read from it in a third of the time. */
  #view: DataView = new DataView(NO_BYTES.buffer)
  /** Where the next message begins, header and all. */
  #nextRow = 0
  /** Where the present body ends. */
  #rowEnd = 0
  #at = 0
  #cellStart = 0
  /** The first byte of input that is not in the output yet. */
  #keptFrom = 0
  #rowStart = 0

  /** `messages`: whole DataRow messages. What an earlier run left behind is dropped. */
  feed(messages: Buffer): void {
    this.#begin(messages, 0)
  }

  /** `payload`: the body of one DataRow message. */
  feedPayload(payload: Buffer): void {
    this.#begin(payload, -HEADER_BYTES)
  }

  #begin(input: Buffer, nextRow: number): void {
    this.#output.truncate(0)
    this.#input = input
    this.#view = new DataView(input.buffer, input.byteOffset, input.length)
    this.#nextRow = nextRow
  }

  open(): number {
    if (this.#nextRow === this.#input.length) return -1
    const start = this.#nextRow + HEADER_BYTES
    const end = this.#nextRow < 0 ? this.#input.length : this.#frameEnd()
    if (end - start < COUNT_BYTES) throw violation('a data row ends before its column count')
    this.#nextRow = end
    this.#rowEnd = end
    this.#at = start + COUNT_BYTES
    this.#rowStart = this.#output.length
    this.#output.u8(backend.DataRow)
    this.#output.i32(0)
    this.#keptFrom = start
    return this.#view.getUint16(start)
  }

  #frameEnd(): number {
    const header = this.#nextRow
    if (header + HEADER_BYTES > this.#input.length) throw violation('a data row ends in its header')
    if (this.#input[header] !== backend.DataRow) throw violation('a run of data rows holds another message')
    const end = header + 1 + this.#view.getUint32(header + 1)
    if (end > this.#input.length) throw violation('a data row is longer than its run')
    return end
  }

  next(): boolean {
    const start = this.#at + LENGTH_BYTES
    if (start > this.#rowEnd) throw violation('a data row ends before its last cell')
    const length = this.#view.getInt32(this.#at)
    this.#cellStart = start
    if (length === NULL_LENGTH) {
      this.#at = start
      return false
    }
    if (length < 0 || length > this.#rowEnd - start) throw violation('a cell is longer than its data row')
    this.#at = start + length
    return true
  }

  cell(): Buffer {
    return this.#input.subarray(this.#cellStart, this.#at)
  }

  replaceWithin(mask: MasksWithin): boolean {
    const length = mask(this.#input, this.#cellStart, this.#at, maskedWithin)
    if (length < 0) return false
    this.#keepUntil(this.#cellStart - LENGTH_BYTES)
    this.#keptFrom = this.#at
    this.#output.i32(length)
    this.#output.copy(maskedWithin, 0, length)
    return true
  }

  replace(value: Uint8Array | null): void {
    this.#keepUntil(this.#cellStart - LENGTH_BYTES)
    this.#keptFrom = this.#at
    if (value === null) {
      this.#output.i32(NULL_LENGTH)
      return
    }
    this.#output.i32(value.length)
    this.#output.copy(value, 0, value.length)
  }

  close(): void {
    if (this.#at !== this.#rowEnd) throw violation('a data row goes on behind its last cell')
    this.#keepUntil(this.#rowEnd)
    this.#output.patchI32(this.#rowStart + 1, this.#output.length - this.#rowStart - 1)
  }

  take(): Buffer {
    return this.#output.take()
  }

  mismatch(message: string): Error {
    return violation(message)
  }

  #keepUntil(end: number): void {
    if (end > this.#keptFrom) this.#output.copy(this.#input, this.#keptFrom, end)
  }
}

// One for all sessions: a run is synchronous from feed to take, and what was taken is never written to again.
const shared = new DataRows()

/**
 * One DataRow, given by its body, as the whole message that goes to the client. Throws ProtocolViolation where the body
 * is malformed or its column count is not the plan's: then nothing of it may be sent.
 */
export const maskDataRow = (plan: MaskPlan, payload: Buffer, rows: DataRows = shared): MaskedRow => {
  rows.feedPayload(payload)
  return maskRows(plan, rows)
}

/** A run of whole DataRow messages, likewise: one slice for the whole run. */
export const maskDataRows = (plan: MaskPlan, messages: Buffer, rows: DataRows = shared): MaskedRow => {
  rows.feed(messages)
  return maskRows(plan, rows)
}

/**
 * A run of whole DataRow messages that the plan proves raw: the very same bytes, once each row was read to its end.
 * Throws as `maskDataRows` does. A plan without cells says that the columns were not described.
 */
export const passDataRows = (plan: MaskPlan, messages: Buffer): MaskedRow => {
  checkDataRows(messages, plan.cells.length === 0 ? undefined : plan.cells.length)
  return rawRows(plan, messages)
}
