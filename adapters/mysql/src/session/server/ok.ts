import type { Frame } from '../../framing/frame-piece.ts'
import { capability, has } from '../../messages/capabilities.ts'
import { decodeEofPacket, encodeEofPacket } from '../../messages/eof-packet.ts'
import { decodeOkPacket, encodeOkPacket, type OkPacket } from '../../messages/ok-packet.ts'
import { status } from '../../messages/status-flags.ts'
import type { Exchange } from '../exchange.ts'
import type { WireSession } from '../wire-session.ts'
import { emit, relay } from './emit.ts'
import { masksOf } from './masks-of.ts'
import { noteChanges, noteStatus, seenOk } from './session-track.ts'
import { seenWarnings } from './warnings.ts'

/** What ends a result or a command, in either form. */
export type Ending = { readonly status: number; readonly affectedRows: bigint; readonly tell: () => void }

/** Reads what ends a command or, behind rows, a result. Nothing is sent before `tell` is called. */
export function readOk(session: WireSession, owed: Exchange, frame: Frame): Ending {
  const flags = session.upstreamCapabilities.flags
  const ok = decodeOkPacket(frame.payload, flags)
  noteStatus(session, ok.status)
  noteChanges(session, ok.changes)
  const warnings = seenWarnings(session, owed, ok.warnings)
  const seen = seenOk(ok, warnings, masksOf(session, owed), owed.run?.execution.analysis.facts)
  return {
    status: ok.status,
    affectedRows: ok.affectedRows,
    tell: () => tellOk(session, ok, seen, frame),
  }
}

function tellOk(session: WireSession, ok: OkPacket, seen: OkPacket, frame: Frame): void {
  const told = toldStatus(session, ok.status)
  const alike = !has(
    session.upstreamCapabilities.flags ^ session.capabilities.flags,
    capability.SESSION_TRACK,
  )
  if (seen === ok && told === ok.status && alike) relay(session, frame)
  else emit(session, encodeOkPacket({ ...seen, status: told }, session.capabilities.flags))
}

/** The same for an EOF packet. */
export function readEof(session: WireSession, owed: Exchange, frame: Frame): Ending {
  const eof = decodeEofPacket(frame.payload)
  noteStatus(session, eof.status)
  const told = toldStatus(session, eof.status)
  const warnings = seenWarnings(session, owed, eof.warnings)
  return {
    status: eof.status,
    affectedRows: 0n,
    tell: () => {
      if (told === eof.status && warnings === eof.warnings) relay(session, frame)
      else emit(session, encodeEofPacket({ warnings, status: told }))
    },
  }
}

/**
 * Statements of one text are sent to the database one by one; to the client they are one command with several results.
 * Who did not ask for changes of the session is sent none, and not told that they came.
 */
function toldStatus({ moreFollow, capabilities }: WireSession, flags: number): number {
  const tracked = has(capabilities.flags, capability.SESSION_TRACK)
  const told = tracked ? flags : flags & ~status.SESSION_STATE_CHANGED
  return moreFollow ? told | status.MORE_RESULTS_EXISTS : told
}
