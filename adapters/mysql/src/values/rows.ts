// MySQL: Client/Server Protocol, "MySQL Packets", "Text Resultset Row", "Binary Protocol Resultset Row"
import { type MaskedRow, maskRows, type RowCodec } from '@sluice/core/mask/apply'
import type { MaskPlan, MasksWithin, ResultColumn } from '@sluice/core/mask/plan'
import { maskedWithin } from '@sluice/core/mask/within'
import { MOST_OUTPUT_BYTES, RowOutput } from '@sluice/wire/row-output'
import { ProtocolViolation } from '@sluice/wire/violation'
import {
  HEADER_BYTES,
  MAX_PACKET_PAYLOAD_BYTES,
  packetCount,
  payloadLength,
  toPackets,
} from '../framing/packets.ts'
import {
  locateBinaryRow,
  NULL_BITMAP_OFFSET,
  nullBitmapBytes,
  rowWidths,
} from '../messages/binary-resultset-row.ts'
import { NULL_BYTE } from '../messages/length-encoded.ts'
import { checkTextRow, locateTextRow, NULL_VALUE } from '../messages/text-resultset-row.ts'

/** How the rows of a result are laid out. `widths`: of binary rows. */
type Layout = { readonly count: number; readonly widths: Int8Array | undefined }

type Columns = readonly Pick<ResultColumn, 'type' | 'format'>[]

const layouts = new WeakMap<Columns, Layout>()

/** Throws ProtocolViolation for a type that is not known. */
const layoutOf = (columns: Columns): Layout => {
  const known = layouts.get(columns)
  if (known !== undefined && known.count === columns.length) return known
  const binary = columns[0]?.format === 'binary'
  const widths = binary ? rowWidths(columns.map(({ type }) => type)) : undefined
  const layout = { count: columns.length, widths }
  layouts.set(columns, layout)
  return layout
}

const violation = (message: string): ProtocolViolation =>
  new ProtocolViolation('upstream', 'malformed', message)

const NO_BYTES = Buffer.alloc(0)

/** Goes from row to row of a run of whole packets; a row of several packets is joined. */
class Packets {
  #run: Buffer = NO_BYTES
  #at = 0
  /** The memory that the present row is in, and where. */
  bytes: Buffer = this.#run
  start = 0
  end = 0

  feed(run: Buffer): void {
    this.#run = run
    this.#at = 0
  }

  /** Keeps nothing of what was gone through, where all was. */
  release(): void {
    if (this.#at !== this.#run.length) return
    this.feed(NO_BYTES)
    this.bytes = NO_BYTES
  }

  /** What is not gone through yet; undefined: nothing. */
  get rest(): Buffer | undefined {
    return this.#at === this.#run.length ? undefined : this.#run.subarray(this.#at)
  }

  next(): boolean {
    if (this.#at === this.#run.length) return false
    const length = this.#length()
    this.bytes = this.#run
    this.start = this.#at + HEADER_BYTES
    this.end = this.start + length
    this.#at = this.end
    if (length === MAX_PACKET_PAYLOAD_BYTES) this.#join()
    return true
  }

  #length(): number {
    const at = this.#at
    if (at + HEADER_BYTES > this.#run.length) throw violation('a run of rows ends in a header')
    const length = payloadLength(this.#run, at)
    if (length > this.#run.length - at - HEADER_BYTES) throw violation('a row is longer than its run')
    return length
  }

  #join(): void {
    const parts = [this.bytes.subarray(this.start, this.end)]
    for (let length = MAX_PACKET_PAYLOAD_BYTES; length === MAX_PACKET_PAYLOAD_BYTES; ) {
      length = this.#length()
      const from = this.#at + HEADER_BYTES
      this.#at = from + length
      parts.push(this.#run.subarray(from, this.#at))
    }
    this.bytes = Buffer.concat(parts)
    this.start = 0
    this.end = this.bytes.length
  }
}

/** Walks rows and writes them anew. Runs of kept cells are copied at once, lengths and all. */
class Rows implements RowCodec {
  readonly #output = new RowOutput()
  readonly #packets = new Packets()
  #layout: Layout = { count: 0, widths: undefined }
  /** Where each value begins and ends, or `NULL_VALUE` for its end. */
  #places = new Int32Array(64)
  #index = -1
  /** The first byte of the row that is not in the output yet. */
  #keptFrom = 0
  #rowStart = 0
  /** Sequence id of the next packet that goes out. */
  sequence = 0

  feed(layout: Layout, run: Buffer, sequence: number): void {
    this.#output.truncate(0)
    this.#packets.feed(run)
    this.#layout = layout
    if (this.#places.length < layout.count * 2) this.#places = new Int32Array(layout.count * 2)
    this.sequence = sequence
  }

  open(): number {
    if (this.#output.length >= MOST_OUTPUT_BYTES || !this.#packets.next()) return -1
    const { bytes, start, end } = this.#packets
    const { count, widths } = this.#layout
    if (widths === undefined) locateTextRow(bytes, start, end, count, this.#places)
    else locateBinaryRow(bytes, start, end, widths, this.#places)
    this.#index = -1
    this.#keptFrom = start
    this.#rowStart = this.#output.length
    this.#output.i32(0)
    return count
  }

  next(): boolean {
    this.#index += 1
    return this.#places[this.#index * 2 + 1] !== NULL_VALUE
  }

  cell(): Buffer {
    return this.#packets.bytes.subarray(this.#places[this.#index * 2], this.#places[this.#index * 2 + 1])
  }

  replaceWithin(mask: MasksWithin): boolean {
    const { widths } = this.#layout
    const end = this.#places[this.#index * 2 + 1] as number
    // A value of a fixed width has no length before it.
    if (widths !== undefined && (widths[this.#index] as number) >= 0) return false
    const length = mask(this.#packets.bytes, this.#places[this.#index * 2] as number, end, maskedWithin)
    if (length < 0) return false
    this.#keepUntil(this.#lengthAt(widths))
    this.#keptFrom = end
    this.#length(length)
    this.#output.copy(maskedWithin, 0, length)
    return true
  }

  replace(value: Uint8Array | null): void {
    const { widths } = this.#layout
    this.#keepUntil(this.#lengthAt(widths))
    this.#keptFrom = this.#places[this.#index * 2 + 1] as number
    if (value === null) {
      if (widths === undefined) this.#output.u8(NULL_BYTE)
      else this.#setNull()
      return
    }
    const width = widths === undefined ? -1 : (widths[this.#index] as number)
    if (width < 0) this.#length(value.length)
    else if (value.length !== width) throw new Error('a masked cell has another width than its type')
    this.#output.copy(value, 0, value.length)
  }

  close(): void {
    this.#keepUntil(this.#packets.end)
    const output = this.#output
    const from = this.#rowStart + HEADER_BYTES
    const length = output.length - from
    if (length < MAX_PACKET_PAYLOAD_BYTES) {
      for (let at = 0; at < 3; at++) output.patchU8(this.#rowStart + at, (length >> (at * 8)) & 0xff)
      output.patchU8(this.#rowStart + 3, this.sequence)
    } else {
      const packets = toPackets(output.since(from), this.sequence)
      output.truncate(this.#rowStart)
      output.copy(packets, 0, packets.length)
    }
    this.sequence = (this.sequence + packetCount(length)) & 0xff
  }

  take(): Buffer {
    this.#packets.release()
    return this.#output.take()
  }

  /** What was fed and not masked, for the output was long enough; undefined where that is all of it. */
  get rest(): Buffer | undefined {
    return this.#packets.rest
  }

  mismatch(message: string): Error {
    return violation(message)
  }

  /** Where the present cell's length stands: what lies between two values is the length of the second. */
  #lengthAt(widths: Int8Array | undefined): number {
    let before = this.#index - 1
    while (before >= 0 && this.#places[before * 2 + 1] === NULL_VALUE) before--
    const head = widths === undefined ? 0 : 1 + nullBitmapBytes(widths.length)
    const after = before < 0 ? this.#packets.start + head : (this.#places[before * 2 + 1] as number)
    // In a text row each NULL in between is a byte.
    return widths === undefined ? after + (this.#index - 1 - before) : after
  }

  #setNull(): void {
    const bit = this.#index + NULL_BITMAP_OFFSET
    const at = this.#rowStart + HEADER_BYTES + 1 + (bit >> 3)
    this.#output.patchU8(at, this.#output.byteAt(at) | (1 << (bit & 7)))
  }

  #keepUntil(end: number): void {
    if (end > this.#keptFrom) this.#output.copy(this.#packets.bytes, this.#keptFrom, end)
  }

  /** A length-encoded integer. */
  #length(length: number): void {
    const output = this.#output
    if (length < NULL_BYTE) return output.u8(length)
    const size = length <= 0xffff ? 2 : length <= 0xff_ffff ? 3 : 8
    output.u8(size === 2 ? 0xfc : size === 3 ? 0xfd : 0xfe)
    for (let at = 0; at < size; at++) output.u8(at < 4 ? (length >>> (at * 8)) & 0xff : 0)
  }
}

// One for all sessions: a run is synchronous from feed to take, and what was taken is never written to again.
const shared = new Rows()
const checked = new Packets()
let places = new Int32Array(64)

/**
 * Rows on their way to the client, and the sequence id behind their last packet. `rest`: rows that are still to be masked
 * once these were taken.
 */
type MaskedPackets = {
  readonly rows: MaskedRow
  readonly sequence: number
  readonly rest: Buffer | undefined
}

/**
 * Whole rows with their headers, masked, and numbered from `sequence` on. Throws ProtocolViolation where a row is not
 * what `columns` describe: then nothing of the run may be sent.
 */
export const maskRowPackets = (
  plan: MaskPlan,
  columns: Columns,
  packets: Buffer,
  sequence: number,
): MaskedPackets => {
  shared.feed(layoutOf(columns), packets, sequence)
  const rows = maskRows(plan, shared)
  return { rows, sequence: shared.sequence, rest: shared.rest }
}

/** Reads a run of so many whole rows to the last cell of each. Throws ProtocolViolation as `maskRowPackets` does. */
export const rowChecker =
  (columns: Columns): ((packets: Buffer, rows: number) => void) =>
  (packets, rows) => {
    const { count, widths } = layoutOf(columns)
    if (places.length < count * 2) places = new Int32Array(count * 2)
    checked.feed(packets)
    let found = 0
    for (; checked.next(); found += 1) {
      const { bytes, start, end } = checked
      if (widths === undefined) checkTextRow(bytes, start, end, count)
      else locateBinaryRow(bytes, start, end, widths, places)
    }
    checked.release()
    if (found !== rows) throw violation(`a run of ${rows} rows has ${found}`)
  }
