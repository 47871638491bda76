import type { MaskedRow } from '@sluice/core/mask/apply'
import type { Permit } from '@sluice/gateway/pipeline/permit'
import type { Slice } from '@sluice/wire/outgoing'
import type { Frame } from '../framing/frame-piece.ts'
import { packetCount, toPackets } from '../framing/packets.ts'
import type { WireSession } from './wire-session.ts'

/** Sends what makes the database execute. INVARIANT (record-before-effect): it takes the statement's permit. */
export function sendStatement(session: WireSession, _permit: Permit, message: Buffer | Frame): void {
  session.sent = true
  sendCommand(session, message)
}

/** Sends a command that executes nothing; a frame goes on as it came. */
export function sendCommand(session: WireSession, message: Buffer | Frame): void {
  if (Buffer.isBuffer(message)) {
    session.toUpstream.add(toPackets(message, 0))
    session.upstreamFramer.expect(packetCount(message.length))
  } else {
    session.toUpstream.addSlice(message satisfies Slice)
    session.upstreamFramer.expect(message.packets)
  }
  session.toUpstream.flush()
}

/** Sends rows to the client. INVARIANT (no-unproven-column): it takes rows that a plan was applied to. */
export function sendRows(session: WireSession, rows: MaskedRow): void {
  session.toClient.add(rows)
}
