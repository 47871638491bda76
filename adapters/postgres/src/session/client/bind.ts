import type { ParameterRecord } from '@sluice/gateway/pipeline/admit'
import { decodeBind } from '../../messages/bind.ts'
import { sqlstate } from '../../replies/sqlstate.ts'
import { refuseExtended } from '../refuse.ts'
import type { Session } from '../session.ts'
import type { ClientFrame } from './frame.ts'

/** Bind: a portal with its values. The values are hashed for the record and not kept. */
export function handleBind(session: Session, { payload, raw }: ClientFrame): void {
  const bind = decodeBind(payload, session.encoding)
  const prepared = session.names.statement(bind.statement)
  if (prepared === undefined) {
    refuseExtended(session, {
      code: sqlstate.invalidSqlStatementName,
      message: `prepared statement \`${bind.statement}\` does not exist`,
      hint: 'send Parse first, on this connection',
    })
    return
  }
  const parameters = bind.values.map((value, i): ParameterRecord => {
    const type = String(prepared.parameterTypes[i] ?? 0)
    return { type, hash: value === null ? null : session.governance.hashValue(value) }
  })
  const undo = session.names.definePortal({
    name: bind.portal,
    prepared,
    parameters,
    resultFormats: bind.resultFormats,
    described: undefined,
    returned: { rows: 0 },
  })
  session.expectations.push({ kind: 'bind', undo, state: 'bind' })
  session.toUpstream.add(raw)
  session.sinceSync += 1
}
