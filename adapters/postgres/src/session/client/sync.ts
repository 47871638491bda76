import { decodeFlush } from '../../messages/flush.ts'
import { Remembered } from '../../messages/remembered.ts'
import { decodeSync } from '../../messages/sync.ts'
import type { Session } from '../session.ts'
import { ignoresSync } from './copy-owed.ts'
import type { ClientFrame } from './frame.ts'
import { holdSync, sendSync } from './held-sync.ts'

const syncs = new Remembered(decodeSync)

/** Sync: ends the pipeline; errors are over. Amid the data of a COPY the database ignores it, and so does the gateway. */
export function handleSync(session: Session, frame: ClientFrame): void {
  syncs.read(frame)
  if (holdSync(session) || ignoresSync(session)) return
  sendSync(session, frame)
}

/** Flush: the database sends what it has. */
export function handleFlush(session: Session, { payload, raw }: ClientFrame): void {
  decodeFlush(payload)
  session.toUpstream.add(raw)
}
