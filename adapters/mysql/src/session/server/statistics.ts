import { advance } from '@sluice/wire/states/advance'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { Frame } from '../../framing/frame-piece.ts'
import { upstreamLeg } from '../../states/upstream-leg.ts'
import type { Exchange } from '../exchange.ts'
import type { WireSession } from '../wire-session.ts'
import { relay } from './emit.ts'

/** `Uptime: 11  Threads: 1  Questions: 3 …`, and a byte of zero that older servers put behind it. */
const FIGURES = /^(?:[A-Z][A-Za-z ]*: +[\d.]+ *)+\0?$/

/** COM_STATISTICS: a line of figures, the server's own. */
export function handleStatistics(session: WireSession, owed: Exchange, frame: Frame): void {
  if (!FIGURES.test(frame.payload.toString('latin1')))
    throw new ProtocolViolation('upstream', 'malformed', 'the line of figures holds more than figures')
  owed.state = advance(upstreamLeg.upstream, owed.state, 'Statistics')
  relay(session, frame)
}
