import type { TextEncoding } from '@sluice/wire/text'
import { type TraceField, type TraceOptions, traceLine } from '@sluice/wire/trace'
import { ProtocolViolation } from '@sluice/wire/violation'
import { authenticationName, backendName, frontendName } from '../states/message-name.ts'
import { decodeAuthentication } from './authentication.ts'
import { decodeBackendKeyData } from './backend-key-data.ts'
import { decodeBind } from './bind.ts'
import { decodeClose } from './close.ts'
import { backend, frontend } from './codes.ts'
import { decodeCommandComplete } from './command-complete.ts'
import { decodeDataRow } from './data-row.ts'
import { decodeDescribe } from './describe.ts'
import type { DiagnosticFields } from './diagnostic-fields.ts'
import { decodeErrorResponse } from './error-response.ts'
import { decodeExecute } from './execute.ts'
import { decodeFunctionCall } from './function-call.ts'
import { decodeNoticeResponse } from './notice-response.ts'
import { decodeNotificationResponse } from './notification-response.ts'
import { decodeParameterDescription } from './parameter-description.ts'
import { decodeParameterStatus } from './parameter-status.ts'
import { decodeParse } from './parse.ts'
import { decodeQuery } from './query.ts'
import { decodeReadyForQuery } from './ready-for-query.ts'
import { decodeRowDescription } from './row-description.ts'

type Fields = (payload: Buffer, encoding: TextEncoding) => readonly TraceField[]

const SECRET: readonly TraceField[] = [{ secret: true }]

const diagnostics = (fields: DiagnosticFields): readonly TraceField[] => [
  { name: fields.get('V') ?? fields.get('S') ?? '' },
  { name: fields.get('C') ?? '' },
  { value: fields.get('M') ?? null },
]
const values = (list: readonly (Buffer | null)[]): TraceField[] => [
  list.length,
  ...list.map((value) => ({ value })),
]
const copyData: Fields = (payload) => [payload.length, { value: payload }]

/** What is shown of a client's message, beside its name. Messages not listed show nothing. */
const frontendFields: ReadonlyMap<number, Fields> = new Map<number, Fields>([
  // Password, SASL or GSSAPI answer: credentials, whichever it is.
  [frontend.PasswordMessage, () => SECRET],
  [frontend.Query, (payload, encoding) => [{ sql: decodeQuery(payload, encoding).sql }]],
  [
    frontend.Parse,
    (payload, encoding) => {
      const { name, sql } = decodeParse(payload, encoding)
      return [{ name }, { sql }]
    },
  ],
  [
    frontend.Bind,
    (payload, encoding) => {
      const bind = decodeBind(payload, encoding)
      return [{ name: bind.portal }, { name: bind.statement }, ...values(bind.values)]
    },
  ],
  [
    frontend.Describe,
    (payload, encoding) => {
      const { target, name } = decodeDescribe(payload, encoding)
      return [{ name: target }, { name }]
    },
  ],
  [
    frontend.Close,
    (payload, encoding) => {
      const { target, name } = decodeClose(payload, encoding)
      return [{ name: target }, { name }]
    },
  ],
  [
    frontend.Execute,
    (payload, encoding) => {
      const { portal, maxRows } = decodeExecute(payload, encoding)
      return [{ name: portal }, maxRows]
    },
  ],
  [
    frontend.FunctionCall,
    (payload) => {
      const { functionId, args } = decodeFunctionCall(payload)
      return [functionId, ...values(args)]
    },
  ],
  [frontend.CopyData, copyData],
])

/** What is shown of a server's message, beside its name. */
const backendFields: ReadonlyMap<number, Fields> = new Map<number, Fields>([
  [backend.BackendKeyData, (payload) => [decodeBackendKeyData(payload).processId, ...SECRET]],
  [
    backend.ParameterStatus,
    (payload, encoding) => {
      const { name, value } = decodeParameterStatus(payload, encoding)
      return [{ name }, { value }]
    },
  ],
  [backend.ReadyForQuery, (payload) => [{ name: decodeReadyForQuery(payload).status }]],
  [backend.RowDescription, (payload, encoding) => [decodeRowDescription(payload, encoding).fields.length]],
  [backend.ParameterDescription, (payload) => [decodeParameterDescription(payload).types.length]],
  [backend.DataRow, (payload) => values(decodeDataRow(payload).values)],
  [backend.CommandComplete, (payload, encoding) => [{ name: decodeCommandComplete(payload, encoding).tag }]],
  [backend.ErrorResponse, (payload) => diagnostics(decodeErrorResponse(payload).fields)],
  [backend.NoticeResponse, (payload) => diagnostics(decodeNoticeResponse(payload).fields)],
  [
    backend.NotificationResponse,
    (payload, encoding) => {
      const { channel, payload: value } = decodeNotificationResponse(payload, encoding)
      return [{ name: channel }, { value }]
    },
  ],
  [backend.CopyData, copyData],
])

/**
 * One line for a message of a client, by type byte and body: `C Parse "s1" "select …"`. Never throws: a body that
 * cannot be read shows as `malformed`. Without `values` the line holds no literal, value or credential.
 */
export function traceFrontend(
  type: number,
  payload: Buffer,
  encoding: TextEncoding = 'utf8',
  options: TraceOptions = {},
): string {
  const name = type === frontend.PasswordMessage ? 'PasswordMessage' : frontendName(type)
  return traceLine(
    'C',
    name ?? unknownName(type),
    shown(frontendFields.get(type), payload, encoding),
    options,
  )
}

/** One line for a message of a server: `S RowDescription 3`. Never throws, as `traceFrontend`. */
export function traceBackend(
  type: number,
  payload: Buffer,
  encoding: TextEncoding = 'utf8',
  options: TraceOptions = {},
): string {
  if (type === backend.Authentication) return traceAuthentication(payload)
  return traceLine(
    'S',
    backendName(type) ?? unknownName(type),
    shown(backendFields.get(type), payload, encoding),
    options,
  )
}

function traceAuthentication(payload: Buffer): string {
  try {
    const message = decodeAuthentication(payload)
    if (message.kind === 'sasl') {
      return traceLine(
        'S',
        authenticationName(message),
        message.mechanisms.map((name) => ({ name })),
      )
    }
    const bare = message.kind === 'ok' || message.kind === 'cleartext-password'
    return traceLine('S', authenticationName(message), bare ? [] : SECRET)
  } catch (error) {
    if (error instanceof ProtocolViolation) return traceLine('S', 'Authentication', [{ name: 'malformed' }])
    throw error
  }
}

function shown(fields: Fields | undefined, payload: Buffer, encoding: TextEncoding): readonly TraceField[] {
  try {
    return fields?.(payload, encoding) ?? []
  } catch (error) {
    if (error instanceof ProtocolViolation) return [{ name: 'malformed' }]
    throw error
  }
}

function unknownName(type: number): string {
  return `0x${type.toString(16).padStart(2, '0')}`
}
