import { errno } from '../../replies/errno.ts'
import { errorReply } from '../../replies/refusal.ts'
import type { Running } from '../running.ts'
import type { WireSession } from '../wire-session.ts'
import { emit } from './emit.ts'

/** How many more rows the statement may return. */
export function rowsLeft(run: Running): number {
  const limit = run.execution.decision.obligations.rows
  return limit === undefined ? Number.POSITIVE_INFINITY : limit.most - run.returned.rows
}

/** Counts rows; false once the limit is passed: then the rows are dropped and the database is asked to stop. */
export function countRows(session: WireSession, run: Running, rows: number): boolean {
  if (run.overLimit) return false
  if (rows > rowsLeft(run)) {
    run.overLimit = true
    session.cancelling ??= session.cancelUpstream().finally(() => {
      session.cancelling = undefined
    })
    return false
  }
  run.resultRows += rows
  run.rows += rows
  run.returned.rows += rows
  return true
}

/** Tells the client that a row limit ended its result. */
export function tellOverLimit(session: WireSession, run: Running): void {
  const limit = run.execution.decision.obligations.rows
  emit(
    session,
    errorReply({
      code: errno.queryInterrupted,
      message: `the result has more than the ${limit?.most} rows that rule \`${limit?.rule}\` allows`,
      hint: 'ask for fewer rows with `LIMIT` or a narrower `WHERE`',
    }),
  )
}
