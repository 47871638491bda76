// PostgreSQL: Frontend/Backend Protocol, "Message Formats": CopyOutResponse
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'
import { type CopyResponse, readCopyResponse, writeCopyResponse } from './copy-response.ts'

/** COPY data follows. */
export type CopyOutResponse = CopyResponse

/** Reads the body. Throws ProtocolViolation. */
export function decodeCopyOutResponse(payload: Buffer): CopyOutResponse {
  const reader = new ByteReader(payload, 'upstream', 'CopyOutResponse')
  return readCopyResponse(reader)
}

/** The whole message. */
export function encodeCopyOutResponse(message: CopyOutResponse): Buffer {
  const writer = new ByteWriter().beginMessage(backend.CopyOutResponse)
  writeCopyResponse(writer, message)
  return writer.endMessage().finish()
}
