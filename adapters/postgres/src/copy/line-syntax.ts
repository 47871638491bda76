/** How one of the two line formats of COPY marks rows and fields. Offsets count from the buffer's first byte. */
export type LineSyntax = {
  /** The offset of the newline that ends the row, searching `[from, end)`; -1 where it is not there yet. Then the next
   * call goes on where this one stopped; after an answer it begins a new row. */
  rowEnd(bytes: Buffer, from: number, end: number): number
  /** The offset behind the field that begins at `from`: a delimiter's, or `end`. */
  fieldEnd(bytes: Buffer, from: number, end: number): number
  isNull(field: Buffer): boolean
  /** The value of a field that is not NULL. */
  decode(field: Buffer): Buffer
  /** The field for a value, or for NULL. */
  encode(value: Uint8Array | null): Buffer
}
