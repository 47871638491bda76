// PostgreSQL: Frontend/Backend Protocol, "Message Formats": CopyInResponse, CopyOutResponse and CopyBothResponse
import type { ByteReader } from '@sluice/wire/reader'
import type { ByteWriter } from '@sluice/wire/writer'
import { type FormatCode, readFormat, writeFormats } from './body.ts'

/** How a COPY stream is encoded. */
export type CopyResponse = {
  /** The format of the stream. */
  readonly format: FormatCode
  /** The format of each column; all 0 when the stream is text. */
  readonly columnFormats: readonly FormatCode[]
}

/** Reads a body that describes a COPY stream. */
export function readCopyResponse(reader: ByteReader): CopyResponse {
  const format = reader.u8()
  if (format !== 0 && format !== 1) throw reader.violation(`has the unknown format ${format}`)
  const columnFormats: FormatCode[] = []
  for (let left = reader.count16(2); left > 0; left -= 1) columnFormats.push(readFormat(reader))
  reader.end()
  if (format === 0 && columnFormats.includes(1))
    throw reader.violation('has a binary column in a text stream')
  return { format, columnFormats }
}

/** Writes a body that describes a COPY stream. */
export function writeCopyResponse(writer: ByteWriter, response: CopyResponse): void {
  writer.u8(response.format)
  writeFormats(writer, response.columnFormats)
}
