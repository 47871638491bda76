// PostgreSQL: Frontend/Backend Protocol, "Message Formats": ReadyForQuery
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'

/** `I` idle, `T` in a transaction block, `E` in a failed transaction block. */
export type TransactionStatus = 'I' | 'T' | 'E'

/** The backend is ready for the next query cycle. */
export type ReadyForQuery = {
  readonly status: TransactionStatus
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeReadyForQuery(payload: Buffer): ReadyForQuery {
  const reader = new ByteReader(payload, 'upstream', 'ReadyForQuery')
  const code = reader.u8()
  reader.end()
  const status = String.fromCharCode(code)
  if (status !== 'I' && status !== 'T' && status !== 'E') throw reader.violation('has an unknown status')
  return { status }
}

/** The whole message. */
export function encodeReadyForQuery(message: ReadyForQuery): Buffer {
  const writer = new ByteWriter(16).beginMessage(backend.ReadyForQuery)
  writer.u8(message.status.charCodeAt(0))
  return writer.endMessage().finish()
}
