import type { Analysis } from '@sluice/core/analysis/context'
import type { ResultColumn } from '@sluice/core/mask/plan'
import type { Frame } from '../../framing/frame-piece.ts'
import { decodeParameterDescription } from '../../messages/parameter-description.ts'
import type { Expectation } from '../expectations.ts'
import { keepsColumns } from '../looked-up-late.ts'
import type { Portal, Prepared } from '../names.ts'
import type { Session } from '../session.ts'
import { confirmRead } from './complete.ts'
import { describedColumns } from './described-columns.ts'
import { relay } from './emit.ts'
import { planFromDescription } from './result-plan.ts'

/** RowDescription: of a simple query's result, or the answer to a Describe. */
export function handleRowDescription(session: Session, owed: Expectation, frame: Frame): void {
  const columns = describedColumns(analysisOf(owed), frame, session.encoding)
  if (owed.kind === 'query') {
    const run = owed.runs[owed.at]
    if (run !== undefined) run.plan = planFromDescription(session, run, columns)
    relay(session, frame)
    return
  }
  described(session, owed, columns, frame)
}

/** NoData: the statement or portal returns no rows. */
export function handleNoData(session: Session, owed: Expectation, frame: Frame): void {
  described(session, owed, 'none', frame)
}

function described(
  session: Session,
  owed: Expectation,
  columns: readonly ResultColumn[] | 'none',
  frame: Frame,
): void {
  if (owed.kind === 'describe-statement') {
    if (owed.prepared !== undefined && keepsColumns(owed.prepared)) describe(session, owed.prepared, columns)
    confirmRead(session, owed)
    relay(session, frame)
  } else if (owed.kind === 'describe-portal') {
    if (owed.portal !== undefined) owed.portal.described = columns
    if (owed.visible) relay(session, frame)
    else if (owed.portal !== undefined) describeAnew(session, owed.portal, columns)
  }
  session.expectations.shift()
}

function describe(session: Session, prepared: Prepared, columns: Prepared['described']): void {
  prepared.described = columns
  prepared.describedUnder = session.governance.catalog.current()?.version
  prepared.describedIn = session.context
}

/** What the gateway asked of one portal holds for the next; see `keepsColumns`. A statement is described in texts. */
function describeAnew(session: Session, portal: Portal, columns: readonly ResultColumn[] | 'none'): void {
  const { prepared, resultFormats } = portal
  if (!keepsColumns(prepared)) return
  const asTexts = columns === 'none' || resultFormats.every((format) => format === 0)
  describe(session, prepared, asTexts ? columns : columns.map((column) => ({ ...column, format: 'text' })))
}

/** ParameterDescription: the types of the placeholders, for the record of the bind values. */
export function handleParameterDescription(session: Session, owed: Expectation, frame: Frame): void {
  const { types } = decodeParameterDescription(frame.payload)
  if (owed.kind === 'describe-statement' && owed.prepared !== undefined) owed.prepared.parameterTypes = types
  relay(session, frame)
}

/** What the statement means whose result is described. */
function analysisOf(owed: Expectation): Analysis | undefined {
  if (owed.kind === 'query') return owed.runs[owed.at]?.execution.analysis
  if (owed.kind === 'describe-portal') return owed.portal?.analysis
  return owed.kind === 'describe-statement' ? owed.prepared?.analysis : undefined
}
