// PostgreSQL: Frontend/Backend Protocol, "Message Formats": SASLInitialResponse
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { readValue, writeValue } from './body.ts'
import { frontend } from './codes.ts'

/** Answers AuthenticationSASL: the mechanism and its first data. */
export type SASLInitialResponse = {
  /** The mechanism the client chose, of those offered. */
  readonly mechanism: string
  /** The mechanism's first data, a view of the body; `null` when the client sends none. A credential. */
  readonly data: Buffer | null
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeSASLInitialResponse(payload: Buffer): SASLInitialResponse {
  const reader = new ByteReader(payload, 'client', 'SASLInitialResponse')
  const mechanism = reader.cstring()
  const data = readValue(reader)
  reader.end()
  return { mechanism, data }
}

/** The whole message. */
export function encodeSASLInitialResponse(message: SASLInitialResponse): Buffer {
  const writer = new ByteWriter().beginMessage(frontend.SASLInitialResponse)
  writeValue(writer.cstring(message.mechanism), message.data)
  return writer.endMessage().finish()
}
