import type { Slice } from '@sluice/wire/outgoing'
import { frontend } from '../../messages/codes.ts'
import { encodeSync } from '../../messages/sync.ts'
import { typeFlags } from '../../messages/type-flags.ts'
import { sqlstate } from '../../replies/sqlstate.ts'
import { raiseBarrier } from '../barrier.ts'
import type { Session } from '../session.ts'
import { copyInOwed, copyInRuns } from './copy-owed.ts'

/**
 * A Sync behind a Query or an Execute that may begin a COPY IN. The database ignores it where it reads it amid the data, and
 * answers it where it fails before that (`CopyGetData`): only the answer tells. So it waits here, and goes on or is dropped
 * once that is certain; what the database has to say it says without it: see `isAwaited`.
 */
export type HeldSync = {
  /** Resolves when that is answered, be it by CopyInResponse. */
  readonly answered: Promise<void>
  readonly answer: () => void
  /** CopyInResponse has come. */
  begun: boolean
  /** Data, or its end, was sent behind it. */
  followed: boolean
}

/** Holds a Sync back where it may be one that the database ignores. False: it counts. */
export function holdSync(session: Session): boolean {
  const begun = copyInRuns(session)
  if (session.heldSync !== undefined || !(begun || session.pipelineMayCopyIn)) return false
  if (!copyInOwed(session)) return false
  const { promise, resolve } = Promise.withResolvers<void>()
  session.heldSync = { answered: promise, answer: resolve, begun, followed: false }
  return true
}

/** Messages that go to the database in front of a Sync that is held. */
const passesBy = typeFlags([frontend.CopyData, frontend.CopyDone, frontend.CopyFail, frontend.Flush])

/** What a message behind a held Sync has to wait for. Undefined: nothing. */
export function behindHeldSync({ heldSync }: Session, type: number): Promise<void> | undefined {
  return heldSync === undefined || heldSync.begun || passesBy[type] === 1 ? undefined : heldSync.answered
}

/** Data, or its end, goes to the database: where it reads that, it has read the Sync before it, and ignored it. */
export function followHeldSync(session: Session): void {
  const { heldSync } = session
  if (heldSync === undefined) return
  heldSync.followed = true
  if (heldSync.begun) session.heldSync = undefined
}

/** CopyInResponse came. */
export function beginHeldSync(session: Session, heldSync: HeldSync): void {
  heldSync.begun = true
  heldSync.answer()
  if (heldSync.followed) session.heldSync = undefined
}

/**
 * The head is answered, with error `code` where it failed: a held Sync counts where no COPY IN is owed in front of it any
 * more. What is cancelled amid the wait for data had read the Sync. What is cancelled before it, in a trigger BEFORE STATEMENT,
 * had not: both look alike from here, and then the Sync is lost.
 */
export function releaseHeldSync(session: Session, heldSync: HeldSync, code?: string): void {
  if (copyInOwed(session)) return
  session.heldSync = undefined
  if (heldSync.begun && code === sqlstate.queryCanceled) return
  sendSync(session, { bytes: SYNC, start: 0, end: SYNC.length })
  session.toUpstream.flush()
  heldSync.answer()
}

const SYNC = encodeSync()

/** Sends a Sync, behind which errors are over. */
export function sendSync(session: Session, message: Slice): void {
  const sync = { kind: 'sync' as const, state: 'sync' as const }
  // It may end a transaction, which takes settings back: what is read behind it waits for the answer.
  session.expectations.push(session.settingsTouched ? { ...sync, settled: raiseBarrier(session) } : sync)
  session.names.nextPipeline()
  session.toUpstream.addSlice(message)
  session.skipping = false
  session.sinceSync = 0
  session.pipelineBegun = false
  session.pipelineKeeps = false
  session.pipelineMayCopyIn = false
}
