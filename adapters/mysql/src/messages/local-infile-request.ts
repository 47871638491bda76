// MySQL: Client/Server Protocol, "LOCAL INFILE Request".
import { encodeText, type TextEncoding } from '@sluice/wire/text'
import { ByteWriter } from '@sluice/wire/writer'
import { bodyReader, restText } from './body.ts'

/** The server asks for a file of the client's. A server that no LOAD DATA LOCAL was sent to must not. */
export type LocalInfileRequest = { readonly fileName: string }

/** The first byte, in the place of a column count. */
export const LOCAL_INFILE_REQUEST = 0xfb

/** Reads the payload. Throws ProtocolViolation. */
export function decodeLocalInfileRequest(
  payload: Buffer,
  encoding: TextEncoding = 'utf8',
): LocalInfileRequest {
  const reader = bodyReader(payload, 'upstream', 'LOCAL INFILE Request', LOCAL_INFILE_REQUEST)
  return { fileName: restText(reader, encoding) }
}

/** The payload. */
export function encodeLocalInfileRequest(
  message: LocalInfileRequest,
  encoding: TextEncoding = 'utf8',
): Buffer {
  const name = encodeText(message.fileName, encoding, 'LOCAL INFILE Request')
  return new ByteWriter(64).u8(LOCAL_INFILE_REQUEST).bytes(name).finish()
}
