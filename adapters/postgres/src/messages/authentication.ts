// PostgreSQL: Frontend/Backend Protocol, "Message Formats": AuthenticationOk and the other messages that open with `R`
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { backend } from './codes.ts'

/** What the backend asks for, or that it is content. */
export type Authentication =
  | { readonly kind: 'ok' }
  | { readonly kind: 'cleartext-password' }
  | { readonly kind: 'md5-password'; readonly salt: Buffer }
  | { readonly kind: 'sasl'; readonly mechanisms: readonly string[] }
  | { readonly kind: 'sasl-continue'; readonly data: Buffer }
  | { readonly kind: 'sasl-final'; readonly data: Buffer }
  /** Kerberos, SCM, GSSAPI, SSPI and whatever comes later. */
  | { readonly kind: 'unsupported'; readonly code: number; readonly data: Buffer }

/** Most SASL mechanisms one message may offer. */
const MAX_SASL_MECHANISMS = 32

const OK = 0
const CLEARTEXT_PASSWORD = 3
const MD5_PASSWORD = 5
const SASL = 10
const SASL_CONTINUE = 11
const SASL_FINAL = 12

/** Reads the body. Throws ProtocolViolation. */
export function decodeAuthentication(payload: Buffer): Authentication {
  const reader = new ByteReader(payload, 'upstream', 'Authentication')
  const message = readBody(reader, reader.u32())
  reader.end()
  return message
}

function readBody(reader: ByteReader, code: number): Authentication {
  switch (code) {
    case OK:
      return { kind: 'ok' }
    case CLEARTEXT_PASSWORD:
      return { kind: 'cleartext-password' }
    case MD5_PASSWORD:
      return { kind: 'md5-password', salt: reader.bytes(4) }
    case SASL:
      return { kind: 'sasl', mechanisms: readMechanisms(reader) }
    case SASL_CONTINUE:
      return { kind: 'sasl-continue', data: reader.rest() }
    case SASL_FINAL:
      return { kind: 'sasl-final', data: reader.rest() }
    default:
      return { kind: 'unsupported', code, data: reader.rest() }
  }
}

function readMechanisms(reader: ByteReader): string[] {
  const mechanisms: string[] = []
  for (let name = reader.cstring(); name !== ''; name = reader.cstring()) {
    if (mechanisms.length === MAX_SASL_MECHANISMS) throw reader.violation('offers more than 32 mechanisms')
    mechanisms.push(name)
  }
  return mechanisms
}

/** The whole message. */
export function encodeAuthentication(message: Authentication): Buffer {
  const writer = new ByteWriter().beginMessage(backend.Authentication)
  writeBody(writer, message)
  return writer.endMessage().finish()
}

function writeBody(writer: ByteWriter, message: Authentication): ByteWriter {
  switch (message.kind) {
    case 'ok':
      return writer.u32(OK)
    case 'cleartext-password':
      return writer.u32(CLEARTEXT_PASSWORD)
    case 'md5-password':
      return writer.u32(MD5_PASSWORD).bytes(message.salt)
    case 'sasl':
      writer.u32(SASL)
      for (const mechanism of message.mechanisms) writer.cstring(mechanism)
      return writer.u8(0)
    case 'sasl-continue':
      return writer.u32(SASL_CONTINUE).bytes(message.data)
    case 'sasl-final':
      return writer.u32(SASL_FINAL).bytes(message.data)
    case 'unsupported':
      return writer.u32(message.code).bytes(message.data)
  }
}
