// PostgreSQL: Frontend/Backend Protocol, "Message Formats": ErrorResponse and NoticeResponse; "Error and Notice Message Fields"
import { isUtf8 } from 'node:buffer'
import type { ByteReader } from '@sluice/wire/reader'
import type { TextEncoding } from '@sluice/wire/text'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { ByteWriter } from '@sluice/wire/writer'

/**
 * Fields by their one-letter code, in the order sent: `S` severity, `V` the same untranslated, `C`
 * SQLSTATE, `M` message, `D` detail, `H` hint, `P` position, `W` where, …
 */
export type DiagnosticFields = ReadonlyMap<string, string>

/** What ErrorResponse and NoticeResponse are. */
export type Diagnostics = {
  readonly fields: DiagnosticFields
  /** `latin1`: the texts are in another encoding than UTF-8, and each character stands for a byte. */
  readonly encoding?: Extract<TextEncoding, 'latin1'>
}

/** Most fields one message may carry; the protocol defines 18. */
const MAX_DIAGNOSTIC_FIELDS = 64

/**
 * Reads a body that is a list of fields. Text is for people and comes in whatever encoding the server has
 * at that moment (before the session's is settled, its own), so where one is not UTF-8 all are read as latin1.
 */
export function readFields(reader: ByteReader): Diagnostics {
  const fields = new Map<string, Buffer>()
  for (let code = reader.u8(); code !== 0; code = reader.u8()) {
    const letter = String.fromCharCode(code)
    if (fields.size === MAX_DIAGNOSTIC_FIELDS || fields.has(letter)) {
      throw reader.violation('has too many fields or one of them twice')
    }
    fields.set(letter, reader.cbytes())
  }
  reader.end()
  const encoding = [...fields.values()].every((text) => isUtf8(text)) ? 'utf8' : 'latin1'
  const texts = new Map<string, string>()
  for (const [letter, text] of fields) texts.set(letter, text.toString(encoding))
  return encoding === 'utf8' ? { fields: texts } : { fields: texts, encoding }
}

/** Writes a body that is a list of fields, in the encoding that it was read in. */
export function writeFields(writer: ByteWriter, { fields, encoding }: Diagnostics): void {
  for (const [letter, text] of fields) {
    const code = letter.charCodeAt(0)
    if (letter.length !== 1 || code === 0) {
      throw new ProtocolViolation('gateway', 'malformed', 'an error field has a one-letter code')
    }
    writer.u8(code).cstring(text, encoding)
  }
  writer.u8(0)
}
