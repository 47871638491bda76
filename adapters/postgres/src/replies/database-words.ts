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
  bindFormats: (formats: number, values: number): Refusal => ({
    code: sqlstate.protocolViolation,
    message: `bind message has ${formats} parameter formats but ${values} parameters`,
    hint: '',
  }),
  callFormats: (formats: number, args: number): Refusal => ({
    code: sqlstate.protocolViolation,
    message: `function call message contains ${formats} argument formats but ${args} arguments`,
    hint: '',
  }),
  formatUnknown: (code: number): Refusal => ({
    code: sqlstate.invalidParameterValue,
    message: `unsupported format code: ${code}`,
    hint: '',
  }),
  /** `at`: the place of the parameter, from 0. */
  parameterFormatUnknown: (code: number, portal: string, at: number): Refusal => ({
    ...databaseWords.formatUnknown(code),
    context: `${portal === '' ? 'unnamed portal' : `portal "${portal}"`} parameter $${at + 1}`,
  }),
  /** `sequence`: the first bytes that are none of the encoding's. */
  notUtf8: (sequence: Uint8Array): Refusal => ({
    code: sqlstate.characterNotInRepertoire,
    message: `invalid byte sequence for encoding "UTF8": ${Array.from(sequence, inHex).join(' ')}`,
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
  /** `type`: of a message amid the data of a COPY. */
  amidCopy: (type: number): Refusal => ({
    code: sqlstate.protocolViolation,
    message: `unexpected message type 0x${type.toString(16).toUpperCase()} during COPY from stdin`,
    hint: '',
  }),
  synchronizationLost: {
    code: sqlstate.protocolViolation,
    message: 'terminating connection because protocol synchronization was lost',
    hint: '',
  },
  transactionFailed: {
    code: sqlstate.inFailedTransaction,
    message: 'current transaction is aborted, commands ignored until end of transaction block',
    hint: '',
  },
} as const

function inHex(byte: number): string {
  return `0x${byte.toString(16).padStart(2, '0')}`
}
