// MySQL: Client/Server Protocol, "ERR_Packet".
import { isUtf8 } from 'node:buffer'
import { encodeText } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { bodyReader, wordsOf } from './body.ts'

/** An error: ends the command. */
export type ErrPacket = {
  readonly code: number
  /** Five characters. Absent in an error that comes before the handshake. */
  readonly sqlState: string | undefined
  readonly message: string
  /** `latin1`: the message is in another character set than UTF-8, and each character stands for a byte. */
  readonly encoding?: 'latin1'
}

/** The first byte. */
export const ERR_HEADER = 0xff
/** MariaDB's progress report: an ERR packet that is none. It comes only where it was agreed on. */
const PROGRESS_CODE = 0xffff
const SQL_STATE_MARKER = 0x23
const SQL_STATE_BYTES = 5

/** Reads the payload. Throws ProtocolViolation. */
export function decodeErrPacket(payload: Buffer): ErrPacket {
  const reader = bodyReader(payload, 'upstream', 'ERR_Packet', ERR_HEADER)
  const code = reader.u16le()
  if (code === PROGRESS_CODE) throw reader.violation('is a progress report, which was not agreed on')
  const rest = reader.rest()
  if (rest[0] !== SQL_STATE_MARKER) return { code, sqlState: undefined, ...messageOf(rest) }
  if (rest.length <= SQL_STATE_BYTES) throw reader.violation('ends within its SQLSTATE')
  const sqlState = rest.toString('latin1', 1, 1 + SQL_STATE_BYTES)
  return { code, sqlState, ...messageOf(rest.subarray(1 + SQL_STATE_BYTES)) }
}

const messageOf = (bytes: Buffer): Pick<ErrPacket, 'message' | 'encoding'> =>
  isUtf8(bytes) ? { message: wordsOf(bytes) } : { message: wordsOf(bytes), encoding: 'latin1' }

/** The payload. */
export function encodeErrPacket({ code, sqlState, message, encoding }: ErrPacket): Buffer {
  const writer = new ByteWriter(128).u8(ERR_HEADER).u16le(code)
  if (sqlState !== undefined) writer.u8(SQL_STATE_MARKER).bytes(Buffer.from(sqlState, 'latin1'))
  return writer.bytes(encodeText(message, encoding ?? 'utf8', 'ERR_Packet')).finish()
}
