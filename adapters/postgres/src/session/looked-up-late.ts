import { isDeepStrictEqual } from 'node:util'
import type { Analysis } from '@sluice/core/analysis/context'
import { renewed } from '@sluice/core/analysis/renewed'
import type { Statement } from '@sluice/core/statement/command'
import { intoOf } from '@sluice/core/statement/into'
import type { ReadStatement } from '@sluice/core/statement/reading'
import { onceReady } from '@sluice/gateway/pipeline/once-ready'
import type { Prepared } from './names.ts'
import { readAgain } from './read.ts'
import type { Session } from './session.ts'

/** What the database plans at Bind. */
const planned: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  'select',
  'set-operation',
  'values',
  'insert',
  'update',
  'delete',
  'merge',
  'opaque',
])

/** The rest of what the database looks up no later than at Bind names no function, or nothing that it could look up. */
const settled: ReadonlySet<Statement['kind']> = new Set<Statement['kind']>([
  ...planned,
  'call-procedure',
  'transaction',
  'set',
  'show',
  'discard',
  'deallocate',
  'close-cursor',
  'notification',
  'empty',
])

/**
 * True for what is no query: EXECUTE, FETCH, COPY, DDL … A portal of one holds its text, and the database looks its names
 * up when it is executed (backend/tcop/pquery.c, `PortalRunUtility`).
 */
export function isLookedUpLate({ statement }: ReadStatement): boolean {
  const makesTable =
    (statement.kind === 'select' || statement.kind === 'set-operation') && intoOf(statement) !== undefined
  return makesTable || !settled.has(statement.kind)
}

/**
 * True where the columns of a prepared statement, once described, hold for each portal of it: those of a query stay as they
 * are, or the database refuses it (`cached plan must not change result type`). Those of EXECUTE or FETCH do not.
 */
export function keepsColumns({ read }: Prepared): boolean {
  return read !== undefined && !isLookedUpLate(read)
}

/** True for what the database plans at Bind, which runs functions; the rest is executed, or not, and no more. */
export function isPlanned(read: ReadStatement): boolean {
  return planned.has(read.statement.kind) && !isLookedUpLate(read)
}

const OPAQUE: Statement = {
  kind: 'opaque',
  reason: 'what its names stand for has changed since it was bound; bind it again',
}

/**
 * What the portal of such a statement does when it is executed now. Of some the database keeps at Bind what they read, and
 * of a portal executed in pieces the first piece counts. INVARIANT (no-unproven-column): where it would mean something else
 * by now, it is not understood.
 */
export function readLate(
  session: Session,
  read: ReadStatement,
  bound: Analysis,
): Analysis | Promise<Analysis> {
  return onceReady(readAgain(session, read), (now) => agreed(session, read, bound, now))
}

function agreed(
  session: Session,
  read: ReadStatement,
  bound: Analysis,
  now: Analysis,
): Analysis | Promise<Analysis> {
  const catalog = session.governance.catalog.current()
  const then = catalog === undefined ? bound : renewed(bound, catalog)
  if (now === then || isDeepStrictEqual(now.facts, then.facts)) return now
  return readAgain(session, { ...read, statement: OPAQUE })
}
