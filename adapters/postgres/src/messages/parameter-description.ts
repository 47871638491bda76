// PostgreSQL: Frontend/Backend Protocol, "Message Formats": ParameterDescription
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'

/** The parameters of a described statement. */
export type ParameterDescription = {
  /** Type OID of each parameter. */
  readonly types: readonly number[]
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeParameterDescription(payload: Buffer): ParameterDescription {
  const reader = new ByteReader(payload, 'upstream', 'ParameterDescription')
  const types: number[] = []
  for (let left = reader.count16(4); left > 0; left -= 1) types.push(reader.u32())
  reader.end()
  return { types }
}

/** The whole message. */
export function encodeParameterDescription(message: ParameterDescription): Buffer {
  const writer = new ByteWriter().beginMessage(backend.ParameterDescription)
  writer.u16(message.types.length)
  for (const type of message.types) writer.u32(type)
  return writer.endMessage().finish()
}
