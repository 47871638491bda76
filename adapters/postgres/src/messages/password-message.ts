// PostgreSQL: Frontend/Backend Protocol, "Message Formats": PasswordMessage
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { frontend } from './codes.ts'

/** Answers AuthenticationCleartextPassword or AuthenticationMD5Password. */
export type PasswordMessage = {
  /** The password, or the MD5 answer. A credential: never logged, never traced. */
  readonly password: string
}

/** Reads the body. Throws ProtocolViolation. */
export function decodePasswordMessage(payload: Buffer, encoding: TextEncoding = 'utf8'): PasswordMessage {
  const reader = new ByteReader(payload, 'client', 'PasswordMessage')
  const password = reader.cstring(encoding)
  reader.end()
  return { password }
}

/** The whole message. */
export function encodePasswordMessage(message: PasswordMessage, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter().beginMessage(frontend.PasswordMessage)
  writer.cstring(message.password, encoding)
  return writer.endMessage().finish()
}
