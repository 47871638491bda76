// PostgreSQL: Frontend/Backend Protocol, "Message Formats": CancelRequest
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { CANCEL_REQUEST_CODE } from '../framing/startup-framer.ts'
import { checkSecretKey, readSecretKey } from './secret-key.ts'

/** Asks to cancel what the session with this key runs. Comes on a connection of its own and is not answered. */
export type CancelRequest = {
  readonly processId: number
  /** 4 bytes in protocol 3.0, up to 256 from 3.2 on. Compare in constant time. */
  readonly secretKey: Buffer
}

/** Reads a packet from its code word on. Throws ProtocolViolation. */
export function decodeCancelRequest(payload: Buffer): CancelRequest {
  const reader = new ByteReader(payload, 'client', 'CancelRequest')
  if (reader.u32() !== CANCEL_REQUEST_CODE) throw reader.violation('has another code')
  return { processId: reader.i32(), secretKey: readSecretKey(reader) }
}

/** The whole packet. */
export function encodeCancelRequest(message: CancelRequest): Buffer {
  const writer = new ByteWriter(32).beginMessage().u32(CANCEL_REQUEST_CODE).i32(message.processId)
  return writer.bytes(checkSecretKey(message.secretKey)).endMessage().finish()
}
