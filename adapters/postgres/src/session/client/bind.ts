import type { Analysis } from '@sluice/core/analysis/context'
import { type BoundValues, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import { whenReady } from '@sluice/gateway/session/interruptible'
import type { Slice } from '@sluice/wire/outgoing'
import { type Bind, decodeBind } from '../../messages/bind.ts'
import { databaseWords } from '../../replies/database-words.ts'
import { canceled } from '../canceled.ts'
import { isLookedUpLate } from '../looked-up-late.ts'
import type { Portal, Prepared } from '../names.ts'
import { readPrepared } from '../read-prepared.ts'
import { refuseExtended } from '../refuse.ts'
import { nothingReturned } from '../running.ts'
import { isDeaf } from '../send.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'

/**
 * Bind: a portal with its values. The values are hashed for the record and not kept. The database plans the statement
 * now, so what it means is what it means now.
 */
export function handleBind(session: Session, frame: ClientFrame): void | Promise<void> {
  const bind = decodeBind(frame.payload, session.encoding)
  const prepared = session.names.statement(bind.statement)
  if (prepared === undefined) {
    refuseExtended(session, databaseWords.statementUnknown(bind.statement))
    return undefined
  }
  const analysis = readPrepared(session, prepared)
  if (!(analysis instanceof Promise)) return define(session, bind, prepared, analysis, frame)
  const kept = frame.keep()
  return whenReady(
    session,
    analysis,
    (ready) => define(session, bind, prepared, ready, kept),
    () => refuseExtended(session, canceled),
  )
}

function define(session: Session, bind: Bind, prepared: Prepared, analysis: Analysis, raw: Slice): void {
  if (isDeaf(session)) return
  const portal: Portal = {
    name: bind.portal,
    prepared,
    analysis,
    values: boundValues(session, prepared, bind.values),
    resultFormats: bind.resultFormats,
    described: undefined,
    returned: nothingReturned(),
  }
  const change = session.names.definePortal(portal)
  // Planning runs functions that are declared stable or immutable, and such a declaration proves nothing.
  if (analysis.facts.functions.length > 0 && analysis.changes.length > 0 && isPlanned(prepared))
    session.contextStale = true
  session.expectations.push({ kind: 'bind', change, portal, state: 'bind' })
  session.toUpstream.addSlice(raw)
  session.sinceSync += 1
}

function isPlanned({ read }: Prepared): boolean {
  return read === undefined || !isLookedUpLate(read)
}

/** The values as the record keeps them: hashed. */
function boundValues(
  { governance }: Session,
  prepared: Prepared,
  values: readonly (Buffer | null)[],
): BoundValues {
  if (values.length === 0) return NO_VALUES
  const hashes = values.map((value) => (value === null ? null : governance.hashValue(value)))
  return { types: typeNames(prepared, values.length), hashes }
}

/** One list of names for all executions, as long as the database describes the parameters alike. */
function typeNames(prepared: Prepared, count: number): readonly string[] {
  const last = prepared.lastTypeNames
  if (last?.types === prepared.parameterTypes && last.names.length === count) return last.names
  const types = prepared.parameterTypes
  const names = Array.from({ length: count }, (_, i) => String(types[i] ?? 0))
  prepared.lastTypeNames = { types, names }
  return names
}
