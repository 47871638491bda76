import { planResult } from '@sluice/gateway/pipeline/plan-result'
import { unproven } from '@sluice/gateway/pipeline/understand'
import { ProtocolViolation } from '@sluice/wire/violation'
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
import { shownWhole } from './show.ts'

/** Longest definition of a column, in bytes: six names of 64 characters at most, and few words. */
export const MAX_DEFINITION_BYTES: number = 64 * 1024

/** A result begins: so many definitions follow. */
export function beginResult(owed: Exchange, payload: Buffer): void {
  owed.due = decodeColumnCount(payload).columns
  owed.columns = []
  owed.results += 1
  countReply(owed)
}

/** Counts a result, or an OK that announces another. INVARIANT (hostile-both-sides). */
export function countReply(owed: Exchange): void {
  owed.replies += 1
  if (owed.replies > MAX_RESULTS)
    throw new ProtocolViolation('upstream', 'limit', `a command has more than ${MAX_RESULTS} results`)
}

/** A definition came. True where it was the last. */
export function takeDefinition(session: WireSession, owed: Exchange, payload: Buffer): boolean {
  const definition = readDefinition(session, payload, false)
  owed.columns.push(columnOf(session, definition, owed.kind === 'query' || owed.kind === 'ask'))
  owed.due -= 1
  return owed.due === 0
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

function columnOf(session: WireSession, definition: ColumnDefinition41, text: boolean): MysqlColumn {
  const origin = originOf(definition, session.governance.catalog.current())
  const extended = definition.metadata.get(0)
  return {
    name: definition.name,
    ...(origin === undefined ? {} : { origin }),
    type: definition.type,
    format: text ? 'text' : 'binary',
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

/**
 * The plan for a result that was described. INVARIANT (no-unproven-column): the analysis speaks of one result; of the
 * others nothing is proven.
 */
export function planColumns(session: WireSession, owed: Exchange, run: Running): void {
  const { execution } = run
  const known = owed.results === 1 && !session.obscured
  const analysis = known
    ? shownWhole(session, execution.analysis, owed.columns)
    : unproven(execution.analysis)
  run.plan = planResult(session.governance, { ...execution, analysis }, owed.columns, session.maskerFor)
}
