import { capability, has } from '../messages/capabilities.ts'
import { encodeEofPacket } from '../messages/eof-packet.ts'
import { encodeOkPacket, type OkPacket } from '../messages/ok-packet.ts'
import { status } from '../messages/status-flags.ts'
import { emit } from './server/emit.ts'
import type { WireSession } from './wire-session.ts'

/** Of what the database said last, what still holds: the transaction and the settings. */
const LASTING =
  status.IN_TRANS |
  status.AUTOCOMMIT |
  status.NO_BACKSLASH_ESCAPES |
  status.IN_TRANS_READONLY |
  status.ANSI_QUOTES

/** Answers a command that the gateway carried out by itself. */
export function answerOk(session: WireSession): void {
  const more = session.moreFollow ? status.MORE_RESULTS_EXISTS : 0
  emit(session, encodeOkPacket(okWith(session, 0x00, more), session.capabilities.flags))
  session.toClient.flush()
}

/** The same where the servers answer with EOF. */
export function answerEof(session: WireSession): void {
  const { flags } = session.capabilities
  const eof = has(flags, capability.DEPRECATE_EOF)
    ? encodeOkPacket(okWith(session, 0xfe, 0), flags)
    : encodeEofPacket({ warnings: 0, status: session.status & LASTING })
  emit(session, eof)
  session.toClient.flush()
}

function okWith(session: WireSession, header: OkPacket['header'], flags: number): OkPacket {
  const lasting = session.status & LASTING
  return {
    header,
    affectedRows: 0n,
    lastInsertId: 0n,
    status: lasting | flags,
    warnings: 0,
    info: '',
    changes: [],
  }
}
