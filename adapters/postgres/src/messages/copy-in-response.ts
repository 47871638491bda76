// PostgreSQL: Frontend/Backend Protocol, "Message Formats": CopyInResponse
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'
import { type CopyResponse, readCopyResponse, writeCopyResponse } from './copy-response.ts'

/** The backend waits for COPY data. */
export type CopyInResponse = CopyResponse

/** Reads the body. Throws ProtocolViolation. */
export function decodeCopyInResponse(payload: Buffer): CopyInResponse {
  const reader = new ByteReader(payload, 'upstream', 'CopyInResponse')
  return readCopyResponse(reader)
}

/** The whole message. */
export function encodeCopyInResponse(message: CopyInResponse): Buffer {
  const writer = new ByteWriter().beginMessage(backend.CopyInResponse)
  writeCopyResponse(writer, message)
  return writer.endMessage().finish()
}
