import { isCapped } from '@sluice/core/policy/caps'
import type { Unit } from '@sluice/core/policy/document'
import { type Exceeded, leftOf, spend } from '@sluice/gateway/pipeline/spend'
import { errno } from '../../replies/errno.ts'
import { errorReply } from '../../replies/refusal.ts'
import type { Running } from '../running.ts'
import type { WireSession } from '../wire-session.ts'
import { emit } from './emit.ts'

/** How much more the statement may return: whole rows, and bytes of them. Infinity: there is no limit. */
export type Left = { readonly rows: number; readonly bytes: number }

const ALL: Left = { rows: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY }

/** What limits leave of a result now. */
export function leftNow({ governance }: WireSession, { execution, returned, plan }: Running): Left {
  const { decision } = execution
  if (!isCapped(decision.obligations)) return ALL
  const left = (unit: Unit): number => leftOf(governance, decision, unit, returned[unit])
  const labelled = plan?.labelled === undefined ? Number.POSITIVE_INFINITY : left('labelled') / plan.labelled
  return { rows: Math.floor(Math.min(left('rows'), labelled)), bytes: left('bytes') }
}

/** Counts rows; false once a limit is passed: then they are dropped and the database is asked to stop. */
export function countRows(session: WireSession, run: Running, rows: number, bytes: number): boolean {
  if (run.overLimit !== undefined) return false
  const { decision } = run.execution
  const amounts = { rows, bytes, labelled: rows * (run.plan?.labelled ?? 0) }
  if (isCapped(decision.obligations))
    run.overLimit = spend(session.governance, decision, run.returned, amounts)
  if (run.overLimit !== undefined) {
    session.cancelling ??= session.cancelUpstream().finally(() => {
      session.cancelling = undefined
    })
    return false
  }
  run.resultRows += rows
  run.rows += rows
  run.bytes += bytes
  run.returned.rows += rows
  run.returned.bytes += bytes
  run.returned.labelled += amounts.labelled
  return true
}

/** Tells the client that a limit ended its result. Behind an error nothing more of its text runs, as with the servers. */
export function tellOverLimit(session: WireSession, { message, hint }: Exceeded): void {
  session.moreFollow = false
  emit(session, errorReply({ code: errno.queryInterrupted, message, hint }))
}
