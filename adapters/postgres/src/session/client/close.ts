import { decodeClose } from '../../messages/close.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'

/** Close of a statement or a portal. */
export function handleClose(session: Session, { payload, raw }: ClientFrame): void {
  const { target, name } = decodeClose(payload, session.encoding)
  const { names } = session
  const change = target === 'statement' ? names.closeStatement(name) : names.closePortal(name)
  session.expectations.push({ kind: 'close', change, state: 'close' })
  session.toUpstream.add(raw)
  session.sinceSync += 1
}
