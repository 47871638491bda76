import { status } from '../../messages/status-flags.ts'
import { errno } from '../../replies/errno.ts'
import type { Exchange } from '../exchange.ts'
import { type Running, settle } from '../running.ts'
import type { Outcome } from '../session.ts'
import type { WireSession } from '../wire-session.ts'

/** The command is answered in full: its record is closed, and whoever waits for it goes on. */
export function finish(session: WireSession, owed: Exchange, outcome: Outcome, code?: string): void {
  session.exchange = undefined
  const { run } = owed
  if (run !== undefined)
    settle(session, run, outcome === 'done' ? 'completed' : 'failed', code ?? limitCode(run))
  if ((session.status & status.IN_TRANS) === 0) session.moves.ended()
  owed.over(outcome)
}

/** A result that a limit ended is completed all the same: the database ran the statement. */
function limitCode({ overLimit }: Running): string | undefined {
  return overLimit === undefined ? undefined : String(errno.queryInterrupted)
}
