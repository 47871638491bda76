import type { Refusal } from './refusal.ts'
import { sqlstate } from './sqlstate.ts'

/**
 * Errors that the database would answer with too, where the gateway knows it first: in the database's words, without
 * a hint of the gateway's own, so that a client sees no difference. PostgreSQL's backend/tcop and backend/commands.
 */
export const databaseWords = {
  statementUnknown: (name: string): Refusal => ({
    code: sqlstate.invalidSqlStatementName,
    message:
      name === ''
        ? 'unnamed prepared statement does not exist'
        : `prepared statement "${name}" does not exist`,
    hint: '',
  }),
  portalUnknown: (name: string): Refusal => ({
    code: sqlstate.invalidCursorName,
    message: `portal "${name}" does not exist`,
    hint: '',
  }),
  functionUnknown: (id: number): Refusal => ({
    code: sqlstate.undefinedFunction,
    message: `function with OID ${id} does not exist`,
    hint: '',
  }),
  noSql: {
    code: sqlstate.featureNotSupported,
    message: 'cannot execute SQL commands in WAL sender for physical replication',
    hint: '',
  },
  noExtendedQuery: {
    code: sqlstate.protocolViolation,
    message: 'extended query protocol not supported in a replication connection',
    hint: '',
  },
  noFunctionCall: {
    code: sqlstate.protocolViolation,
    message: 'fastpath function calls not supported in a replication connection',
    hint: '',
  },
  transactionFailed: {
    code: sqlstate.inFailedTransaction,
    message: 'current transaction is aborted, commands ignored until end of transaction block',
    hint: '',
  },
} as const
