import type { Step } from '@sluice/wire/pump'
import { type FrameBegin, type FrameContinue, frameHeader } from '../../framing/frame-piece.ts'
import type { Framer } from '../../framing/framer.ts'
import { frontend } from '../../messages/codes.ts'
import type { Session } from '../session.ts'
import { takesCopyData } from './copy-in.ts'
import { copyInRuns } from './copy-owed.ts'
import { handleClientFrame } from './dispatch.ts'

/** Bytes queued for the database at which they are written before more is read. */
const FLUSH_BYTES = 256 * 1024

/** Takes the client's next message. Parts of a long CopyData are relayed as they come. */
export function clientStep(session: Session, framer: Framer): Step {
  if (session.toUpstream.blocked) return session.toUpstream.drained()
  // INVARIANT (hostile-both-sides): who does not take the answers asks nothing more.
  if (session.toClient.blocked) return session.toClient.drained()
  if (session.expectations.full && !copyInRuns(session)) {
    session.toUpstream.flush()
    return session.expectations.room()
  }
  // Behind Terminate nothing is heard.
  if (session.terminated) return false
  if (relayCopyData(session, framer)) return true
  const piece = framer.next()
  if (piece === undefined) return false
  if (piece.kind === 'frame') {
    const { type } = piece
    const handled = handleClientFrame(session, piece)
    if (handled instanceof Promise) {
      session.toUpstream.flush()
      return waited(session, type, handled)
    }
  } else {
    relayPart(session, piece)
  }
  flushMuch(session)
  return true
}

/** Until then the client's next messages are not looked at, those of a COPY among them; see `breakCopy`. */
function waited(session: Session, type: number, handled: Promise<void>): Promise<void> {
  session.waiting = type
  return handled.finally(() => {
    session.waiting = undefined
    session.waitingHeard = false
  })
}

function flushMuch({ toUpstream }: Session): void {
  if (toUpstream.waitingBytes >= FLUSH_BYTES) toUpstream.flush()
}

/** INVARIANT (relay-by-slice): neighbouring CopyData messages go on, or are passed over, together. */
function relayCopyData(session: Session, framer: Framer): boolean {
  const messages = framer.run(frontend.CopyData)
  if (messages === undefined) return false
  if (takesCopyData(session)) session.toUpstream.add(messages.bytes)
  flushMuch(session)
  return true
}

/** Whether a long CopyData is wanted is asked once, at its start: half a message would end the stream's sense. */
function relayPart(session: Session, piece: FrameBegin | FrameContinue): void {
  if (piece.kind === 'begin') {
    session.relayingCopyData = takesCopyData(session)
    if (session.relayingCopyData) session.toUpstream.add(frameHeader(piece.type, piece.length))
  }
  if (session.relayingCopyData) session.toUpstream.add(piece.bytes)
}
