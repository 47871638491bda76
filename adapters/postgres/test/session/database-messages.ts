import { encodeAuthentication } from '../../src/messages/authentication.ts'
import { encodeBackendKeyData } from '../../src/messages/backend-key-data.ts'
import { encodeBindComplete } from '../../src/messages/bind-complete.ts'
import { encodeCloseComplete } from '../../src/messages/close-complete.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeCopyBothResponse } from '../../src/messages/copy-both-response.ts'
import { encodeCopyData } from '../../src/messages/copy-data.ts'
import { encodeCopyDone } from '../../src/messages/copy-done.ts'
import { encodeCopyInResponse } from '../../src/messages/copy-in-response.ts'
import { encodeCopyOutResponse } from '../../src/messages/copy-out-response.ts'
import { encodeEmptyQueryResponse } from '../../src/messages/empty-query-response.ts'
import { encodeErrorResponse } from '../../src/messages/error-response.ts'
import { encodeFunctionCallResponse } from '../../src/messages/function-call-response.ts'
import { encodeNegotiateProtocolVersion } from '../../src/messages/negotiate-protocol-version.ts'
import { encodeNoData } from '../../src/messages/no-data.ts'
import { encodeNoticeResponse } from '../../src/messages/notice-response.ts'
import { encodeNotificationResponse } from '../../src/messages/notification-response.ts'
import { encodeParameterDescription } from '../../src/messages/parameter-description.ts'
import { encodeParameterStatus } from '../../src/messages/parameter-status.ts'
import { encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { encodePortalSuspended } from '../../src/messages/portal-suspended.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeRowDescription } from '../../src/messages/row-description.ts'
import { described, row } from './peer.ts'

const fields = new Map([
  ['S', 'ERROR'],
  ['V', 'ERROR'],
  ['C', 'XX000'],
  ['M', 'LEAK'],
])

/** One well-formed message of every kind that a database may ever send, by its name. */
export const databaseMessages: Readonly<Record<string, Buffer>> = {
  AuthenticationOk: encodeAuthentication({ kind: 'ok' }),
  AuthenticationCleartextPassword: encodeAuthentication({ kind: 'cleartext-password' }),
  BackendKeyData: encodeBackendKeyData({ processId: 1, secretKey: Buffer.alloc(4) }),
  BindComplete: encodeBindComplete(),
  CloseComplete: encodeCloseComplete(),
  CommandComplete: encodeCommandComplete({ tag: 'SELECT 1' }),
  CopyBothResponse: encodeCopyBothResponse({ format: 0, columnFormats: [] }),
  CopyData: encodeCopyData({ data: Buffer.from('LEAK\n') }),
  CopyDone: encodeCopyDone(),
  CopyInResponse: encodeCopyInResponse({ format: 0, columnFormats: [0] }),
  CopyOutResponse: encodeCopyOutResponse({ format: 0, columnFormats: [0] }),
  DataRow: row('LEAK'),
  EmptyQueryResponse: encodeEmptyQueryResponse(),
  ErrorResponse: encodeErrorResponse({ fields }),
  FunctionCallResponse: encodeFunctionCallResponse({ value: Buffer.from('LEAK') }),
  NegotiateProtocolVersion: encodeNegotiateProtocolVersion({ newest: 0x30000, unknownOptions: [] }),
  NoData: encodeNoData(),
  NoticeResponse: encodeNoticeResponse({ fields }),
  NotificationResponse: encodeNotificationResponse({ processId: 1, channel: 'c', payload: 'LEAK' }),
  ParameterDescription: encodeParameterDescription({ types: [] }),
  ParameterStatus: encodeParameterStatus({ name: 'application_name', value: 'x' }),
  ParseComplete: encodeParseComplete(),
  PortalSuspended: encodePortalSuspended(),
  ReadyForQuery: encodeReadyForQuery({ status: 'I' }),
  RowDescription: encodeRowDescription({ fields: [described('n')] }),
}
