// MySQL: Client/Server Protocol, "Session State Information"; MariaDB: "OK_Packet", "Session State Info".
import { ByteReader } from '@sluice/wire/reader'
import { ByteWriter } from '@sluice/wire/writer'
import { wordsOf } from './body.ts'
import { readBytes, writeBytes, writeText } from './length-encoded.ts'

/** One thing that a statement has changed in its session, as the server tells it. */
export type SessionChange =
  | { readonly kind: 'variable'; readonly name: string; readonly value: string }
  | { readonly kind: 'schema'; readonly name: string }
  /** `1`: something of the session was changed. */
  | { readonly kind: 'state'; readonly changed: string }
  | { readonly kind: 'gtids'; readonly encoding: number; readonly gtids: string }
  /** The statements that would begin the same transaction again. */
  | { readonly kind: 'transaction-characteristics'; readonly statements: string }
  /** Eight characters, `_` for what is not. */
  | { readonly kind: 'transaction-state'; readonly state: string }

/** Most changes one OK packet may report: there are some 700 settings. */
export const MAX_SESSION_CHANGES = 4096

const VARIABLE = 0
const SCHEMA = 1
const STATE = 2
const GTIDS = 3
const TRANSACTION_CHARACTERISTICS = 4
const TRANSACTION_STATE = 5

/** Reads the information without the length before it. Throws ProtocolViolation. */
export function decodeSessionState(bytes: Buffer): readonly SessionChange[] {
  const reader = new ByteReader(bytes, 'upstream', 'session state information')
  const changes: SessionChange[] = []
  while (reader.remaining > 0) {
    const type = reader.u8()
    const inner = new ByteReader(readBytes(reader), 'upstream', 'session state information')
    readChange(inner, type, changes)
    inner.end()
    if (changes.length > MAX_SESSION_CHANGES) throw reader.violation('has more than 4096 changes')
  }
  return changes
}

function readChange(inner: ByteReader, type: number, changes: SessionChange[]): void {
  const word = (): string => wordsOf(readBytes(inner))
  switch (type) {
    case VARIABLE:
      // MariaDB puts several into one entry.
      do changes.push({ kind: 'variable', name: word(), value: word() })
      while (inner.remaining > 0 && changes.length <= MAX_SESSION_CHANGES)
      return
    case SCHEMA:
      changes.push({ kind: 'schema', name: word() })
      return
    case STATE:
      changes.push({ kind: 'state', changed: wordsOf(inner.rest()) })
      return
    case GTIDS:
      changes.push({ kind: 'gtids', encoding: inner.u8(), gtids: word() })
      return
    case TRANSACTION_CHARACTERISTICS:
      changes.push({ kind: 'transaction-characteristics', statements: word() })
      return
    case TRANSACTION_STATE:
      changes.push({ kind: 'transaction-state', state: word() })
      return
    default:
      throw inner.violation(`has a change of the unknown type ${type}`)
  }
}

/** The information without the length before it. */
export function encodeSessionState(changes: readonly SessionChange[]): Buffer {
  const writer = new ByteWriter(128)
  for (const change of changes) {
    const inner = new ByteWriter(64)
    writer.u8(writeChange(inner, change))
    writeBytes(writer, inner.finish())
  }
  return writer.finish()
}

function writeChange(inner: ByteWriter, change: SessionChange): number {
  switch (change.kind) {
    case 'variable':
      writeText(inner, change.name)
      writeText(inner, change.value)
      return VARIABLE
    case 'schema':
      writeText(inner, change.name)
      return SCHEMA
    case 'state':
      // A flag without a length of its own, other than what the documentation of MySQL says: `02 01 31`.
      inner.bytes(Buffer.from(change.changed))
      return STATE
    case 'gtids':
      inner.u8(change.encoding)
      writeText(inner, change.gtids)
      return GTIDS
    case 'transaction-characteristics':
      writeText(inner, change.statements)
      return TRANSACTION_CHARACTERISTICS
    case 'transaction-state':
      writeText(inner, change.state)
      return TRANSACTION_STATE
  }
}
