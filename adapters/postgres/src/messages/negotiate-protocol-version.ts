// PostgreSQL: Frontend/Backend Protocol, "Message Formats": NegotiateProtocolVersion
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'

/** The server speaks an older minor version than was asked for, or lacks protocol options. */
export type NegotiateProtocolVersion = {
  /** Newest version served, as a version word: servers send the whole word, not the minor number alone. */
  readonly newest: number
  /** Protocol options (`_pq_.…`) the server does not know. */
  readonly unknownOptions: readonly string[]
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeNegotiateProtocolVersion(
  payload: Buffer,
  encoding: TextEncoding = 'utf8',
): NegotiateProtocolVersion {
  const reader = new ByteReader(payload, 'upstream', 'NegotiateProtocolVersion')
  const newest = reader.u32()
  const unknownOptions: string[] = []
  for (let left = reader.u32(); left > 0; left -= 1) unknownOptions.push(reader.cstring(encoding))
  reader.end()
  return { newest, unknownOptions }
}

/** The whole message. */
export function encodeNegotiateProtocolVersion(
  message: NegotiateProtocolVersion,
  encoding: TextEncoding = 'utf8',
): Buffer {
  const writer = new ByteWriter().beginMessage(backend.NegotiateProtocolVersion)
  writer.u32(message.newest).u32(message.unknownOptions.length)
  for (const option of message.unknownOptions) writer.cstring(option, encoding)
  return writer.endMessage().finish()
}
