// PostgreSQL: Frontend/Backend Protocol, "Message Formats": SASLResponse
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { frontend } from './codes.ts'

/** Answers AuthenticationSASLContinue. */
export type SASLResponse = {
  /** The mechanism's data, a view of the body. A credential. */
  readonly data: Buffer
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeSASLResponse(payload: Buffer): SASLResponse {
  const reader = new ByteReader(payload, 'client', 'SASLResponse')
  return { data: reader.rest() }
}

/** The whole message. */
export function encodeSASLResponse(message: SASLResponse): Buffer {
  const writer = new ByteWriter().beginMessage(frontend.SASLResponse)
  writer.bytes(message.data)
  return writer.endMessage().finish()
}
