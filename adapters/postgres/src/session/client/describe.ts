import type { Analysis } from '@sluice/core/analysis/context'
import { whenReady } from '@sluice/gateway/session/interruptible'
import type { Slice } from '@sluice/wire/outgoing'
import { type Describe, decodeDescribe } from '../../messages/describe.ts'
import { Remembered } from '../../messages/remembered.ts'
import { canceled } from '../canceled.ts'
import { decide } from '../decide.ts'
import { keepsColumns } from '../looked-up-late.ts'
import type { Opened, Prepared } from '../names.ts'
import { actsAsRead } from '../own-types.ts'
import { readPrepared } from '../read-prepared.ts'
import { refuseExtended } from '../refuse.ts'
import type { Running } from '../running.ts'
import { isDeaf } from '../send.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'
import { decidedRead, open, sendEarly } from './open.ts'
import { mayBeRestored, restoredFirst } from './restored.ts'

const describes = new Remembered(decodeDescribe)

/** Describe: the answer is kept, for the rows that an Execute without a Describe of its own will bring. */
export function handleDescribe(session: Session, frame: ClientFrame): void | Promise<void> {
  const { target, name } = describes.read(frame, session.encoding)
  const prepared = target === 'statement' ? session.names.statement(name) : undefined
  if (prepared !== undefined && mayBeRestored(session, prepared))
    return restoredFirst(session, frame, handleDescribe)
  // The database looks its names up for this too: see `isHidden`.
  const read = prepared === undefined ? undefined : readPrepared(session, prepared)
  if (!(read instanceof Promise)) return ask(session, target, name, frame, read)
  const kept = frame.keep()
  return whenReady(
    session,
    read,
    (ready) => ask(session, target, name, kept, ready),
    () => refuseExtended(session, canceled),
  )
}

function ask(
  session: Session,
  target: Describe['target'],
  name: string,
  frame: ClientFrame,
  analysis: Analysis | undefined,
): void | Promise<void> {
  if (isDeaf(session)) return undefined
  if (target === 'statement') {
    const prepared = session.names.statement(name)
    if (analysis !== undefined && prepared !== undefined && isReadAgain(prepared, analysis))
      return open(
        session,
        decidedRead(prepared, analysis, decide(session, analysis)),
        prepared,
        frame,
        sendRecorded,
      )
    expect(session, prepared, undefined)
  } else {
    const portal = session.names.portal(name)
    if (portal !== undefined) portal.described ??= 'asked'
    session.expectations.push({ kind: 'describe-portal', portal, visible: true, state: 'describe-portal' })
  }
  session.toUpstream.addSlice(frame)
  session.sinceSync += 1
  return undefined
}

/** The database reads a statement again whose names may lead elsewhere by now, and runs what that runs: see `actsAsRead`. */
function isReadAgain({ read, analysis }: Prepared, now: Analysis): boolean {
  return now !== analysis && read !== undefined && actsAsRead(read, now)
}

function sendRecorded(session: Session, opened: Opened, prepared: Prepared, frame: Slice): void {
  expect(session, prepared, opened.run)
  sendEarly(session, opened, frame)
}

function expect(session: Session, prepared: Prepared | undefined, run: Running | undefined): void {
  if (prepared !== undefined && keepsColumns(prepared)) {
    prepared.described ??= 'asked'
    prepared.askedIn = session.names.pipeline
  }
  session.expectations.push({ kind: 'describe-statement', prepared, run, state: 'describe-statement' })
}
