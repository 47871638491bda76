// MySQL: Client/Server Protocol, "LOCAL INFILE Request": the file in packets, then an empty one.
import type { Step } from '@sluice/wire/pump'
import { advance } from '@sluice/wire/states/advance'
import { ProtocolViolation } from '@sluice/wire/violation'
import { HEADER_BYTES } from '../../framing/packets.ts'
import { clientLeg } from '../../states/client-leg.ts'
import { countFile } from '../client-file.ts'
import type { Exchange } from '../exchange.ts'
import { numberPackets } from '../server/emit.ts'
import type { WireSession } from '../wire-session.ts'

/** Waits until a command is answered, or until the client has to send a file before it can be. */
export function answerOrFile(session: WireSession, answer: Promise<void>): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  session.answer = answer
  session.fileAsked = resolve
  answer.then(() => {
    session.answer = undefined
    resolve()
  }, reject)
  return promise
}

/** Takes more of the file that the database has asked for, many packets at a time. */
export function fileStep(session: WireSession, owed: Exchange): Step {
  const framer = session.clientFramer
  const run = framer.run((_bytes, start, end) => end > start)
  if (run !== undefined) {
    pass(session, owed, run.bytes, run.count)
    return true
  }
  const piece = framer.next()
  if (piece === undefined) return false
  // Packets of the client are framed whole.
  if (piece.kind !== 'frame') throw new ProtocolViolation('gateway', 'limit', 'a file came in pieces')
  const ended = piece.payload.length === 0
  pass(session, owed, piece.raw, piece.packets)
  if (ended && !session.over) endFile(session, owed)
  return true
}

/**
 * The bytes go on as they came, but for the numbers of their packets (INVARIANT relay-by-slice). Beyond a limit nothing does:
 * the rest is read, so that the client hears the reason where it listens for an answer.
 */
function pass(session: WireSession, owed: Exchange, bytes: Buffer, packets: number): void {
  session.replySequence = session.clientFramer.sequence
  const { run, file } = owed
  if (run === undefined || file === undefined) throw new Error('a file is sent for no statement')
  const size = bytes.length - packets * HEADER_BYTES
  file.exceeded ??= countFile(session, run, size)
  if (file.exceeded !== undefined) {
    file.dropped += size
    if (size === 0 || file.dropped > MAX_DROPPED_BYTES) session.end(file.exceeded.message, file.exceeded)
    return
  }
  numberPackets(bytes, 0, bytes.length, file.sequence)
  file.sequence = (file.sequence + packets) & 0xff
  session.toUpstream.add(bytes)
  session.toUpstream.flush()
}

/** What is read of a file behind a limit. INVARIANT (hostile-both-sides): a client could send without end. */
export const MAX_DROPPED_BYTES: number = 64 * 1024 * 1024

function endFile(session: WireSession, owed: Exchange): void {
  advance(clientLeg.client, 'local-file', 'LocalFileEnd')
  session.upstreamFramer.expect(owed.file?.sequence ?? 0)
  owed.file = undefined
  owed.state = 'local-file-end'
}
