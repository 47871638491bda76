import type { Analysis } from '@sluice/core/analysis/context'
import { onceReady } from '@sluice/gateway/pipeline/once-ready'
import { isHidden } from './hidden.ts'
import type { Prepared } from './names.ts'
import { readAgain, readHidden } from './read.ts'
import type { Session } from './session.ts'

/** Of which the database keeps the text alone, and no names that it has looked up; of EXECUTE see `readAgain`. */
const lookedUpNow: ReadonlySet<string> = new Set(['execute', 'fetch', 'copy', 'prepare'])

/** What the statement means now, or that it is not certain which of its names the database has looked up again. */
export function readPrepared(session: Session, prepared: Prepared): Analysis | Promise<Analysis> {
  const { read } = prepared
  if (read === undefined) return prepared.analysis
  return onceReady(readAgain(session, read), (now) =>
    isHidden(session, prepared, now) && !lookedUpNow.has(read.statement.kind)
      ? readHidden(session, read)
      : now,
  )
}
