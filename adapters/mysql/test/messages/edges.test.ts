import { describe, expect, test } from '@jest/globals'
import { thrown } from '@sluice/testkit/thrown'
import { ByteReader } from '@sluice/wire/reader'
import { ProtocolViolation } from '@sluice/wire/violation'
import { ByteWriter } from '@sluice/wire/writer'
import { binaryValueText } from '../../src/messages/binary-value-text.ts'
import { capability, has } from '../../src/messages/capabilities.ts'
import { decodeColumnCount, encodeColumnCount, MAX_COLUMNS } from '../../src/messages/column-count.ts'
import { columnType as t } from '../../src/messages/column-types.ts'
import { decodeComQuery } from '../../src/messages/com-query.ts'
import {
  bulkFlag,
  decodeComStmtBulkExecute,
  MAX_BULK_VALUES,
} from '../../src/messages/com-stmt-bulk-execute.ts'
import { decodeComStmtExecute, encodeComStmtExecute } from '../../src/messages/com-stmt-execute.ts'
import { command, commandName } from '../../src/messages/commands.ts'
import { MAX_CONNECT_ATTRIBUTES, readConnectAttributes } from '../../src/messages/connect-attributes.ts'
import { decodeErrPacket, encodeErrPacket } from '../../src/messages/err-packet.ts'
import { decodeHandshakeResponse41 } from '../../src/messages/handshake-response-41.ts'
import { decodeHandshakeV10 } from '../../src/messages/handshake-v10.ts'
import { readBigInteger, readInteger, writeInteger } from '../../src/messages/length-encoded.ts'
import { decodeOkPacket } from '../../src/messages/ok-packet.ts'
import {
  decodeSessionState,
  encodeSessionState,
  MAX_SESSION_CHANGES,
} from '../../src/messages/session-state.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/\s/g, ''), 'hex')

const violation = (run: () => unknown): ProtocolViolation => thrown(ProtocolViolation, run)

/** So many connection attributes, with the length before them. */
function attributes(count: number): ByteReader {
  const inner = Buffer.concat(Array.from({ length: count }, (_, i) => Buffer.from([2, i & 0xff, i >> 8, 0])))
  const writer = new ByteWriter()
  writeInteger(writer, inner.length)
  return new ByteReader(writer.bytes(inner).finish(), 'client', 'Test')
}

describe('length-encoded integers', () => {
  test.each([
    [250n, 'fa'],
    [251n, 'fc fb00'],
    [0xffffn, 'fc ffff'],
    [0x1_0000n, 'fd 000001'],
    [0xff_ffffn, 'fd ffffff'],
    [0x100_0000n, 'fe 0000000100000000'],
    [0xffff_ffff_ffff_ffffn, 'fe ffffffffffffffff'],
  ])('%s is written in the shortest form', (value, wire) => {
    const writer = new ByteWriter()
    writeInteger(writer, value)
    expect(writer.finish()).toEqual(hex(wire))
    expect(readBigInteger(new ByteReader(hex(wire), 'client', 'Test'))).toBe(value)
  })

  test.each(['fb', 'ff', 'fc01', 'fd0101', 'fe01010101010101', ''])('%s is none', (wire) => {
    expect(violation(() => readInteger(new ByteReader(hex(wire), 'client', 'Test')))).toMatchObject({
      reason: 'malformed',
    })
  })

  test('that count or measure something end at 2^53', () => {
    expect(
      violation(() => readInteger(new ByteReader(hex('fe ffffffffffffffff'), 'client', 'Test'))),
    ).toMatchObject({
      reason: 'malformed',
    })
  })
})

test('the last bit of the capabilities is one like the others', () => {
  expect(has(0x8000_0000, capability.REMEMBER_OPTIONS)).toBe(true)
  expect(has(0x7fff_ffff, capability.REMEMBER_OPTIONS)).toBe(false)
  expect(has(capability.PROTOCOL_41, capability.PROTOCOL_41 | capability.SSL)).toBe(false)
})

test('every command has a name, and no other byte', () => {
  for (const [name, code] of Object.entries(command)) expect(commandName(code)).toBe(name)
  expect(commandName(0xff)).toBeUndefined()
})

describe('what real peers send', () => {
  test('the greeting of MariaDB 10.11', () => {
    const payload = hex(`
      0a 352e352e352d31302e31312e31392d4d617269614442 00 05000000 2a7b4f3a5c3f4163 00 fef7 2d 0200 ff81 15
      000000000000 1d000000 3f2e2b4d613f66765d5b4e28 00 6d7973716c5f6e61746976655f70617373776f7264 00`)
    const greeting = decodeHandshakeV10(payload)
    expect(greeting).toMatchObject({
      serverVersion: '5.5.5-10.11.19-MariaDB',
      connectionId: 5,
      collation: 45,
      status: 2,
      plugin: 'mysql_native_password',
      capabilities: { flags: 0x81ff_f7fe, extended: 0x1d },
    })
    expect(greeting.challenge).toHaveLength(20)
  })

  test('an error that comes before the handshake has no SQLSTATE', () => {
    expect(decodeErrPacket(hex('ff 1004 546f6f206d616e79'))).toEqual({
      code: 1040,
      sqlState: undefined,
      message: 'Too many',
    })
  })

  test('an error that is not utf-8 is written as it came', () => {
    const payload = Buffer.from('\xff\x26\x04#23000é ana@example.com', 'latin1')
    const error = decodeErrPacket(payload)
    expect(error.message).toBe('é ana@example.com')
    expect(encodeErrPacket(error)).toEqual(payload)
  })

  test('the end of a login that says what changed', () => {
    const payload = hex('00 00 00 0240 0000 00 07 01 05 04 73686f70')
    expect(decodeOkPacket(payload, capability.SESSION_TRACK)).toMatchObject({
      status: 0x4002,
      changes: [{ kind: 'schema', name: 'shop' }],
    })
    expect(decodeOkPacket(hex('00 00 00 0200 0000'), capability.SESSION_TRACK)).toMatchObject({
      info: '',
      changes: [],
    })
  })

  test('several settings in one entry, as MariaDB sends them', () => {
    expect(decodeSessionState(hex('00 08 01 61 01 31 01 62 01 32'))).toEqual([
      { kind: 'variable', name: 'a', value: '1' },
      { kind: 'variable', name: 'b', value: '2' },
    ])
  })
})

describe('is refused', () => {
  test.each([
    ['a progress report', () => decodeErrPacket(hex('ff ffff 01 01 00 0a 01 61'))],
    ['a client from before 4.1', () => decodeHandshakeResponse41(hex('8524 000000 6f6c64 00'))],
    ['a greeting of another protocol', () => decodeHandshakeV10(hex('09 352e30 00'))],
    ['a statement that is none', () => decodeComQuery(hex('16 53454c45435431'), 0)],
    [
      'more columns than a table can have',
      () => decodeColumnCount(encodeColumnCount({ columns: MAX_COLUMNS + 1 })),
    ],
    ['no columns', () => decodeColumnCount(hex('00'))],
    ['a change of the session of an unknown type', () => decodeSessionState(hex('09 01 00'))],
    [
      'an infinite count of attributes',
      () => decodeComQuery(hex('03 fe ffffffffffffff00 01'), capability.QUERY_ATTRIBUTES),
    ],
  ])('%s', (_name, run) => {
    expect(violation(run).reason).toBe('malformed')
  })

  test('an execution with placeholders counts its values, whether it says so or not', () => {
    const context = {
      flags: capability.QUERY_ATTRIBUTES,
      placeholders: 1,
      types: undefined,
      sent: () => false,
    }
    for (const flags of ['00', '08']) {
      const execute = hex(`17 01000000 ${flags} 01000000 01 00 01 0300 00 07000000`)
      const message = decodeComStmtExecute(execute, context)
      expect(message.parameters).toMatchObject([{ type: t.LONG, value: hex('07000000') }])
      expect(encodeComStmtExecute(message, context)).toEqual(execute)
    }
    const uncounted = hex('17 01000000 00 01000000 00 01 0300 00 01000000')
    expect(violation(() => decodeComStmtExecute(uncounted, context)).message).toContain('counts 0 values')
  })

  test('values without their types, unless an execution before told them', () => {
    const types = [{ type: t.LONG, unsigned: false, name: '' }]
    const context = { flags: 0, placeholders: 1, types, sent: () => false }
    const execute = hex('17 01000000 00 01000000 00 00 07000000')
    expect(decodeComStmtExecute(execute, context).parameters).toMatchObject([
      { type: t.LONG, value: hex('07000000') },
    ])
    expect(
      violation(() => decodeComStmtExecute(execute, { ...context, types: undefined })).message,
    ).toContain('types')
  })

  test('one value too many', () => {
    const types = Buffer.concat([hex('fa 01000000 8000 0600')])
    const most = Buffer.concat([types, Buffer.alloc(MAX_BULK_VALUES, 1)])
    const context = { placeholders: 1, types: undefined }
    expect(decodeComStmtBulkExecute(most, context).rows).toHaveLength(MAX_BULK_VALUES)
    const more = Buffer.concat([most, hex('01')])
    expect(violation(() => decodeComStmtBulkExecute(more, context)).message).toContain(
      String(MAX_BULK_VALUES),
    )
  })

  test('a bulk execution whose rows have no bytes', () => {
    expect(bulkFlag.SEND_TYPES).toBe(0x80)
    expect(
      violation(() =>
        decodeComStmtBulkExecute(hex('fa 01000000 8000'), { placeholders: 0, types: undefined }),
      ),
    ).toMatchObject({ reason: 'malformed' })
  })

  test('one change of the session too many', () => {
    const changes = Array.from({ length: MAX_SESSION_CHANGES }, () => ({ kind: 'schema' as const, name: '' }))
    expect(decodeSessionState(encodeSessionState(changes))).toHaveLength(MAX_SESSION_CHANGES)
    const more = encodeSessionState([...changes, { kind: 'schema', name: '' }])
    expect(violation(() => decodeSessionState(more)).reason).toBe('malformed')
  })

  test('one connection attribute too many', () => {
    expect(readConnectAttributes(attributes(MAX_CONNECT_ATTRIBUTES)).size).toBe(MAX_CONNECT_ATTRIBUTES)
    expect(violation(() => readConnectAttributes(attributes(MAX_CONNECT_ATTRIBUTES + 1))).reason).toBe(
      'malformed',
    )
  })
})

test('a value that came by itself has no bytes in the execution', () => {
  const context = { flags: 0, placeholders: 2, types: undefined, sent: (index: number) => index === 0 }
  const message = {
    statementId: 1,
    flags: 0,
    iterations: 1,
    newTypes: true,
    parameters: [
      { type: t.BLOB, unsigned: false, name: '', value: null },
      { type: t.TINY, unsigned: false, name: '', value: hex('05') },
    ],
  }
  expect(decodeComStmtExecute(encodeComStmtExecute(message, context), context)).toEqual(message)
})

describe('a binary value as text', () => {
  test.each([
    [t.TINY, false, 'ff', '-1'],
    [t.TINY, true, 'ff', '255'],
    [t.SHORT, false, 'feff', '-2'],
    [t.YEAR, true, 'e907', '2025'],
    [t.LONG, true, 'ffffffff', '4294967295'],
    [t.LONGLONG, false, 'ffffffffffffffff', '-1'],
    [t.LONGLONG, true, 'ffffffffffffffff', '18446744073709551615'],
    [t.FLOAT, false, 'cdcccc3d', '0.1'],
    [t.DOUBLE, false, '9a9999999999b93f', '0.1'],
    [t.DATE, false, 'e9070102', '2025-01-02'],
    [t.DATE, false, '', '0000-00-00'],
    [t.DATETIME, false, 'e90701020304 05', '2025-01-02 03:04:05'],
    [t.DATETIME, false, 'e9070102030405 06000000', '2025-01-02 03:04:05.000006'],
    [t.DATETIME, false, 'e9070102', '2025-01-02 00:00:00'],
    [t.TIME, false, '', '00:00:00'],
    [t.TIME, false, '01 02000000 010203', '-49:02:03'],
    [t.TIME, false, '00 00000000 010203 a0860100', '01:02:03.100000'],
    [t.NEWDECIMAL, false, '312e35', '1.5'],
  ])('of type %i, unsigned %s: %s', (type, unsigned, wire, text) => {
    expect(binaryValueText({ type, unsigned }, hex(wire)).toString('latin1')).toBe(text)
  })
})
