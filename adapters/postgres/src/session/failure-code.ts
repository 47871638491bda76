import { type StatementFailure, statementFailureOf } from '@sluice/gateway/session/failure'
import { type SqlState, sqlstate } from '../replies/sqlstate.ts'

/** What a statement ends with that the gateway could not do its part at. */
export const failureCodes: Readonly<Record<StatementFailure['kind'], SqlState>> = {
  journal: sqlstate.ioError,
  flows: sqlstate.ioError,
  catalog: sqlstate.cannotConnectNow,
  internal: sqlstate.internalError,
}

/** The same of an error. */
export const failureCodeOf = (error: unknown): SqlState => failureCodes[statementFailureOf(error).kind]
