import type { ResultColumn } from '@sluice/core/mask/plan'
import { type Frame, HEADER_BYTES } from '../../framing/frame-piece.ts'
import { decodeParameterDescription } from '../../messages/parameter-description.ts'
import { decodeRowDescription } from '../../messages/row-description.ts'
import type { Expectation } from '../expectations.ts'
import type { Session } from '../session.ts'
import { relay } from './emit.ts'
import { planFromDescription } from './result-plan.ts'

/** RowDescription: of a simple query's result, or the answer to a Describe. */
export function handleRowDescription(session: Session, owed: Expectation, frame: Frame): void {
  const columns = resultColumns(session, owed, frame)
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
    if (owed.prepared !== undefined) owed.prepared.described = columns
    relay(session, frame)
  } else if (owed.kind === 'describe-portal') {
    if (owed.portal !== undefined) owed.portal.described = columns
    if (owed.visible) relay(session, frame)
  }
  session.expectations.shift()
}

/** ParameterDescription: the types of the placeholders, for the record of the bind values. */
export function handleParameterDescription(session: Session, owed: Expectation, frame: Frame): void {
  const { types } = decodeParameterDescription(frame.payload)
  if (owed.kind === 'describe-statement' && owed.prepared !== undefined) owed.prepared.parameterTypes = types
  relay(session, frame)
}

/** The columns described. A statement that runs again is described alike: then the same value is given again. */
function resultColumns(session: Session, owed: Expectation, frame: Frame): readonly ResultColumn[] {
  const prepared = owed.kind === 'describe-portal' ? owed.portal?.prepared : undefined
  const last = prepared?.lastDescription
  if (last !== undefined && isBody(frame, last.payload)) return last.columns
  const { payload } = frame
  const columns = decodedColumns(session, payload)
  // A copy: a view would keep the whole of what was received with it.
  if (prepared !== undefined) prepared.lastDescription = { payload: Buffer.from(payload), columns }
  return columns
}

function isBody({ bytes, start, end }: Frame, body: Buffer): boolean {
  return bytes.compare(body, 0, body.length, start + HEADER_BYTES, end) === 0
}

function decodedColumns(session: Session, payload: Buffer): readonly ResultColumn[] {
  const { fields } = decodeRowDescription(payload, session.encoding)
  return fields.map(({ name, tableId, columnNumber, typeId, format }) => ({
    name,
    ...(tableId === 0 ? {} : { origin: { relation: tableId, ordinal: columnNumber } }),
    type: typeId,
    format: format === 1 ? 'binary' : 'text',
  }))
}
