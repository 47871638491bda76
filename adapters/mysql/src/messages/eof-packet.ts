// MySQL: Client/Server Protocol, "EOF_Packet". Not sent any more where DEPRECATE_EOF was agreed on.
import { ByteWriter } from '@sluice/wire/writer'
import { bodyReader } from './body.ts'

/** The end of the column definitions, or of the rows. */
export type EofPacket = {
  readonly warnings: number
  /** Bits of `status`. */
  readonly status: number
}

/** The first byte, which an OK packet has instead where DEPRECATE_EOF was agreed on. */
export const EOF_HEADER = 0xfe

/** Reads the payload. Throws ProtocolViolation. */
export function decodeEofPacket(payload: Buffer): EofPacket {
  const reader = bodyReader(payload, 'upstream', 'EOF_Packet', EOF_HEADER)
  const warnings = reader.u16le()
  const status = reader.u16le()
  reader.end()
  return { warnings, status }
}

/** The payload. */
export function encodeEofPacket({ warnings, status }: EofPacket): Buffer {
  return new ByteWriter(16).u8(EOF_HEADER).u16le(warnings).u16le(status).finish()
}
