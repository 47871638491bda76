import { whenReady } from '@sluice/gateway/session/interruptible'
import type { Slice } from '@sluice/wire/outgoing'
import { type Describe, decodeDescribe } from '../../messages/describe.ts'
import { Remembered } from '../../messages/remembered.ts'
import { canceled } from '../canceled.ts'
import { readPrepared } from '../read-prepared.ts'
import { refuseExtended } from '../refuse.ts'
import { isDeaf } from '../send.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'

const describes = new Remembered(decodeDescribe)

/** Describe: the answer is kept, for the rows that an Execute without a Describe of its own will bring. */
export function handleDescribe(session: Session, frame: ClientFrame): void | Promise<void> {
  const { target, name } = describes.read(frame, session.encoding)
  const prepared = target === 'statement' ? session.names.statement(name) : undefined
  // The database looks its names up for this too: see `isHidden`.
  const read = prepared === undefined ? undefined : readPrepared(session, prepared)
  if (!(read instanceof Promise)) return ask(session, target, name, frame)
  const kept = frame.keep()
  return whenReady(
    session,
    read,
    () => ask(session, target, name, kept),
    () => refuseExtended(session, canceled),
  )
}

function ask(session: Session, target: Describe['target'], name: string, frame: Slice): void {
  if (isDeaf(session)) return
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
