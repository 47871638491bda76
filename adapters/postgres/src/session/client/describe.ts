import { decodeDescribe } from '../../messages/describe.ts'
import { Remembered } from '../../messages/remembered.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'

const describes = new Remembered(decodeDescribe)

/** Describe: the answer is kept, for the rows that an Execute without a Describe of its own will bring. */
export function handleDescribe(session: Session, frame: ClientFrame): void {
  const { target, name } = describes.read(frame, session.encoding)
  if (target === 'statement') {
    const prepared = session.names.statement(name)
    if (prepared !== undefined) prepared.described ??= 'asked'
    session.expectations.push({ kind: 'describe-statement', prepared, state: 'describe-statement' })
  } else {
    const portal = session.names.portal(name)
    if (portal !== undefined) portal.described ??= 'asked'
    session.expectations.push({ kind: 'describe-portal', portal, visible: true, state: 'describe-portal' })
  }
  session.toUpstream.addSlice(frame)
  session.sinceSync += 1
}
