import type { MaskedRow } from '@sluice/core/mask/apply'
import { copyMasker } from '../../copy/copy-masker.ts'
import { encodeCopyData } from '../../messages/copy-data.ts'
import { decodeCopyInResponse } from '../../messages/copy-in-response.ts'
import { decodeCopyOutResponse } from '../../messages/copy-out-response.ts'
import { breakCopy } from '../client/break-copy.ts'
import { giveUpCopy } from '../client/copy-in.ts'
import { waitingAmid } from '../client/copy-owed.ts'
import { beginHeldSync } from '../client/held-sync.ts'
import type { Running } from '../running.ts'
import type { Session } from '../session.ts'
import { emit } from './emit.ts'
import { planFromCopy } from './result-plan.ts'
import { countOrStop } from './rows.ts'

/** CopyInResponse: the database takes CopyData, and ignores Sync until that ends. */
export function handleCopyIn(session: Session, run: Running | undefined, payload: Buffer, raw: Buffer): void {
  decodeCopyInResponse(payload)
  const waiting = waitingAmid(session, run)
  if (waiting !== undefined) breakCopy(session, waiting)
  const { heldSync } = session
  if (heldSync === undefined)
    session.expectations.dropSyncsBehindHead(run?.copyEndedBehindSyncs ?? Number.POSITIVE_INFINITY)
  else beginHeldSync(session, heldSync)
  // The client was told of an error, and knows of no COPY that waits for it.
  if (session.muted !== undefined) giveUpCopy(session)
  else emit(session, raw)
}

/** CopyOutResponse: rows follow in a stream whose fields are masked like any others. */
export function handleCopyOut(session: Session, run: Running, payload: Buffer, raw: Buffer): void {
  const { columnFormats } = decodeCopyOutResponse(payload)
  run.plan = planFromCopy(session, run, columnFormats)
  if (!run.plan.pass) run.copy = copyMasker(run.plan, run.execution.analysis.copy, session.encoding)
  emit(session, raw)
}

/** CopyData from the database: one row in practice, any part of the stream by the protocol. */
export function handleCopyData(session: Session, run: Running, payload: Buffer, raw: Buffer): void {
  if (!countOrStop(session, run, 1, raw.length)) return
  if (run.copy === undefined) {
    emit(session, raw)
    return
  }
  emitCopied(session, run.copy.push(payload))
}

/** Rows of a COPY that are masked. */
export function emitCopied(session: Session, pieces: readonly MaskedRow[]): void {
  for (const data of pieces) emit(session, encodeCopyData({ data }))
}

/** CopyDone: the stream is whole. */
export function handleCopyDone(session: Session, run: Running, raw: Buffer): void {
  if (run.copy !== undefined) emitCopied(session, run.copy.end())
  emit(session, raw)
}
