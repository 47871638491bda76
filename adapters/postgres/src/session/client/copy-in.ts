import { decodeCopyDone } from '../../messages/copy-done.ts'
import { decodeCopyFail } from '../../messages/copy-fail.ts'
import type { Running } from '../running.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'

/** True while the database takes CopyData. */
export function copyInRuns(session: Session): boolean {
  return session.expectations.head?.state === 'copy-in'
}

/**
 * CopyData, CopyDone, CopyFail. Forwarded only for a COPY IN that was permitted and is still owed an answer; late ones
 * are dropped, as the database itself drops them.
 */
export function handleCopyData(session: Session, { raw }: ClientFrame): void {
  if (copyInOwed(session)) session.toUpstream.add(raw)
}

export function handleCopyDone(session: Session, { payload, raw }: ClientFrame): void {
  decodeCopyDone(payload)
  if (copyInOwed(session)) session.toUpstream.add(raw)
}

export function handleCopyFail(session: Session, { payload, raw }: ClientFrame): void {
  decodeCopyFail(payload)
  if (copyInOwed(session)) session.toUpstream.add(raw)
}

/** True while a permitted COPY IN is still owed an answer. */
export function copyInOwed(session: Session): boolean {
  if (copyInRuns(session)) return true
  return session.expectations.some((owed) => {
    if (owed.kind === 'execute') return takesCopy(owed.run)
    return owed.kind === 'query' && owed.runs.some(takesCopy)
  })
}

function takesCopy({ execution }: Running): boolean {
  // What is not understood may be a COPY too; it was permitted as it is.
  return execution.analysis.copy?.direction === 'in' || execution.analysis.facts.opaque !== undefined
}
