// PostgreSQL: Frontend/Backend Protocol, "Message Formats": CopyData
import { ByteReader } from '@sluice/wire/reader'
import type { Fault } from '@sluice/wire/violation'
import { ByteWriter } from '@sluice/wire/writer'
import { frontend } from './codes.ts'

/** A piece of a COPY stream, in either direction. */
export type CopyData = {
  /** A view of the body. Message borders need not be row borders when a frontend sends it. */
  readonly data: Buffer
}

/** Reads the body. Throws ProtocolViolation. `fault`: the side that sent it. */
export function decodeCopyData(payload: Buffer, fault: Fault = 'client'): CopyData {
  const reader = new ByteReader(payload, fault, 'CopyData')
  return { data: reader.rest() }
}

/** The whole message. */
export function encodeCopyData(message: CopyData): Buffer {
  const writer = new ByteWriter(message.data.length + 16).beginMessage(frontend.CopyData)
  writer.bytes(message.data)
  return writer.endMessage().finish()
}
