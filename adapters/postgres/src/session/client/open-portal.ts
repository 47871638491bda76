import type { Analysis } from '@sluice/core/analysis/context'
import type { Decision } from '@sluice/core/policy/decision'
import { admit } from '@sluice/gateway/pipeline/admit'
import { runsOwnCode } from '@sluice/gateway/pipeline/near-masked'
import { whenReady } from '@sluice/gateway/session/interruptible'
import type { Slice } from '@sluice/wire/outgoing'
import { canceled } from '../canceled.ts'
import { closeUnsent, isAllowed, record, refusalOf } from '../decide.ts'
import type { Opened, Portal } from '../names.ts'
import { refuseExtended } from '../refuse.ts'
import { type Running, returnedByCursor, running, settle } from '../running.ts'
import { isDeaf } from '../send.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'

/** A portal's statement as it is understood and decided now. */
export type Decided = { readonly analysis: Analysis; readonly decision: Decision }

/** Forwards the message that has the portal's statement run, or planned. */
export type Forward = (session: Session, opened: Opened, portal: Portal, frame: Slice) => void

/**
 * Opens the record of a portal's statement and forwards the message once the permit is there; refuses it where policy does.
 * INVARIANT (record-before-effect).
 */
export function openPortal(
  session: Session,
  portal: Portal,
  { analysis, decision }: Decided,
  frame: ClientFrame,
  forward: Forward,
): void | Promise<void> {
  const execution = record(session, analysis, decision, portal.values, portal.prepared.traceparent)
  if (decision.kind === 'deny' || !isAllowed(execution)) {
    closeUnsent(session, execution)
    if (decision.kind === 'deny') refuseExtended(session, refusalOf(decision))
    return undefined
  }
  const run = running(execution, returnedByCursor(session, execution) ?? portal.returned)
  const permit = admit(session.governance, session.who, execution)
  if (!(permit instanceof Promise)) return goOn(session, { run, permit }, portal, frame, forward)
  const kept = frame.keep()
  return whenReady(
    session,
    permit,
    (granted) => goOn(session, { run, permit: granted }, portal, kept, forward),
    () => {
      settle(session, run, 'refused', canceled.code)
      refuseExtended(session, canceled)
    },
  )
}

function goOn(session: Session, opened: Opened, portal: Portal, frame: Slice, forward: Forward): void {
  if (isDeaf(session)) settle(session, opened.run, 'skipped')
  else forward(session, opened, portal, frame)
}

/**
 * The record that was opened at Bind, for the portal's first Execute, where nothing has changed since: the same statement
 * is allowed by the same policy. Otherwise the record stands for the Bind alone.
 */
export function takeOpened(
  session: Session,
  portal: Portal,
  { analysis, decision }: Decided,
): Opened | undefined {
  const { opened } = portal
  if (opened === undefined) return undefined
  portal.opened = undefined
  const { execution } = opened.run
  const same =
    execution.analysis === analysis &&
    decision.kind === 'allow' &&
    execution.decision.policyVersion === decision.policyVersion
  if (same) return opened
  settleBound(session, opened.run)
  return undefined
}

/**
 * Closes the record of what was bound and never executed. Code of the users' own may have run in its planning, and that is
 * done then; what runs none did nothing.
 */
export function settleBound(session: Session, run: Running): void {
  if (session.over) settle(session, run, 'lost')
  else settle(session, run, runsOwnCode(run.execution.analysis.facts) ? 'completed' : 'skipped')
}
