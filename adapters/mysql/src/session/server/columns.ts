import { unproven } from '@sluice/core/analysis/doubted'
import { planResult } from '@sluice/gateway/pipeline/plan-result'
import { ProtocolViolation } from '@sluice/wire/violation'
import type { Frame } from '../../framing/frame-piece.ts'
import { capability, has } from '../../messages/capabilities.ts'
import { decodeColumnCount } from '../../messages/column-count.ts'
import {
  type ColumnDefinition41,
  type ColumnDefinitionContext,
  decodeColumnDefinition41,
} from '../../messages/column-definition-41.ts'
import type { MysqlColumn } from '../../values/column.ts'
import { originOf } from '../../values/origin.ts'
import { type Exchange, MAX_RESULTS } from '../exchange.ts'
import type { Running } from '../running.ts'
import type { WireSession } from '../wire-session.ts'
import { beginningOf, describedBefore, isDefinedAlike, rememberDescription } from './description.ts'
import { recordedColumns } from './recorded-names.ts'
import { shownWhole } from './show.ts'

/** Longest definition of a column, in bytes: six names of 64 characters at most, and few words. */
const MAX_DEFINITION_BYTES: number = 64 * 1024

/** A result begins: so many definitions follow. */
export function beginResult(session: WireSession, owed: Exchange, payload: Buffer): void {
  owed.due = decodeColumnCount(payload).columns
  owed.columns = []
  owed.described = undefined
  owed.results += 1
  countReply(owed)
  const { run } = owed
  const told = run !== undefined && isTold(session, owed)
  owed.before = told ? describedBefore(session, run, owed.due, formatOf(owed)) : undefined
}

/** Counts a result, or an OK that announces another. INVARIANT (hostile-both-sides). */
export function countReply(owed: Exchange): void {
  owed.replies += 1
  if (owed.replies > MAX_RESULTS)
    throw new ProtocolViolation('upstream', 'limit', `a command has more than ${MAX_RESULTS} results`)
}

/** A definition came. True where it was the last: then the result's columns are known, and the plan for them is there. */
export function takeDefinition(session: WireSession, owed: Exchange, frame: Frame): boolean {
  const { before, run } = owed
  if (before !== undefined) {
    const index = before.columns.length - owed.due
    if (!isDefinedAlike(before, index, frame)) {
      owed.before = undefined
      owed.described = beginningOf(before, index)
    }
  }
  owed.due -= 1
  if (owed.before === undefined) describeColumn(session, owed, frame.payload)
  else if (owed.due === 0 && run !== undefined) {
    owed.columns = owed.before.columns
    run.plan = owed.before.plan
  }
  return owed.due === 0
}

function describeColumn(session: WireSession, owed: Exchange, payload: Buffer): void {
  owed.described ??= { definitions: [], columns: [] }
  const { definitions, columns } = owed.described
  const column = columnOf(session, readDefinition(session, payload, false), formatOf(owed))
  columns.push({ ...column, minutesAhead: minutesAheadOf(session, owed) })
  definitions.push(payload)
  if (owed.due > 0) return
  owed.columns = columns
  const { run } = owed
  if (run === undefined) return
  planColumns(session, owed, run)
  if (isTold(session, owed)) rememberDescription(session, run, owed.described)
}

/** Code of the users' own may set the zone between two rows. */
function minutesAheadOf({ text }: WireSession, { run }: Exchange): number | undefined {
  const runsCode = run?.execution.analysis.changes.some(({ kind }) => kind === 'names-void')
  return runsCode === false ? text.minutesAhead : undefined
}

function formatOf({ kind }: Exchange): MysqlColumn['format'] {
  return kind === 'query' || kind === 'ask' ? 'text' : 'binary'
}

/** Names come in `character_set_results`, which may be another than UTF-8. */
export function readDefinition(
  session: WireSession,
  payload: Buffer,
  fieldList: boolean,
): ColumnDefinition41 {
  if (payload.length > MAX_DEFINITION_BYTES)
    throw new ProtocolViolation('upstream', 'limit', `a column is defined in ${payload.length} bytes`)
  const context: ColumnDefinitionContext = { extended: session.upstreamCapabilities.extended, fieldList }
  try {
    return decodeColumnDefinition41(payload, context)
  } catch (error) {
    if (!(error instanceof ProtocolViolation) || error.reason !== 'encoding') throw error
    return decodeColumnDefinition41(payload, { ...context, encoding: 'latin1' })
  }
}

function columnOf(
  session: WireSession,
  definition: ColumnDefinition41,
  format: MysqlColumn['format'],
): MysqlColumn {
  const origin = originOf(definition, session.governance.catalog.current())
  // A name such as `uuid`; or MariaDB's other word, the format of a text that is JSON.
  const extended = definition.metadata.get(0) ?? definition.metadata.get(1)
  return {
    name: definition.name,
    ...(origin === undefined ? {} : { origin }),
    type: definition.type,
    format,
    charset: definition.collation,
    length: definition.length,
    flags: definition.flags,
    decimals: definition.decimals,
    ...(extended === undefined ? {} : { extended }),
  }
}

/** Whether no EOF stands between definitions and rows. */
export function endsWithoutEof({ upstreamCapabilities }: WireSession): boolean {
  return has(upstreamCapabilities.flags, capability.DEPRECATE_EOF)
}

/** Whether the analysis speaks of the present result: of the others nothing is proven. INVARIANT (no-unproven-column). */
function isTold({ obscured }: WireSession, { results }: Exchange): boolean {
  return results === 1 && !obscured
}

/** The plan for a result that was described. */
export function planColumns(session: WireSession, owed: Exchange, run: Running): void {
  const { execution } = run
  const analysis = isTold(session, owed)
    ? shownWhole(session, execution.analysis, owed.columns)
    : unproven(execution.analysis)
  const named = recordedColumns(session, analysis, owed.columns)
  run.plan = planResult(session.governance, { ...execution, analysis }, named, session.maskerFor)
}
