// MySQL: Client/Server Protocol, "OK_Packet"; MariaDB: "OK_Packet".
import type { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { bodyReader, wordsOf } from './body.ts'
import { capability, has } from './capabilities.ts'
import { EOF_HEADER } from './eof-packet.ts'
import { readBigInteger, readBytes, writeBytes, writeInteger, writeText } from './length-encoded.ts'
import { decodeSessionState, encodeSessionState, type SessionChange } from './session-state.ts'
import { status as statusFlag } from './status-flags.ts'

/** A command was carried out, or (with DEPRECATE_EOF) the rows are over. */
export type OkPacket = {
  /** 0xfe at the end of rows, else 0x00. */
  readonly header: 0x00 | 0xfe
  readonly affectedRows: bigint
  readonly lastInsertId: bigint
  /** Bits of `status`. */
  readonly status: number
  readonly warnings: number
  /** Words for people, `Rows matched: 1 …`. */
  readonly info: string
  /** What changed in the session; told only where SESSION_TRACK was agreed on. */
  readonly changes: readonly SessionChange[]
}

/** The first byte after a command. */
export const OK_HEADER = 0x00

/** Reads the payload; `flags` are the capabilities agreed on. Throws ProtocolViolation. */
export function decodeOkPacket(payload: Buffer, flags: number): OkPacket {
  const header = payload[0] === EOF_HEADER ? EOF_HEADER : OK_HEADER
  const reader = bodyReader(payload, 'upstream', 'OK_Packet', header)
  const affectedRows = readBigInteger(reader)
  const lastInsertId = readBigInteger(reader)
  const status = reader.u16le()
  const warnings = reader.u16le()
  const rest = { header, affectedRows, lastInsertId, status, warnings } as const
  if (!has(flags, capability.SESSION_TRACK)) return { ...rest, info: untracked(reader.rest()), changes: [] }
  return { ...rest, ...readTracked(reader, status) }
}

/** The servers put the length before the words here, too; their specification says that they do not. */
function untracked(rest: Buffer): string {
  return wordsOf(rest[0] === rest.length - 1 ? rest.subarray(1) : rest)
}

/** Servers leave the words out where there are none and nothing follows them. */
function readTracked(reader: ByteReader, status: number): Pick<OkPacket, 'info' | 'changes'> {
  if (reader.remaining === 0) return { info: '', changes: [] }
  const info = wordsOf(readBytes(reader))
  const changes = has(status, statusFlag.SESSION_STATE_CHANGED) ? decodeSessionState(readBytes(reader)) : []
  reader.end()
  return { info, changes }
}

/** The payload, by the capabilities agreed on. */
export function encodeOkPacket(message: OkPacket, flags: number): Buffer {
  const writer = new ByteWriter(64).u8(message.header)
  writeInteger(writer, message.affectedRows)
  writeInteger(writer, message.lastInsertId)
  writer.u16le(message.status).u16le(message.warnings)
  if (!has(flags, capability.SESSION_TRACK)) {
    if (message.info !== '') writeText(writer, message.info)
    return writer.finish()
  }
  const changed = has(message.status, statusFlag.SESSION_STATE_CHANGED)
  if (message.info !== '' || changed) writeText(writer, message.info)
  if (changed) writeBytes(writer, encodeSessionState(message.changes))
  return writer.finish()
}
