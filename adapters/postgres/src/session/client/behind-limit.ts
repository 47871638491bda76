import type { Analysis } from '@sluice/core/analysis/context'
import { isCapped } from '@sluice/core/policy/caps'
import { isPureRead } from '@sluice/gateway/pipeline/admit'
import { decodeBind } from '../../messages/bind.ts'
import { frontend } from '../../messages/codes.ts'
import { decodeExecute } from '../../messages/execute.ts'
import { allAnswered } from '../ask.ts'
import type { Running } from '../running.ts'
import type { Session } from '../session.ts'
import { copyInOwed, takesCopy } from './copy-owed.ts'
import type { ClientFrame } from './frame.ts'

/** Remembers what an Execute that is sent now means for those behind it. */
export function noteSent(session: Session, run: Running): void {
  noteAlone(session, run)
  if (keeps(run.execution.analysis)) session.pipelineKeeps = true
}

/** The same of what is no part of a pipeline. */
export function noteAlone(session: Session, run: Running): void {
  if (takesCopy(run)) session.pipelineMayCopyIn = true
  const { analysis, decision } = run.execution
  if (isCapped(decision.obligations) && analysis.facts.outputs !== 'none') session.limited = run
}

/**
 * A row limit is the gateway's error, of which the database knows nothing: what stands behind it would be done, and what
 * stands before it kept, as no error of the database's own would have it. So what changes something, or would commit it,
 * waits for the answer to a limited result. Undefined where there is nothing to wait for.
 */
export function behindLimit(session: Session, { type, payload }: ClientFrame): Promise<void> | undefined {
  const { limited, muted, expectations } = session
  if (limited === undefined) return undefined
  // `muted`: the limit was passed, and an answer is owed that says whether a transaction is to fail.
  if (limited.closed && !(muted !== undefined && expectations.size > 0)) {
    session.limited = undefined
    return undefined
  }
  return mustWait(session, type, payload) && !copyInOwed(session) ? allAnswered(session) : undefined
}

function mustWait(session: Session, type: number, payload: Buffer): boolean {
  switch (type) {
    case frontend.Query:
    case frontend.FunctionCall:
      return true
    case frontend.Sync:
      return session.pipelineKeeps
    case frontend.Execute: {
      const portal = session.names.portal(decodeExecute(payload, session.encoding).portal)
      return portal === undefined || keeps(portal.analysis)
    }
    // What is executed behind it and changes something may change it as it is planned.
    case frontend.Bind: {
      const prepared = session.names.statement(decodeBind(payload, session.encoding).statement)
      return prepared === undefined || keeps(prepared.analysis)
    }
    default:
      return false
  }
}

/** It changes something, or ends a transaction. */
export function keeps(analysis: Analysis): boolean {
  return analysis.changes.length > 0 || !isPureRead(analysis)
}
