// PostgreSQL: Frontend/Backend Protocol, "Message Formats": BackendKeyData
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'
import { checkSecretKey, readSecretKey } from './secret-key.ts'

/** What a CancelRequest for this session must say. */
export type BackendKeyData = {
  readonly processId: number
  /** 4 bytes in protocol 3.0, up to 256 from 3.2 on. Whoever holds it can cancel: a secret. */
  readonly secretKey: Buffer
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeBackendKeyData(payload: Buffer): BackendKeyData {
  const reader = new ByteReader(payload, 'upstream', 'BackendKeyData')
  return { processId: reader.i32(), secretKey: readSecretKey(reader) }
}

/** The whole message. */
export function encodeBackendKeyData(message: BackendKeyData): Buffer {
  const writer = new ByteWriter().beginMessage(backend.BackendKeyData)
  writer.i32(message.processId).bytes(checkSecretKey(message.secretKey))
  return writer.endMessage().finish()
}
