import { sentAsNumbers } from '@sluice/core/analysis/sent-as-numbers'
import type { BoundValues } from '@sluice/gateway/pipeline/admit'
import type { Frame } from '../../framing/frame-piece.ts'
import { binaryValueText } from '../../messages/binary-value-text.ts'
import { extendedCapability, has } from '../../messages/capabilities.ts'
import { columnType, isTextParameter } from '../../messages/column-types.ts'
import {
  bulkFlag,
  type ComStmtBulkExecute,
  decodeComStmtBulkExecute,
  encodeComStmtBulkExecute,
} from '../../messages/com-stmt-bulk-execute.ts'
import { statementOf } from '../../messages/com-stmt-execute.ts'
import { errno } from '../../replies/errno.ts'
import type { Refusal } from '../../replies/refusal.ts'
import { carryOutStatement } from '../confirm.ts'
import { decideHere } from '../decide-statement.ts'
import { executed, forgetTypes, learnTypes, type Prepared, typeNamesOf } from '../prepared.ts'
import { execution, meaningNow, unknownStatement } from '../prepared-now.ts'
import { refuse } from '../refuse.ts'
import { refuseUnread } from '../refuse-unread.ts'
import type { WireSession } from '../wire-session.ts'

/** Values that one record may hold: each is hashed, and the journal keeps them together. */
const MAX_RECORDED_VALUES = 131_072

/** COM_STMT_BULK_EXECUTE (MariaDB): decided once and recorded with the values of all its rows. */
export async function handleBulkExecute(session: WireSession, frame: Frame): Promise<void> {
  if (!has(session.capabilities.extended, extendedCapability.STMT_BULK_OPERATIONS))
    return refuseUnread(session, { what: 'an execution', bytes: frame.payload.length }, notAgreed)
  const prepared = session.prepared.get(statementOf(frame.payload))
  if (prepared === undefined) return refuse(session, unknownStatement)
  // For a value that came ahead the server expects none in any row, so it would read other values than these.
  const unread = execution(prepared, frame)
  if (prepared.long.any) return refuseUnread(session, unread, sentAhead)
  const { parameters: placeholders, types } = prepared
  const message = decodeComStmtBulkExecute(frame.payload, { placeholders, types })
  // Results by row have another form.
  if ((message.flags & ~bulkFlag.SEND_TYPES) !== 0) return refuseUnread(session, unread, notAgreed)
  if ((message.flags & bulkFlag.SEND_TYPES) !== 0)
    learnTypes(
      prepared,
      message.types.map((type) => ({ ...type, name: '' })),
    )
  if (message.rows.length * placeholders > MAX_RECORDED_VALUES) return refuseUnread(session, unread, tooMany)
  const analysis = await meaningNow(session, prepared, frame)
  if (analysis === undefined) return undefined
  const { statement } = prepared.read
  const asked = sentAsNumbers(
    analysis,
    (at) => !isTextParameter(prepared.types?.[at]?.type ?? columnType.DOUBLE),
  )
  const decision = decideHere(session, statement, asked)
  const outcome = await carryOutStatement(session, statement, {
    kind: 'execute',
    analysis,
    decision,
    values: boundValues(session, message),
    traceparent: prepared.traceparent,
    message: forwarded(prepared, message, frame),
    prepared,
    ready: () => executed(prepared, false),
  })
  forgetTypes(prepared, outcome)
  return undefined
}

/** As it came, unless the database does not know the types yet: an execution that said them was refused. */
function forwarded({ typesTold }: Prepared, message: ComStmtBulkExecute, frame: Frame): Buffer | Frame {
  if (typesTold || (message.flags & bulkFlag.SEND_TYPES) !== 0) return frame
  return encodeComStmtBulkExecute({ ...message, flags: message.flags | bulkFlag.SEND_TYPES })
}

/** Row by row, as the record keeps them. What is no value of the client's (a default, or as it was) has no hash. */
function boundValues({ governance }: WireSession, { rows, types }: ComStmtBulkExecute): BoundValues {
  const names = typeNamesOf(types)
  return {
    types: rows.flatMap(() => names),
    hashes: rows.flatMap((row) =>
      row.map((cell, i) => {
        const type = types[i]
        if (cell.kind !== 'value' || type === undefined) return null
        return governance.hashValue(binaryValueText(type, cell.value))
      }),
    ),
  }
}

const notAgreed: Refusal = {
  code: errno.unknownCommand,
  message: '`COM_STMT_BULK_EXECUTE`, or results by row, were not agreed on at the login',
  hint: 'execute the statement once per row',
}

const sentAhead: Refusal = {
  code: errno.wrongArguments,
  message: 'values that are sent ahead cannot be part of a bulk execution',
  hint: 'reset the statement, and send all values with the execution',
}

const tooMany: Refusal = {
  code: errno.packetTooLarge,
  message: `one execution may have ${MAX_RECORDED_VALUES} values`,
  hint: 'send fewer rows at once',
}
