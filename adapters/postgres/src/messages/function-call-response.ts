// PostgreSQL: Frontend/Backend Protocol, "Message Formats": FunctionCallResponse
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { readValue, writeValue } from './body.ts'
import { backend } from './codes.ts'

/** The result of a FunctionCall. */
export type FunctionCallResponse = {
  /** The result, a view of the body; `null` is NULL. */
  readonly value: Buffer | null
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeFunctionCallResponse(payload: Buffer): FunctionCallResponse {
  const reader = new ByteReader(payload, 'upstream', 'FunctionCallResponse')
  const value = readValue(reader)
  reader.end()
  return { value }
}

/** The whole message. */
export function encodeFunctionCallResponse(message: FunctionCallResponse): Buffer {
  const writer = new ByteWriter().beginMessage(backend.FunctionCallResponse)
  writeValue(writer, message.value)
  return writer.endMessage().finish()
}
