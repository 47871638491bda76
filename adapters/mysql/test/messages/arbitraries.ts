import type { Arbitrary } from 'fast-check'
import * as fc from 'fast-check'
import { decodeAuthMoreData, encodeAuthMoreData } from '../../src/messages/auth-more-data.ts'
import { decodeAuthSwitchRequest, encodeAuthSwitchRequest } from '../../src/messages/auth-switch-request.ts'
import {
  decodeAuthSwitchResponse,
  encodeAuthSwitchResponse,
} from '../../src/messages/auth-switch-response.ts'
import {
  decodeBinaryResultsetRow,
  encodeBinaryResultsetRow,
} from '../../src/messages/binary-resultset-row.ts'
import { binaryWidths, DATE_LIKE, LENGTH_ENCODED, NO_WIDTH } from '../../src/messages/binary-value.ts'
import { capability, extendedCapability } from '../../src/messages/capabilities.ts'
import { decodeColumnCount, encodeColumnCount, MAX_COLUMNS } from '../../src/messages/column-count.ts'
import {
  decodeColumnDefinition41,
  encodeColumnDefinition41,
} from '../../src/messages/column-definition-41.ts'
import { decodeComChangeUser, encodeComChangeUser } from '../../src/messages/com-change-user.ts'
import { decodeComFieldList, encodeComFieldList } from '../../src/messages/com-field-list.ts'
import { decodeComInitDb, encodeComInitDb } from '../../src/messages/com-init-db.ts'
import { decodeComPing, encodeComPing } from '../../src/messages/com-ping.ts'
import { decodeComProcessKill, encodeComProcessKill } from '../../src/messages/com-process-kill.ts'
import { decodeComQuery, encodeComQuery } from '../../src/messages/com-query.ts'
import { decodeComQuit, encodeComQuit } from '../../src/messages/com-quit.ts'
import {
  decodeComResetConnection,
  encodeComResetConnection,
} from '../../src/messages/com-reset-connection.ts'
import { decodeComSetOption, encodeComSetOption } from '../../src/messages/com-set-option.ts'
import { decodeComStatistics, encodeComStatistics } from '../../src/messages/com-statistics.ts'
import {
  bulkFlag,
  decodeComStmtBulkExecute,
  encodeComStmtBulkExecute,
} from '../../src/messages/com-stmt-bulk-execute.ts'
import { decodeComStmtClose, encodeComStmtClose } from '../../src/messages/com-stmt-close.ts'
import {
  cursorFlag,
  decodeComStmtExecute,
  encodeComStmtExecute,
} from '../../src/messages/com-stmt-execute.ts'
import { decodeComStmtFetch, encodeComStmtFetch } from '../../src/messages/com-stmt-fetch.ts'
import { decodeComStmtPrepare, encodeComStmtPrepare } from '../../src/messages/com-stmt-prepare.ts'
import { decodeComStmtPrepareOk, encodeComStmtPrepareOk } from '../../src/messages/com-stmt-prepare-ok.ts'
import { decodeComStmtReset, encodeComStmtReset } from '../../src/messages/com-stmt-reset.ts'
import {
  decodeComStmtSendLongData,
  encodeComStmtSendLongData,
} from '../../src/messages/com-stmt-send-long-data.ts'
import { decodeEofPacket, encodeEofPacket } from '../../src/messages/eof-packet.ts'
import { decodeErrPacket, encodeErrPacket } from '../../src/messages/err-packet.ts'
import {
  decodeHandshakeResponse41,
  encodeHandshakeResponse41,
} from '../../src/messages/handshake-response-41.ts'
import { decodeHandshakeV10, encodeHandshakeV10 } from '../../src/messages/handshake-v10.ts'
import {
  decodeLocalInfileRequest,
  encodeLocalInfileRequest,
} from '../../src/messages/local-infile-request.ts'
import { decodeOkPacket, encodeOkPacket } from '../../src/messages/ok-packet.ts'
import type { Parameter } from '../../src/messages/parameters.ts'
import { decodeSSLRequest, encodeSSLRequest } from '../../src/messages/ssl-request.ts'
import { status } from '../../src/messages/status-flags.ts'
import { decodeTextResultsetRow, encodeTextResultsetRow } from '../../src/messages/text-resultset-row.ts'

/** One message of the specification: values of it, and both directions of its codec. */
export type MessageCase<M = never> = {
  readonly name: string
  readonly values: Arbitrary<M>
  readonly decode: (payload: Buffer) => M
  readonly encode: (message: M) => Buffer
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((s) => s.replaceAll('\0', ''))
const name = text.filter((s) => s !== '')
const bytes = fc.uint8Array({ maxLength: 30 }).map((b) => Buffer.from(b))
const u8 = fc.nat({ max: 0xff })
const u16 = fc.nat({ max: 0xffff })
const u32 = fc.nat({ max: 0xffff_ffff })
const big = fc.bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn })
const nothing: Arbitrary<object> = fc.constant({})
const attributes = fc.array(fc.tuple(text, text), { maxLength: 4 }).map((pairs) => new Map(pairs))

function one<M>(
  label: string,
  values: Arbitrary<M>,
  decode: (payload: Buffer) => M,
  encode: (message: M) => Buffer,
): MessageCase {
  return { name: label, values, decode, encode } as unknown as MessageCase
}

const PROTOCOL = capability.PROTOCOL_41
const mariadb = { flags: PROTOCOL, extended: extendedCapability.STMT_BULK_OPERATIONS }
const mysql = { flags: (PROTOCOL | capability.MYSQL) >>> 0, extended: 0 }
const capabilities = fc.constantFrom(mariadb, mysql)

const serverFlags = fc.constantFrom(capability.PLUGIN_AUTH, 0)
const handshake = fc
  .record({
    serverVersion: text,
    connectionId: u32,
    challenge: fc.uint8Array({ minLength: 20, maxLength: 20 }).map((b) => Buffer.from(b)),
    capabilities: fc.tuple(capabilities, serverFlags).map(([{ flags, extended }, more]) => ({
      flags: (flags | more | capability.SECURE_CONNECTION) >>> 0,
      extended,
    })),
    collation: u8,
    status: u16,
    plugin: text,
  })
  .map((message) => {
    const plugged = (message.capabilities.flags & capability.PLUGIN_AUTH) !== 0
    return { ...message, plugin: plugged ? message.plugin : '' }
  })

const opening = { capabilities, maxPacketBytes: u32, collation: u8 }
const optional = [
  capability.PLUGIN_AUTH_LENENC_DATA,
  capability.SECURE_CONNECTION,
  capability.CONNECT_WITH_DB,
  capability.PLUGIN_AUTH,
  capability.CONNECT_ATTRS,
  capability.ZSTD_COMPRESSION,
]
const without = (flags: number, bit: number): boolean => (flags & bit) === 0
const response = fc
  .record({
    ...opening,
    user: text,
    authResponse: fc.uint8Array({ min: 1, maxLength: 30 }).map((b) => Buffer.from(b)),
    database: fc.option(name, { nil: undefined }),
    plugin: fc.option(name, { nil: undefined }),
    attributes,
    zstdLevel: fc.option(u8, { nil: undefined }),
    more: fc.subarray(optional),
  })
  .map(({ more, ...message }) => {
    const flags = more.reduce((all, bit) => all | bit, message.capabilities.flags) >>> 0
    return {
      ...message,
      capabilities: { ...message.capabilities, flags },
      database: without(flags, capability.CONNECT_WITH_DB) ? undefined : message.database,
      plugin: without(flags, capability.PLUGIN_AUTH) ? undefined : message.plugin,
      attributes: without(flags, capability.CONNECT_ATTRS) ? new Map<string, string>() : message.attributes,
      zstdLevel: without(flags, capability.ZSTD_COMPRESSION) ? undefined : message.zstdLevel,
    }
  })

const change = fc.oneof(
  fc.record({ kind: fc.constant('variable' as const), name: text, value: text }),
  fc.record({ kind: fc.constant('schema' as const), name: text }),
  fc.record({ kind: fc.constant('state' as const), changed: text }),
  fc.record({ kind: fc.constant('gtids' as const), encoding: u8, gtids: text }),
  fc.record({ kind: fc.constant('transaction-characteristics' as const), statements: text }),
  fc.record({ kind: fc.constant('transaction-state' as const), state: text }),
)
const ok = fc.record({
  header: fc.constantFrom(0x00 as const, 0xfe as const),
  affectedRows: big,
  lastInsertId: big,
  status: u16,
  warnings: u16,
  info: text,
})
const tracked = fc.tuple(ok, fc.array(change, { maxLength: 4 })).map(([message, changes]) => ({
  ...message,
  changes: (message.status & status.SESSION_STATE_CHANGED) === 0 ? [] : changes,
}))

const types = Array.from({ length: 256 }, (_, type) => type).filter((type) => binaryWidths[type] !== NO_WIDTH)
const moments = (...lengths: readonly number[]): Arbitrary<Buffer> =>
  fc
    .constantFrom(...lengths)
    .chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
    .map((b) => Buffer.from(b))
const binaryValue = (type: number): Arbitrary<Buffer> => {
  const width = binaryWidths[type] ?? NO_WIDTH
  if (width >= 0) return moments(width)
  if (width === LENGTH_ENCODED) return bytes
  return width === DATE_LIKE ? moments(0, 4, 7, 11) : moments(0, 8, 12)
}
const parameter = (named: boolean): Arbitrary<Parameter> =>
  fc
    .record({ type: fc.constantFrom(...types), unsigned: fc.boolean(), name: named ? text : fc.constant('') })
    .chain((type) =>
      fc.option(binaryValue(type.type), { nil: null, freq: 4 }).map((value) => ({ ...type, value })),
    )

const ATTRIBUTES = (capability.QUERY_ATTRIBUTES | PROTOCOL) >>> 0
const executed = (named: boolean, count: number) =>
  fc.record({
    statementId: u32,
    flags: fc.constantFrom(0, cursorFlag.READ_ONLY).map((f) => (named ? f | 8 : f)),
    iterations: fc.constant(1),
    newTypes: fc.constant(true),
    parameters: fc.array(parameter(named), { minLength: count, maxLength: count }),
  })
const execution = { flags: PROTOCOL, placeholders: 3, types: undefined, sent: () => false }
const attributed = { ...execution, flags: ATTRIBUTES, placeholders: 2 }

const bulkTypes = [
  { type: 3, unsigned: false },
  { type: 253, unsigned: true },
  { type: 12, unsigned: false },
]
const bulkValue = (type: number) =>
  fc.oneof(
    binaryValue(type).map((value) => ({ kind: 'value' as const, value })),
    fc.constantFrom({ kind: 'null' as const }, { kind: 'default' as const }, { kind: 'ignore' as const }),
  )
const bulk = fc.record({
  statementId: u32,
  flags: fc.constant(bulkFlag.SEND_TYPES),
  types: fc.constant(bulkTypes),
  rows: fc.array(fc.tuple(bulkValue(3), bulkValue(253), bulkValue(12)), { maxLength: 4 }),
})
const bulkContext = { placeholders: 3, types: undefined }

const definition = fc.record({
  catalog: text,
  schema: text,
  table: text,
  orgTable: text,
  name: text,
  orgName: text,
  metadata: fc.constant(new Map<number, string>()),
  collation: u16,
  length: u32,
  type: u8,
  flags: u16,
  decimals: u8,
})
const metadata = fc.array(fc.tuple(u8, text), { maxLength: 2 }).map((pairs) => new Map(pairs))
const extended = fc.tuple(definition, metadata).map(([column, words]) => ({ ...column, metadata: words }))
const defaulted = fc
  .tuple(definition, fc.option(bytes, { nil: null }))
  .map(([column, defaultValue]) => ({ ...column, defaultValue }))
const plain = { extended: 0 }
const extendedContext = { extended: extendedCapability.EXTENDED_METADATA }
const listed = { extended: 0, fieldList: true }

const row = fc.tuple(...[0, 1, 2].map(() => fc.option(bytes, { nil: null }))).map((values) => ({ values }))
const rowTypes = [3, 253, 12, 11, 8, 6, 252]
const binaryRow = fc
  .tuple(...rowTypes.map((type) => fc.option(binaryValue(type), { nil: null })))
  .map((values) => ({ values }))

const changeUserFlags =
  (PROTOCOL | capability.SECURE_CONNECTION | capability.PLUGIN_AUTH | capability.CONNECT_ATTRS) >>> 0
const changeUser = fc.record({
  user: text,
  authResponse: bytes,
  database: fc.option(name, { nil: undefined }),
  collation: u16,
  plugin: fc.option(name, { nil: undefined }),
  attributes,
})
const err = fc.record({
  code: fc.nat({ max: 0xfffe }),
  sqlState: fc.option(fc.constantFrom('HY000', '42000'), { nil: undefined }),
  message: text.filter((s) => !s.startsWith('#')),
})
const id = fc.record({ statementId: u32 })

/** Every codec, in each form that hangs on what was agreed on. */
export const allCases: readonly MessageCase[] = [
  one('HandshakeV10', handshake, decodeHandshakeV10, encodeHandshakeV10),
  one(
    'SSLRequest',
    fc.record(opening).map((message) => ({
      ...message,
      capabilities: {
        ...message.capabilities,
        flags: (message.capabilities.flags | capability.SSL) >>> 0,
      },
    })),
    decodeSSLRequest,
    encodeSSLRequest,
  ),
  one('HandshakeResponse41', response, decodeHandshakeResponse41, encodeHandshakeResponse41),
  one(
    'AuthSwitchRequest',
    fc.record({ plugin: text, data: bytes.filter((b) => b.at(-1) !== 0) }),
    decodeAuthSwitchRequest,
    encodeAuthSwitchRequest,
  ),
  one('AuthSwitchResponse', fc.record({ data: bytes }), decodeAuthSwitchResponse, encodeAuthSwitchResponse),
  one('AuthMoreData', fc.record({ data: bytes }), decodeAuthMoreData, encodeAuthMoreData),
  one(
    'OK_Packet',
    ok.map((message) => ({ ...message, changes: [] as readonly never[] })),
    (payload) => decodeOkPacket(payload, PROTOCOL) as never,
    (message) => encodeOkPacket(message, PROTOCOL),
  ),
  one(
    'OK_Packet with SESSION_TRACK',
    tracked,
    (payload) => decodeOkPacket(payload, capability.SESSION_TRACK) as never,
    (message) => encodeOkPacket(message, capability.SESSION_TRACK),
  ),
  one('ERR_Packet', err, decodeErrPacket, encodeErrPacket),
  one('EOF_Packet', fc.record({ warnings: u16, status: u16 }), decodeEofPacket, encodeEofPacket),
  one(
    'LOCAL INFILE Request',
    fc.record({ fileName: text }),
    decodeLocalInfileRequest,
    encodeLocalInfileRequest,
  ),
  one(
    'column count',
    fc.record({ columns: fc.integer({ min: 1, max: MAX_COLUMNS }) }),
    decodeColumnCount,
    encodeColumnCount,
  ),
  one(
    'ColumnDefinition41',
    definition,
    (p) => decodeColumnDefinition41(p, plain) as never,
    (m) => encodeColumnDefinition41(m, plain),
  ),
  one(
    'ColumnDefinition41, extended',
    extended,
    (p) => decodeColumnDefinition41(p, extendedContext) as never,
    (m) => encodeColumnDefinition41(m, extendedContext),
  ),
  one(
    'ColumnDefinition41, COM_FIELD_LIST',
    defaulted,
    (p) => decodeColumnDefinition41(p, listed) as never,
    (m) => encodeColumnDefinition41(m, listed),
  ),
  one('Text Resultset Row', row, (p) => decodeTextResultsetRow(p, 3) as never, encodeTextResultsetRow),
  one(
    'Binary Resultset Row',
    binaryRow,
    (p) => decodeBinaryResultsetRow(p, rowTypes) as never,
    (m) => encodeBinaryResultsetRow(m, rowTypes),
  ),
  one(
    'COM_QUERY',
    fc.record({ sql: text, attributes: fc.constant([] as Parameter[]) }),
    (p) => decodeComQuery(p, PROTOCOL) as never,
    (m) => encodeComQuery(m, PROTOCOL),
  ),
  one(
    'COM_QUERY with attributes',
    fc.record({ sql: text, attributes: fc.array(parameter(true), { maxLength: 9 }) }),
    (p) => decodeComQuery(p, ATTRIBUTES) as never,
    (m) => encodeComQuery(m, ATTRIBUTES),
  ),
  one('COM_STMT_PREPARE', fc.record({ sql: text }), decodeComStmtPrepare, encodeComStmtPrepare),
  one(
    'COM_STMT_PREPARE_OK',
    fc.record({ statementId: u32, columns: fc.nat({ max: MAX_COLUMNS }), parameters: u16, warnings: u16 }),
    decodeComStmtPrepareOk,
    encodeComStmtPrepareOk,
  ),
  one(
    'COM_STMT_EXECUTE',
    executed(false, 3),
    (p) => decodeComStmtExecute(p, execution) as never,
    (m) => encodeComStmtExecute(m, execution),
  ),
  one(
    'COM_STMT_EXECUTE with attributes',
    executed(true, 4),
    (p) => decodeComStmtExecute(p, attributed) as never,
    (m) => encodeComStmtExecute(m, attributed),
  ),
  one(
    'COM_STMT_BULK_EXECUTE',
    bulk,
    (p) => decodeComStmtBulkExecute(p, bulkContext) as never,
    encodeComStmtBulkExecute,
  ),
  one(
    'COM_STMT_SEND_LONG_DATA',
    fc.record({ statementId: u32, parameter: u16, data: bytes }),
    decodeComStmtSendLongData,
    encodeComStmtSendLongData,
  ),
  one('COM_STMT_FETCH', fc.record({ statementId: u32, rows: u32 }), decodeComStmtFetch, encodeComStmtFetch),
  one('COM_STMT_RESET', id, decodeComStmtReset, encodeComStmtReset),
  one('COM_STMT_CLOSE', id, decodeComStmtClose, encodeComStmtClose),
  one('COM_PROCESS_KILL', fc.record({ connectionId: u32 }), decodeComProcessKill, encodeComProcessKill),
  one('COM_SET_OPTION', fc.record({ option: fc.nat({ max: 1 }) }), decodeComSetOption, encodeComSetOption),
  one('COM_INIT_DB', fc.record({ database: text }), decodeComInitDb, encodeComInitDb),
  one('COM_FIELD_LIST', fc.record({ table: text, wildcard: text }), decodeComFieldList, encodeComFieldList),
  one(
    'COM_CHANGE_USER',
    changeUser,
    (p) => decodeComChangeUser(p, changeUserFlags) as never,
    (m) => encodeComChangeUser(m, changeUserFlags),
  ),
  one('COM_PING', nothing, decodeComPing, encodeComPing),
  one('COM_QUIT', nothing, decodeComQuit, encodeComQuit),
  one('COM_RESET_CONNECTION', nothing, decodeComResetConnection, encodeComResetConnection),
  one('COM_STATISTICS', nothing, decodeComStatistics, encodeComStatistics),
]
