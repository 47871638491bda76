import { advance } from '@sluice/wire/states/advance'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { Frame } from '../../framing/frame-piece.ts'
import { upstreamLeg } from '../../states/upstream-leg.ts'
import type { Exchange } from '../exchange.ts'
import type { WireSession } from '../wire-session.ts'
import { relay } from './emit.ts'

/**
 * The database asks for a file of the client's. INVARIANT (hostile-both-sides): it may once, for a LOAD DATA LOCAL that the
 * client sent and a rule allowed, and for the very file that this names.
 */
export function handleFileRequest(session: WireSession, owed: Exchange, frame: Frame): void {
  const { file } = owed
  if (file === undefined)
    throw new ProtocolViolation('upstream', 'unexpected', 'the database asked for a file of the client')
  if (!frame.payload.subarray(1).equals(file.name))
    throw new ProtocolViolation(
      'upstream',
      'unexpected',
      'the database asked for another file than the statement names',
    )
  owed.state = advance(upstreamLeg.upstream, owed.state, 'LocalFileRequest')
  file.sequence = session.upstreamFramer.sequence
  relay(session, frame)
  session.clientFramer.expect(session.replySequence)
  session.toClient.flush()
  session.fileAsked?.()
}
