// PostgreSQL: Frontend/Backend Protocol, "Message Formats": CopyBothResponse
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'
import { type CopyResponse, readCopyResponse, writeCopyResponse } from './copy-response.ts'

/** COPY data flows both ways (streaming replication only). */
export type CopyBothResponse = CopyResponse

/** Reads the body. Throws ProtocolViolation. */
export function decodeCopyBothResponse(payload: Buffer): CopyBothResponse {
  const reader = new ByteReader(payload, 'upstream', 'CopyBothResponse')
  return readCopyResponse(reader)
}

/** The whole message. */
export function encodeCopyBothResponse(message: CopyBothResponse): Buffer {
  const writer = new ByteWriter().beginMessage(backend.CopyBothResponse)
  writeCopyResponse(writer, message)
  return writer.endMessage().finish()
}
