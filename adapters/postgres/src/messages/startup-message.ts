// PostgreSQL: Frontend/Backend Protocol, "Message Formats": StartupMessage
import { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ProtocolViolation } from '@sluice/wire/violation'
import { ByteWriter } from '@sluice/wire/writer'

/** Protocol 3.0 as a version word. */
export const PROTOCOL_3_0 = 0x0003_0000
/** Protocol 3.2 as a version word (PostgreSQL 18). */
export const PROTOCOL_3_2 = 0x0003_0002
/** Most parameters a startup packet may carry. */
export const MAX_STARTUP_PARAMETERS = 256

/** Opens a session: who, to which database, with which settings. All of it is the client's claim. */
export type StartupMessage = {
  /** Version word: major in the high 16 bits (always 3), minor in the low. */
  readonly version: number
  /**
   * Parameters in the order sent. Of a name that comes twice the last value counts, as in the server.
   * Names that begin with `_pq_.` ask for protocol options.
   */
  readonly parameters: ReadonlyMap<string, string>
}

/** Reads a packet from its version word on. Throws ProtocolViolation, also for a major version other than 3. */
export function decodeStartupMessage(payload: Buffer, encoding: TextEncoding = 'utf8'): StartupMessage {
  const reader = new ByteReader(payload, 'client', 'StartupMessage')
  const version = reader.u32()
  if (version >>> 16 !== 3) throw reader.violation(`asks for protocol ${version >>> 16}, not 3`)
  const parameters = new Map<string, string>()
  for (let count = 0; ; count += 1) {
    const name = reader.cstring(encoding)
    if (name === '') break
    if (count === MAX_STARTUP_PARAMETERS) throw reader.violation('has more than 256 parameters')
    // A repeated name moves to the place of its last value: settings are applied in that order.
    parameters.delete(name)
    parameters.set(name, reader.cstring(encoding))
  }
  reader.end()
  return { version, parameters }
}

/** The whole packet. Throws when a name is empty, which would end the list early. */
export function encodeStartupMessage(message: StartupMessage, encoding: TextEncoding = 'utf8'): Buffer {
  const writer = new ByteWriter(256).beginMessage().u32(message.version)
  for (const [name, value] of message.parameters) {
    if (name === '') throw new ProtocolViolation('gateway', 'malformed', 'a startup parameter needs a name')
    writer.cstring(name, encoding).cstring(value, encoding)
  }
  return writer.u8(0).endMessage().finish()
}
