import { isUtf8 } from 'node:buffer'
import { characterBorder } from '@sluice/wire/text'
import { ProtocolViolation } from '@sluice/wire/violation'
import { frontend } from '../../messages/codes.ts'
import { typeFlags } from '../../messages/type-flags.ts'
import { databaseWords } from '../../replies/database-words.ts'
import type { Refusal } from '../../replies/refusal.ts'
import { sqlstate } from '../../replies/sqlstate.ts'
import type { ClientFrame } from './frame.ts'

/** Messages that the database reads as a whole before it does anything of them. */
const readWhole = typeFlags([
  frontend.Query,
  frontend.Parse,
  frontend.Bind,
  frontend.Describe,
  frontend.Execute,
  frontend.Close,
  frontend.FunctionCall,
])

/**
 * What a client is told of a message whose length is right and whose body is not: the database answers that with an
 * ERROR like any other (backend/libpq/pqformat.c) and hears the next one. Nothing of it is forwarded. Undefined for what
 * is no fault of its body, which ends the session.
 */
export function brokenBody({ type, payload }: ClientFrame, error: unknown): Refusal | undefined {
  if (!(error instanceof ProtocolViolation) || error.fault !== 'client' || readWhole[type] !== 1)
    return undefined
  if (error.reason === 'encoding') return databaseWords.notUtf8(invalidSequence(payload))
  if (error.reason !== 'malformed') return undefined
  return { code: sqlstate.protocolViolation, message: error.message, hint: '' }
}

/** How many bytes are looked at together in search of what is wrong: a character each takes half a minute for 64 MiB. */
const BLOCK_BYTES = 16 * 1024

/** Where texts that are not UTF-8 leave it: as many bytes as the first of them announces (`report_invalid_encoding`). */
export function invalidSequence(payload: Buffer): Buffer {
  let at = firstBrokenBlock(payload)
  for (;;) {
    const length = announced(payload[at] ?? 0)
    const sequence = payload.subarray(at, at + length)
    const zero = sequence.indexOf(0)
    if (zero > 0) return sequence.subarray(0, zero)
    if (at >= payload.length || !isUtf8(sequence)) return sequence
    at += length
  }
}

/** Where the first block begins that leaves UTF-8, or the last one. Blocks end between characters. */
function firstBrokenBlock(payload: Buffer): number {
  let at = 0
  for (;;) {
    if (at + BLOCK_BYTES >= payload.length) return at
    const end = characterBorder(payload, at + BLOCK_BYTES)
    if (end <= at || !isUtf8(payload.subarray(at, end))) return at
    at = end
  }
}

/** Length of the character that begins with this byte, as the database has it (`pg_utf_mblen`). */
function announced(byte: number): number {
  if ((byte & 0xe0) === 0xc0) return 2
  if ((byte & 0xf0) === 0xe0) return 3
  return (byte & 0xf8) === 0xf0 ? 4 : 1
}
