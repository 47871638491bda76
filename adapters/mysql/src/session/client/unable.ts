import type { Unread } from '@sluice/gateway/pipeline/unread'
import { statementFailureOf } from '@sluice/gateway/session/failure'
import { ProtocolViolation } from '@sluice/wire/violation'
import { errno } from '../../replies/errno.ts'
import type { Refusal } from '../../replies/refusal.ts'
import { Canceled, canceled } from '../canceled.ts'
import { refuse } from '../refuse.ts'
import { refuseUnread } from '../refuse-unread.ts'
import type { WireSession } from '../wire-session.ts'

/** The gateway could not do its part. Fails closed: what was not read is refused, or the session ends. */
export function unable(session: WireSession, unread: Unread, error: unknown): void {
  if (error instanceof ProtocolViolation) throw error
  // A second reply would be taken for that of the next command, and it would not be true.
  if (session.sent || session.exchange !== undefined) throw error
  if (error instanceof Canceled) return refuseUnread(session, unread, canceled)
  const { kind, told } = statementFailureOf(error)
  if (kind === 'internal') session.report(error)
  const refusal: Refusal = { code: errno.unknownError, ...told }
  // The one cannot be recorded, and the other has a record that says so.
  if (kind === 'journal' || kind === 'flows') refuse(session, refusal)
  else refuseUnread(session, unread, refusal)
}
