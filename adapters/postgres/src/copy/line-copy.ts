import type { RowCodec } from '@sluice/core/mask/apply'
import { MOST_OUTPUT_BYTES, RowOutput } from '@sluice/wire/row-output'
import { type CopyInput, copyViolation } from './copy-input.ts'
import type { LineSyntax } from './line-syntax.ts'

/** Walks the rows of COPY's text and CSV formats and writes them anew; kept fields go out byte for byte. */
export class LineCopy implements RowCodec {
  readonly #input: CopyInput
  readonly #syntax: LineSyntax
  readonly #columns: number
  readonly #output = new RowOutput()
  #headerDue: boolean
  /** How much of the unfinished row was searched for its end. */
  #searched = 0
  #rowEnd = 0
  /** Where the fields of the present row end. */
  #borders: number[] = []
  #field = 0
  #fieldStart = 0
  #keptFrom = 0

  /** `columns`: how many the plan has; a header must have as many. */
  constructor(input: CopyInput, syntax: LineSyntax, columns: number, header: boolean) {
    this.#input = input
    this.#syntax = syntax
    this.#columns = columns
    this.#headerDue = header
  }

  open(): number {
    if (this.#output.length >= MOST_OUTPUT_BYTES) return -1
    if (this.#headerDue) {
      const columns = this.#openLine()
      if (columns < 0) return -1
      if (columns !== this.#columns)
        throw copyViolation('the header of a COPY stream does not fit its columns')
      this.#headerDue = false
      this.close()
    }
    return this.#openLine()
  }

  #openLine(): number {
    const { bytes, start, end } = this.#input
    const rowEnd = this.#syntax.rowEnd(bytes, start + this.#searched, end)
    if (rowEnd < 0) {
      this.#searched = end - start
      this.#input.checkUnfinished()
      return -1
    }
    this.#searched = 0
    this.#rowEnd = rowEnd
    this.#borders.length = 0
    // An empty line is a row without fields where there are no columns, and otherwise one of an empty field. One field more
    // than the plan has is enough to see that the row does not fit.
    const first = this.#columns === 0 && rowEnd === start ? rowEnd + 1 : start
    for (let at = first; at <= rowEnd && this.#borders.length <= this.#columns; at++) {
      at = this.#syntax.fieldEnd(bytes, at, rowEnd)
      this.#borders.push(at)
    }
    this.#field = -1
    this.#keptFrom = start
    return this.#borders.length
  }

  next(): boolean {
    this.#fieldStart = this.#field < 0 ? this.#input.start : this.#border + 1
    this.#field += 1
    return !this.#syntax.isNull(this.#raw())
  }

  cell(): Buffer {
    return this.#syntax.decode(this.#raw())
  }

  replace(value: Uint8Array | null): void {
    const field = this.#syntax.encode(value)
    this.#output.copy(this.#input.bytes, this.#keptFrom, this.#fieldStart)
    this.#output.copy(field, 0, field.length)
    this.#keptFrom = this.#border
  }

  close(): void {
    this.#output.copy(this.#input.bytes, this.#keptFrom, this.#rowEnd + 1)
    this.#input.start = this.#rowEnd + 1
  }

  take(): Buffer {
    return this.#output.take()
  }

  mismatch(message: string): Error {
    return copyViolation(message)
  }

  /** Ends the stream. Throws ProtocolViolation where a row is unfinished. */
  end(): void {
    if (this.#input.length > 0) throw copyViolation('a COPY stream ends inside a row')
  }

  get #border(): number {
    return this.#borders[this.#field] ?? this.#rowEnd
  }

  #raw(): Buffer {
    return this.#input.bytes.subarray(this.#fieldStart, this.#border)
  }
}
