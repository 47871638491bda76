import type { Arbitrary } from 'fast-check'
import * as fc from 'fast-check'
import type { Authentication } from '../../src/messages/authentication.ts'
import { decodeAuthentication, encodeAuthentication } from '../../src/messages/authentication.ts'
import { decodeBackendKeyData, encodeBackendKeyData } from '../../src/messages/backend-key-data.ts'
import { type Bind, decodeBind, encodeBind } from '../../src/messages/bind.ts'
import { decodeBindComplete, encodeBindComplete } from '../../src/messages/bind-complete.ts'
import type { FormatCode } from '../../src/messages/body.ts'
import { decodeCancelRequest, encodeCancelRequest } from '../../src/messages/cancel-request.ts'
import { decodeClose, encodeClose } from '../../src/messages/close.ts'
import { decodeCloseComplete, encodeCloseComplete } from '../../src/messages/close-complete.ts'
import { decodeCommandComplete, encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { decodeCopyBothResponse, encodeCopyBothResponse } from '../../src/messages/copy-both-response.ts'
import { decodeCopyData, encodeCopyData } from '../../src/messages/copy-data.ts'
import { decodeCopyDone, encodeCopyDone } from '../../src/messages/copy-done.ts'
import { decodeCopyFail, encodeCopyFail } from '../../src/messages/copy-fail.ts'
import { decodeCopyInResponse, encodeCopyInResponse } from '../../src/messages/copy-in-response.ts'
import { decodeCopyOutResponse, encodeCopyOutResponse } from '../../src/messages/copy-out-response.ts'
import { decodeDataRow, encodeDataRow } from '../../src/messages/data-row.ts'
import { decodeDescribe, encodeDescribe } from '../../src/messages/describe.ts'
import {
  decodeEmptyQueryResponse,
  encodeEmptyQueryResponse,
} from '../../src/messages/empty-query-response.ts'
import { decodeErrorResponse, encodeErrorResponse } from '../../src/messages/error-response.ts'
import { decodeExecute, encodeExecute } from '../../src/messages/execute.ts'
import { decodeFlush, encodeFlush } from '../../src/messages/flush.ts'
import { decodeFunctionCall, encodeFunctionCall } from '../../src/messages/function-call.ts'
import {
  decodeFunctionCallResponse,
  encodeFunctionCallResponse,
} from '../../src/messages/function-call-response.ts'
import { decodeGSSENCRequest, encodeGSSENCRequest } from '../../src/messages/gssenc-request.ts'
import {
  decodeNegotiateProtocolVersion,
  encodeNegotiateProtocolVersion,
} from '../../src/messages/negotiate-protocol-version.ts'
import { decodeNoData, encodeNoData } from '../../src/messages/no-data.ts'
import { decodeNoticeResponse, encodeNoticeResponse } from '../../src/messages/notice-response.ts'
import {
  decodeNotificationResponse,
  encodeNotificationResponse,
} from '../../src/messages/notification-response.ts'
import {
  decodeParameterDescription,
  encodeParameterDescription,
} from '../../src/messages/parameter-description.ts'
import { decodeParameterStatus, encodeParameterStatus } from '../../src/messages/parameter-status.ts'
import { decodeParse, encodeParse } from '../../src/messages/parse.ts'
import { decodeParseComplete, encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { decodePasswordMessage, encodePasswordMessage } from '../../src/messages/password-message.ts'
import { decodePortalSuspended, encodePortalSuspended } from '../../src/messages/portal-suspended.ts'
import { decodeQuery, encodeQuery } from '../../src/messages/query.ts'
import { decodeReadyForQuery, encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { decodeRowDescription, encodeRowDescription } from '../../src/messages/row-description.ts'
import {
  decodeSASLInitialResponse,
  encodeSASLInitialResponse,
} from '../../src/messages/sasl-initial-response.ts'
import { decodeSASLResponse, encodeSASLResponse } from '../../src/messages/sasl-response.ts'
import { decodeSSLRequest, encodeSSLRequest } from '../../src/messages/ssl-request.ts'
import { decodeStartupMessage, encodeStartupMessage } from '../../src/messages/startup-message.ts'
import { decodeSync, encodeSync } from '../../src/messages/sync.ts'
import { decodeTerminate, encodeTerminate } from '../../src/messages/terminate.ts'

/** One message of the specification: values of it, and both directions of its codec. */
export type MessageCase<M = never> = {
  readonly name: string
  /** False for the packets that open a connection. */
  readonly typed: boolean
  readonly values: Arbitrary<M>
  readonly decode: (payload: Buffer) => M
  readonly encode: (message: M) => Buffer
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 }).map((s) => s.replaceAll('\0', ''))
const name = text.filter((s) => s !== '')
const bytes = fc.uint8Array({ maxLength: 40 }).map((b) => Buffer.from(b))
const value = fc.option(bytes, { nil: null, freq: 4 })
const values = fc.array(value, { maxLength: 6 })
const oid = fc.nat({ max: 0xffff_ffff })
const int32 = fc.integer()
const int16 = fc.integer({ min: -0x8000, max: 0x7fff })
const format = fc.constantFrom<FormatCode>(0, 1)
const formats = fc.array(format, { maxLength: 6 })
const key = fc.uint8Array({ minLength: 4, maxLength: 256 }).map((b) => Buffer.from(b))
const target = fc.record({ target: fc.constantFrom('statement' as const, 'portal' as const), name: text })
const nothing = fc.constant({})
const fields = fc
  .uniqueArray(fc.tuple(fc.constantFrom(...Array.from('SVCMDHPpqWstcdnFLR')), text), {
    selector: ([code]) => code,
  })
  .map((pairs) => ({ fields: new Map(pairs) }))
const copyResponse = fc.oneof(
  fc.record({ format: fc.constant<FormatCode>(0), columnFormats: fc.array(fc.constant<FormatCode>(0)) }),
  fc.record({ format: fc.constant<FormatCode>(1), columnFormats: formats }),
)

/** Values with formats as the protocol allows them: none, one for all, or one each. */
function withFormats(): Arbitrary<{ formats: FormatCode[]; values: Bind['values'] }> {
  return values.chain((list) =>
    fc.record({
      formats: fc.oneof(
        fc.constant<FormatCode[]>([]),
        fc.array(format, { minLength: 1, maxLength: 1 }),
        fc.array(format, { minLength: list.length, maxLength: list.length }),
      ),
      values: fc.constant(list),
    }),
  )
}

const authentication: Arbitrary<Authentication> = fc.oneof(
  fc.constant({ kind: 'ok' as const }),
  fc.constant({ kind: 'cleartext-password' as const }),
  fc.record({
    kind: fc.constant('md5-password' as const),
    salt: fc.uint8Array({ minLength: 4, maxLength: 4 }).map((b) => Buffer.from(b)),
  }),
  fc.record({ kind: fc.constant('sasl' as const), mechanisms: fc.array(name, { maxLength: 4 }) }),
  fc.record({ kind: fc.constant('sasl-continue' as const), data: bytes }),
  fc.record({ kind: fc.constant('sasl-final' as const), data: bytes }),
  fc.record({
    kind: fc.constant('unsupported' as const),
    code: fc.constantFrom(2, 6, 7, 8, 9, 13),
    data: bytes,
  }),
)

const fieldDescription = fc.record({
  name: text,
  tableId: oid,
  columnNumber: int16,
  typeId: oid,
  typeSize: int16,
  typeModifier: int32,
  format,
})

function typed<M>(
  name: string,
  values: Arbitrary<M>,
  decode: (payload: Buffer) => M,
  encode: (message: M) => Buffer,
): MessageCase {
  return { name, typed: true, values, decode, encode } as unknown as MessageCase
}

function untyped<M>(
  name: string,
  values: Arbitrary<M>,
  decode: (payload: Buffer) => M,
  encode: (message: M) => Buffer,
): MessageCase {
  return { name, typed: false, values, decode, encode } as unknown as MessageCase
}

/** Packets without a type byte. */
export const startupCases: readonly MessageCase[] = [
  untyped('SSLRequest', nothing, decodeSSLRequest, encodeSSLRequest),
  untyped('GSSENCRequest', nothing, decodeGSSENCRequest, encodeGSSENCRequest),
  untyped(
    'CancelRequest',
    fc.record({ processId: int32, secretKey: key }),
    decodeCancelRequest,
    encodeCancelRequest,
  ),
  untyped(
    'StartupMessage',
    fc.record({
      version: fc.constantFrom(0x30000, 0x30002, 0x3270f),
      parameters: fc.array(fc.tuple(name, text), { maxLength: 8 }).map((pairs) => new Map(pairs)),
    }),
    (payload) => decodeStartupMessage(payload),
    encodeStartupMessage,
  ),
]

/** What a frontend sends once the connection is open. */
export const frontendCases: readonly MessageCase[] = [
  typed(
    'PasswordMessage',
    fc.record({ password: text }),
    (p) => decodePasswordMessage(p),
    encodePasswordMessage,
  ),
  typed(
    'SASLInitialResponse',
    fc.record({ mechanism: text, data: value }),
    decodeSASLInitialResponse,
    encodeSASLInitialResponse,
  ),
  typed('SASLResponse', fc.record({ data: bytes }), decodeSASLResponse, encodeSASLResponse),
  typed('Query', fc.record({ sql: text }), (p) => decodeQuery(p), encodeQuery),
  typed(
    'Parse',
    fc.record({ name: text, sql: text, parameterTypes: fc.array(oid, { maxLength: 6 }) }),
    (p) => decodeParse(p),
    encodeParse,
  ),
  typed(
    'Bind',
    fc.tuple(text, text, withFormats(), formats).map(([portal, statement, given, resultFormats]) => ({
      portal,
      statement,
      parameterFormats: given.formats,
      values: given.values,
      resultFormats,
    })),
    (p) => decodeBind(p),
    encodeBind,
  ),
  typed('Describe', target, (p) => decodeDescribe(p), encodeDescribe),
  typed('Execute', fc.record({ portal: text, maxRows: int32 }), (p) => decodeExecute(p), encodeExecute),
  typed('Close', target, (p) => decodeClose(p), encodeClose),
  typed('Sync', nothing, decodeSync, encodeSync),
  typed('Flush', nothing, decodeFlush, encodeFlush),
  typed('Terminate', nothing, decodeTerminate, encodeTerminate),
  typed(
    'FunctionCall',
    fc.tuple(oid, withFormats(), format).map(([functionId, given, resultFormat]) => ({
      functionId,
      argumentFormats: given.formats,
      args: given.values,
      resultFormat,
    })),
    decodeFunctionCall,
    encodeFunctionCall,
  ),
  typed('CopyData', fc.record({ data: bytes }), (p) => decodeCopyData(p), encodeCopyData),
  typed('CopyDone', nothing, (p) => decodeCopyDone(p), encodeCopyDone),
  typed('CopyFail', fc.record({ message: text }), (p) => decodeCopyFail(p), encodeCopyFail),
]

/** What a backend sends. */
export const backendCases: readonly MessageCase[] = [
  typed('Authentication', authentication, decodeAuthentication, encodeAuthentication),
  typed(
    'BackendKeyData',
    fc.record({ processId: int32, secretKey: key }),
    decodeBackendKeyData,
    encodeBackendKeyData,
  ),
  typed(
    'NegotiateProtocolVersion',
    fc.record({ newest: oid, unknownOptions: fc.array(text, { maxLength: 4 }) }),
    (p) => decodeNegotiateProtocolVersion(p),
    encodeNegotiateProtocolVersion,
  ),
  typed(
    'ParameterStatus',
    fc.record({ name: text, value: text }),
    (p) => decodeParameterStatus(p),
    encodeParameterStatus,
  ),
  typed(
    'ReadyForQuery',
    fc.record({ status: fc.constantFrom('I' as const, 'T' as const, 'E' as const) }),
    decodeReadyForQuery,
    encodeReadyForQuery,
  ),
  typed(
    'RowDescription',
    fc.record({ fields: fc.array(fieldDescription, { maxLength: 5 }) }),
    (p) => decodeRowDescription(p),
    encodeRowDescription,
  ),
  typed('DataRow', fc.record({ values }), decodeDataRow, encodeDataRow),
  typed('CommandComplete', fc.record({ tag: text }), (p) => decodeCommandComplete(p), encodeCommandComplete),
  typed('EmptyQueryResponse', nothing, decodeEmptyQueryResponse, encodeEmptyQueryResponse),
  typed('ParseComplete', nothing, decodeParseComplete, encodeParseComplete),
  typed('BindComplete', nothing, decodeBindComplete, encodeBindComplete),
  typed('CloseComplete', nothing, decodeCloseComplete, encodeCloseComplete),
  typed('NoData', nothing, decodeNoData, encodeNoData),
  typed('PortalSuspended', nothing, decodePortalSuspended, encodePortalSuspended),
  typed(
    'ParameterDescription',
    fc.record({ types: fc.array(oid, { maxLength: 6 }) }),
    decodeParameterDescription,
    encodeParameterDescription,
  ),
  typed('ErrorResponse', fields, decodeErrorResponse, encodeErrorResponse),
  typed('NoticeResponse', fields, decodeNoticeResponse, encodeNoticeResponse),
  typed(
    'NotificationResponse',
    fc.record({ processId: int32, channel: text, payload: text }),
    (p) => decodeNotificationResponse(p),
    encodeNotificationResponse,
  ),
  typed('CopyInResponse', copyResponse, decodeCopyInResponse, encodeCopyInResponse),
  typed('CopyOutResponse', copyResponse, decodeCopyOutResponse, encodeCopyOutResponse),
  typed('CopyBothResponse', copyResponse, decodeCopyBothResponse, encodeCopyBothResponse),
  typed('FunctionCallResponse', fc.record({ value }), decodeFunctionCallResponse, encodeFunctionCallResponse),
]

/** Every message. */
export const allCases: readonly MessageCase[] = [...startupCases, ...frontendCases, ...backendCases]

/** The body of a whole message, as a framer hands it on. */
export function bodyOf(message: MessageCase, whole: Buffer): Buffer {
  return whole.subarray(message.typed ? 5 : 4)
}
