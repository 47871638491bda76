import type { Step } from '@sluice/wire/pump'
import { ProtocolViolation } from '@sluice/wire/violation'
import { capability, has } from '../../messages/capabilities.ts'
import type { WireSession } from '../wire-session.ts'
import { handleCommand } from './dispatch.ts'
import { answerOrFile, fileStep } from './local-file.ts'

/** Takes the client's next command, once the one before is answered in full. */
export function clientStep(session: WireSession): Step {
  if (session.toUpstream.blocked) return session.toUpstream.drained()
  // INVARIANT (hostile-both-sides): who does not take the answers asks nothing more.
  if (session.toClient.blocked) return session.toClient.drained()
  if (session.cancelling !== undefined) return session.cancelling
  const { exchange, answer } = session
  if (exchange?.state === 'local-file') return fileStep(session, exchange)
  if (answer !== undefined) return answerOrFile(session, answer)
  if (session.terminated) return false
  const framer = session.clientFramer
  framer.expect(0)
  // What is said while nobody asks, such as why the session ends, begins anew as well.
  session.replySequence = 0
  const piece = framer.next()
  if (piece === undefined) return false
  // Commands are framed whole.
  if (piece.kind !== 'frame') throw new ProtocolViolation('gateway', 'limit', 'a command came in pieces')
  session.replySequence = (piece.sequence + piece.packets) & 0xff
  const handled = handleCommand(session, piece)
  if (handled === undefined) return true
  return has(session.capabilities.flags, capability.LOCAL_FILES) ? answerOrFile(session, handled) : handled
}
