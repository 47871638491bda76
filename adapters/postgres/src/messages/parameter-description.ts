// PostgreSQL: Frontend/Backend Protocol, "Message Formats": ParameterDescription
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'

/** The parameters of a described statement. */
export type ParameterDescription = {
  /** Type OID of each parameter. */
  readonly parameterTypes: readonly number[]
}

/** Reads the body. Throws ProtocolViolation. */
export function decodeParameterDescription(payload: Buffer): ParameterDescription {
  const reader = new ByteReader(payload, 'upstream', 'ParameterDescription')
  const parameterTypes: number[] = []
  for (let left = reader.count16(4); left > 0; left -= 1) parameterTypes.push(reader.u32())
  reader.end()
  return { parameterTypes }
}

/** The whole message. */
export function encodeParameterDescription(message: ParameterDescription): Buffer {
  const writer = new ByteWriter().beginMessage(backend.ParameterDescription)
  writer.u16(message.parameterTypes.length)
  for (const type of message.parameterTypes) writer.u32(type)
  return writer.endMessage().finish()
}
