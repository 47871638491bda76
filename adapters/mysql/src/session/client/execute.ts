import type { Analysis } from '@sluice/core/analysis/context'
import { sentAsNumbers } from '@sluice/core/analysis/sent-as-numbers'
import { type BoundValues, NO_VALUES } from '@sluice/gateway/pipeline/admit'
import type { Frame } from '../../framing/frame-piece.ts'
import { binaryValueText } from '../../messages/binary-value-text.ts'
import { capability, has } from '../../messages/capabilities.ts'
import { columnType, isTextParameter } from '../../messages/column-types.ts'
import {
  type ComStmtExecute,
  cursorFlag,
  decodeComStmtExecute,
  type ExecuteContext,
  encodeComStmtExecute,
  statementOf,
} from '../../messages/com-stmt-execute.ts'
import type { Parameter } from '../../messages/parameters.ts'
import { errno } from '../../replies/errno.ts'
import type { Refusal } from '../../replies/refusal.ts'
import { carryOutStatement } from '../confirm.ts'
import { decideHere } from '../decide-statement.ts'
import { forgettingLongData } from '../forget-long-data.ts'
import { MAX_LONG_DATA_BYTES } from '../long-data.ts'
import { executed, forgetTypes, learnTypes, type Prepared, typeNamesOf } from '../prepared.ts'
import { execution, meaningNow, unknownStatement } from '../prepared-now.ts'
import { refuse } from '../refuse.ts'
import { refuseUnread } from '../refuse-unread.ts'
import type { WireSession } from '../wire-session.ts'

/** COM_STMT_EXECUTE: decided and recorded anew each time, with today's policy and tables, and with its values. */
export async function handleExecute(session: WireSession, frame: Frame): Promise<void> {
  const prepared = session.prepared.get(statementOf(frame.payload))
  if (prepared === undefined) return refuse(session, unknownStatement)
  await forgettingLongData(session, prepared, () => executePrepared(session, prepared, frame))
}

async function executePrepared(session: WireSession, prepared: Prepared, frame: Frame): Promise<void> {
  if (prepared.long.refused) return refuseUnread(session, execution(prepared, frame), tooLong)
  const sent = (index: number): boolean => prepared.long.has(index)
  const context: ExecuteContext = {
    flags: session.capabilities.flags,
    placeholders: prepared.parameters,
    types: prepared.types,
    sent,
  }
  const message = decodeComStmtExecute(frame.payload, context)
  if (message.newTypes) learnTypes(prepared, message.parameters)
  const analysis = await meaningNow(session, prepared, frame)
  if (analysis === undefined) return undefined
  const { statement } = prepared.read
  const decision = decideHere(session, statement, sentAs(analysis, message.parameters))
  const outcome = await carryOutStatement(session, statement, {
    kind: 'execute',
    analysis,
    decision,
    values: boundValues(session, prepared, message.parameters),
    traceparent: prepared.traceparent,
    message: forwarded(session, prepared, message, context, frame),
    prepared,
    ready: () => executed(prepared, (message.flags & ANY_CURSOR) !== 0),
  })
  forgetTypes(prepared, outcome)
  return undefined
}

/** A number that is compared with a text tells more of it than a text does. */
const sentAs = (analysis: Analysis, parameters: readonly Pick<Parameter, 'type'>[]): Analysis =>
  sentAsNumbers(analysis, (at) => !isTextParameter(parameters[at]?.type ?? columnType.DOUBLE))

const ANY_CURSOR = cursorFlag.READ_ONLY | cursorFlag.FOR_UPDATE | cursorFlag.SCROLLABLE

/**
 * As it came, unless the database was not asked to take attributes: then without them; or does not know the types yet, as
 * an execution that said them was refused: then with them.
 */
function forwarded(
  { capabilities, upstreamCapabilities }: WireSession,
  { typesTold }: Prepared,
  message: ComStmtExecute,
  context: ExecuteContext,
  frame: Frame,
): Buffer | Frame {
  const { flags } = upstreamCapabilities
  const unlike = has(capabilities.flags ^ flags, capability.QUERY_ATTRIBUTES)
  if (!unlike && (typesTold || message.newTypes)) return frame
  const whole = { ...message, newTypes: message.newTypes || !typesTold }
  if (!unlike) return encodeComStmtExecute(whole, context)
  const parameters = message.parameters.slice(0, context.placeholders)
  const bare = { ...whole, flags: message.flags & ~cursorFlag.PARAMETER_COUNT_AVAILABLE, parameters }
  return encodeComStmtExecute(bare, { ...context, flags })
}

/** The values as the record keeps them: hashed, as the text that the server would make of them. */
function boundValues(
  { governance }: WireSession,
  { long, typeNames }: Prepared,
  parameters: readonly Parameter[],
): BoundValues {
  if (parameters.length === 0) return NO_VALUES
  const hashes = parameters.map((parameter, i) => {
    const sent = long.value(i)
    if (sent !== undefined) return governance.hashValue(sent)
    return parameter.value === null ? null : governance.hashValue(binaryValueText(parameter, parameter.value))
  })
  return { types: parameters.length === typeNames.length ? typeNames : typeNamesOf(parameters), hashes }
}

const tooLong: Refusal = {
  code: errno.packetTooLarge,
  message: `the values that were sent ahead are longer than ${MAX_LONG_DATA_BYTES} bytes`,
  hint: 'send less at once, and reset the statement',
}
