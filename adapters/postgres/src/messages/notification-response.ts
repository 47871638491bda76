// PostgreSQL: Frontend/Backend Protocol, "Message Formats": NotificationResponse
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'

/** A NOTIFY on a channel this session listens to. May come at any time. */
export type NotificationResponse = {
  /** Process id of the session that notified. */
  readonly processId: number
  readonly channel: string
  readonly payload: string
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeNotificationResponse(
  payload: Buffer,
  encoding: TextEncoding = 'utf8',
): NotificationResponse {
  const reader = new ByteReader(payload, 'upstream', 'NotificationResponse')
  const processId = reader.i32()
  const channel = reader.cstring(encoding)
  const text = reader.cstring(encoding)
  reader.end()
  return { processId, channel, payload: text }
}

/** The whole message. */
export function encodeNotificationResponse(
  message: NotificationResponse,
  encoding: TextEncoding = 'utf8',
): Buffer {
  const writer = new ByteWriter().beginMessage(backend.NotificationResponse)
  writer.i32(message.processId).cstring(message.channel, encoding).cstring(message.payload, encoding)
  return writer.endMessage().finish()
}
