import { decodeFlush } from '../../messages/flush.ts'
import { Remembered } from '../../messages/remembered.ts'
import { decodeSync } from '../../messages/sync.ts'
import { raiseBarrier } from '../barrier.ts'
import type { Session } from '../session.ts'
import { copyInRuns } from './copy-in.ts'
import type { ClientFrame } from './frame.ts'

const syncs = new Remembered(decodeSync)

/** Sync: ends the pipeline; errors are over. While COPY IN runs the database ignores it, and so does the gateway. */
export function handleSync(session: Session, frame: ClientFrame): void {
  syncs.read(frame)
  if (copyInRuns(session)) return
  const sync = { kind: 'sync' as const, state: 'sync' as const }
  // It may end a transaction, which takes settings back: what is read behind it waits for the answer.
  session.expectations.push(session.settingsTouched ? { ...sync, settled: raiseBarrier(session) } : sync)
  session.names.nextPipeline()
  session.toUpstream.addSlice(frame)
  session.skipping = false
  session.sinceSync = 0
  session.pipelineKeeps = false
}

/** Flush: the database sends what it has. */
export function handleFlush(session: Session, { payload, raw }: ClientFrame): void {
  decodeFlush(payload)
  session.toUpstream.add(raw)
}
