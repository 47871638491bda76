// PostgreSQL documentation, SQL Commands: COPY, "File Formats": "Binary Format"
import type { RowCodec } from '@sluice/core/mask/apply'
import { MOST_OUTPUT_BYTES, RowOutput } from '@sluice/wire/row-output'
import { type CopyInput, copyViolation } from './copy-input.ts'

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
/** Signature, flags, length of the header extension. */
const HEADER_BYTES = SIGNATURE.length + 8
/** Bits 16 to 31 are critical: a reader that does not know one must stop. Bit 16 was OIDs, before PostgreSQL 12. */
const CRITICAL_FLAGS = 0xffff0000
const COUNT_BYTES = 2
const LENGTH_BYTES = 4
const NULL_LENGTH = -1
const TRAILER = -1

/** Walks the rows of COPY's binary format and writes them anew; kept fields go out byte for byte. */
export class BinaryCopy implements RowCodec {
  readonly #input: CopyInput
  readonly #output = new RowOutput()
  #expects: 'header' | 'row' | 'nothing' = 'header'
  /** How much of the unfinished row was walked, and how many of its fields are left; 0 before its count is read. */
  #walked = 0
  #fieldsLeft = 0
  #at = 0
  #cellStart = 0
  #rowEnd = 0
  #keptFrom = 0

  constructor(input: CopyInput) {
    this.#input = input
  }

  open(): number {
    if (this.#output.length >= MOST_OUTPUT_BYTES) return -1
    if (this.#expects === 'header' && !this.#passHeader()) return this.#unfinished()
    if (this.#expects === 'nothing') return this.#checkNothingFollows()
    const { bytes, start, length } = this.#input
    if (length < COUNT_BYTES) return this.#unfinished()
    const columns = bytes.readInt16BE(start)
    if (columns === TRAILER) return this.#passTrailer()
    if (columns < 0) throw copyViolation('a COPY row has a negative number of fields')
    if (!this.#walkRow(columns)) return this.#unfinished()
    this.#rowEnd = start + this.#walked
    this.#walked = 0
    this.#at = start + COUNT_BYTES
    this.#keptFrom = start
    return columns
  }

  next(): boolean {
    const length = this.#input.bytes.readInt32BE(this.#at)
    this.#cellStart = this.#at + LENGTH_BYTES
    this.#at = this.#cellStart + Math.max(length, 0)
    return length !== NULL_LENGTH
  }

  cell(): Buffer {
    return this.#input.bytes.subarray(this.#cellStart, this.#at)
  }

  replace(value: Uint8Array | null): void {
    this.#output.copy(this.#input.bytes, this.#keptFrom, this.#cellStart - LENGTH_BYTES)
    this.#keptFrom = this.#at
    this.#output.i32(value?.length ?? NULL_LENGTH)
    if (value !== null) this.#output.copy(value, 0, value.length)
  }

  close(): void {
    this.#output.copy(this.#input.bytes, this.#keptFrom, this.#rowEnd)
    this.#input.start = this.#rowEnd
  }

  take(): Buffer {
    return this.#output.take()
  }

  mismatch(message: string): Error {
    return copyViolation(message)
  }

  /** Ends the stream. Throws ProtocolViolation where its trailer did not come. */
  end(): void {
    if (this.#expects !== 'nothing') throw copyViolation('a COPY stream ends without its trailer')
  }

  #passHeader(): boolean {
    const { bytes, start, length } = this.#input
    const seen = Math.min(length, SIGNATURE.length)
    if (SIGNATURE.compare(bytes, start, start + seen, 0, seen) !== 0)
      throw copyViolation('a COPY stream does not begin with its signature')
    if (length < HEADER_BYTES) return false
    const flags = bytes.readUInt32BE(start + SIGNATURE.length)
    if ((flags & CRITICAL_FLAGS) !== 0) throw copyViolation('a COPY stream has flags that are not known')
    const extension = bytes.readInt32BE(start + SIGNATURE.length + 4)
    // PostgreSQL defines no extension yet: what one would hold cannot be masked.
    if (extension !== 0) throw copyViolation('a COPY stream has a header extension that is not known')
    this.#pass(HEADER_BYTES)
    this.#expects = 'row'
    return true
  }

  #passTrailer(): number {
    this.#pass(COUNT_BYTES)
    this.#expects = 'nothing'
    return this.#checkNothingFollows()
  }

  #checkNothingFollows(): number {
    if (this.#input.length > 0) throw copyViolation('a COPY stream goes on behind its trailer')
    return -1
  }

  #pass(count: number): void {
    this.#output.copy(this.#input.bytes, this.#input.start, this.#input.start + count)
    this.#input.start += count
  }

  #walkRow(columns: number): boolean {
    const { bytes, start, length: held } = this.#input
    if (this.#walked === 0) {
      this.#walked = COUNT_BYTES
      this.#fieldsLeft = columns
    }
    for (; this.#fieldsLeft > 0; this.#fieldsLeft--) {
      if (this.#walked + LENGTH_BYTES > held) return false
      const length = bytes.readInt32BE(start + this.#walked)
      if (length < NULL_LENGTH) throw copyViolation('a COPY field has a negative length')
      const walked = this.#walked + LENGTH_BYTES + Math.max(length, 0)
      if (walked > held) return false
      this.#walked = walked
    }
    return true
  }

  #unfinished(): number {
    this.#input.checkUnfinished()
    return -1
  }
}
