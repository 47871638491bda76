import { decodeFunctionCall } from '../../messages/function-call.ts'
import { sqlstate } from '../../replies/sqlstate.ts'
import { refuseSimple } from '../refuse.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'

/** FunctionCall: a legacy way to call by OID, which names nothing that could be decided. Refused. */
export function handleFunctionCall(session: Session, { payload }: ClientFrame): Promise<void> {
  decodeFunctionCall(payload)
  return refuseSimple(session, {
    code: sqlstate.featureNotSupported,
    message: 'the function call message of the protocol is not passed',
    hint: 'call the function with `SELECT`',
  })
}
