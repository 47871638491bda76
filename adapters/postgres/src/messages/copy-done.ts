// PostgreSQL: Frontend/Backend Protocol, "Message Formats": CopyDone
import type { Fault } from '@sluice/wire/violation'
import { readNothing, writeNothing } from './body.ts'
import { frontend } from './codes.ts'

/** The COPY stream is complete, in either direction. */
export type CopyDone = Readonly<Record<string, never>>

/** Reads the body. Throws ProtocolViolation when it is not empty. `fault`: the side that sent it. */
export function decodeCopyDone(payload: Buffer, fault: Fault = 'client'): CopyDone {
  readNothing(payload, fault, 'CopyDone')
  return {}
}

/** The whole message. */
export function encodeCopyDone(): Buffer {
  return writeNothing(frontend.CopyDone)
}
