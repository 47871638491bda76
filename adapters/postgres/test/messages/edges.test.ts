import { describe, expect, test } from '@jest/globals'
import { thrown } from '@sluice/testkit/thrown'
import { ProtocolViolation } from '@sluice/wire/violation'
import { decodeAuthentication, encodeAuthentication } from '../../src/messages/authentication.ts'
import { decodeBackendKeyData } from '../../src/messages/backend-key-data.ts'
import { decodeBind, encodeBind, formatAt } from '../../src/messages/bind.ts'
import { backend, backendTypes, frontend, frontendTypes } from '../../src/messages/codes.ts'
import { rowsOfTag } from '../../src/messages/command-complete.ts'
import { decodeCopyInResponse } from '../../src/messages/copy-in-response.ts'
import { decodeDataRow, encodeDataRow, locateDataRow, NULL_VALUE } from '../../src/messages/data-row.ts'
import { decodeErrorResponse, encodeErrorResponse } from '../../src/messages/error-response.ts'
import { decodeNegotiateProtocolVersion } from '../../src/messages/negotiate-protocol-version.ts'
import { decodeParse, encodeParse } from '../../src/messages/parse.ts'
import { decodeQuery, encodeQuery } from '../../src/messages/query.ts'
import {
  decodeStartupMessage,
  encodeStartupMessage,
  MAX_STARTUP_PARAMETERS,
  PROTOCOL_3_0,
} from '../../src/messages/startup-message.ts'

const body = (whole: Buffer): Buffer => whole.subarray(5)
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')

const violation = (run: () => unknown): ProtocolViolation => thrown(ProtocolViolation, run)

/** Parameters by that many names. */
function numbered(count: number): Map<string, string> {
  return new Map(Array.from({ length: count }, (_, i) => [`p${i}`, '']))
}

/** The body of an error with that many fields. */
function manyFields(count: number): Buffer {
  return Buffer.concat([
    ...Array.from({ length: count }, (_, i) => Buffer.from([i + 1, 0])),
    Buffer.from([0]),
  ])
}

/** How many of that many startup parameters come back. */
function parametersTaken(count: number): number {
  const packet = encodeStartupMessage({ version: PROTOCOL_3_0, parameters: numbered(count) })
  return decodeStartupMessage(packet.subarray(4)).parameters.size
}

/** The body of an offer of that many SASL mechanisms. */
function offer(count: number): Buffer {
  return body(encodeAuthentication({ kind: 'sasl', mechanisms: [...numbered(count).keys()] }))
}

describe('text', () => {
  const latin1 = Buffer.from([...Buffer.from("SELECT '"), 0xe9, 0x27, 0])

  test('that is not utf-8 is refused as such, and read as latin1 when asked', () => {
    expect(violation(() => decodeQuery(latin1))).toMatchObject({ fault: 'client', reason: 'encoding' })
    const query = decodeQuery(latin1, 'latin1')
    expect(query).toEqual({ sql: "SELECT 'é'" })
    expect(body(encodeQuery(query, 'latin1'))).toEqual(latin1)
  })

  test('keeps a byte order mark, which the server would see too', () => {
    expect(decodeQuery(Buffer.from('\uFEFFSELECT 1\0')).sql).toBe('\uFEFFSELECT 1')
  })

  test.each([
    ['a zero byte', 'SELECT 1\0DROP', 'utf8', 'malformed'],
    ['a lone surrogate', 'SELECT \ud800', 'utf8', 'encoding'],
    ['a character outside latin1', 'SELECT €', 'latin1', 'encoding'],
  ] as const)('with %s is never written', (_what, sql, encoding, reason) => {
    expect(violation(() => encodeQuery({ sql }, encoding))).toMatchObject({ fault: 'gateway', reason })
  })

  test('after the terminating zero is a violation, not a second string', () => {
    expect(violation(() => decodeQuery(Buffer.from('SELECT 1\0DROP\0'))).reason).toBe('malformed')
  })

  test('of an error that is not utf-8 is read as latin1', () => {
    const fields = Buffer.from([0x4d, 0xe9, 0, 0])
    expect(decodeErrorResponse(fields).fields.get('M')).toBe('é')
  })

  test('of an error that is not utf-8 is written as it came, whatever field it stands in', () => {
    const bytes = Buffer.from('SERREUR\0C22P02\0Mé ana@example.com\0Dâ\0\0', 'latin1')
    expect(body(encodeErrorResponse(decodeErrorResponse(bytes)))).toEqual(bytes)
  })
})

describe('counts', () => {
  test.each([
    ['Parse', () => decodeParse(hex('00 00 ffff 00000017'))],
    ['Bind formats', () => decodeBind(hex('00 00 ffff 0000'))],
    ['Bind values', () => decodeBind(hex('00 00 0000 ffff ffffffff 0000'))],
    ['DataRow', () => decodeDataRow(hex('ffff ffffffff'))],
  ])('%s cannot count more than the body holds', (_what, decode) => {
    expect(violation(decode).message).toContain('counts 65535 items')
  })

  test('Parse takes 65535 parameter types', () => {
    const parameterTypes = Array.from({ length: 65_535 }, (_, i) => i)
    expect(decodeParse(body(encodeParse({ name: '', sql: '', parameterTypes }))).parameterTypes).toHaveLength(
      65_535,
    )
    const tooMany = { name: '', sql: '', parameterTypes: [...parameterTypes, 0] }
    expect(violation(() => encodeParse(tooMany)).fault).toBe('gateway')
  })

  test('a value of length -1 is NULL, below that a violation', () => {
    expect(decodeDataRow(hex('0001 ffffffff')).values).toEqual([null])
    expect(violation(() => decodeDataRow(hex('0001 fffffffe'))).fault).toBe('upstream')
  })
})

describe('Bind', () => {
  test('has the formats that the client says, whatever they are: what it is told of them is said elsewhere', () => {
    const message = {
      portal: '',
      statement: '',
      parameterFormats: [0, 7],
      values: [null, null, null],
      resultFormats: [0xffff],
    }
    expect(decodeBind(body(encodeBind(message)))).toEqual(message)
  })

  test.each([
    [[], 3, 0],
    [[1], 3, 1],
    [[0, 1], 1, 1],
    [[0, 1], 2, 0],
  ] as const)('format of %j at %i is %i', (formats, at, format) => {
    expect(formatAt(formats, at)).toBe(format)
  })
})

describe('DataRow', () => {
  test('locates what it decodes', () => {
    const values = [Buffer.from('ab'), null, Buffer.alloc(0)]
    const payload = body(encodeDataRow({ values }))
    const into = new Int32Array(6)
    expect(locateDataRow(payload, into)).toBe(3)
    expect([...into]).toEqual([6, 8, 12, NULL_VALUE, 16, 16])
  })

  test.each([
    ['no count', ''],
    ['too few values', '0002 ffffffff'],
    ['a length beyond the end', '0001 00000002 61'],
    ['a length below -1', '0001 80000000'],
    ['bytes too many', '0001 00000001 6161'],
    ['more values than described', '0003 ffffffff ffffffff ffffffff'],
  ])('with %s is not located', (_what, bytes) => {
    expect(violation(() => locateDataRow(hex(bytes), new Int32Array(4))).fault).toBe('upstream')
  })
})

describe('StartupMessage', () => {
  const packet = (...pairs: readonly string[]): Buffer =>
    Buffer.concat([hex('00030000'), ...pairs.map((text) => Buffer.from(`${text}\0`)), hex('00')])

  test('of a name that comes twice the last value counts', () => {
    const { parameters } = decodeStartupMessage(packet('user', 'a', 'database', 'd', 'user', 'b'))
    expect([...parameters]).toEqual([
      ['database', 'd'],
      ['user', 'b'],
    ])
  })

  test.each([
    ['no end of the list', hex('00030000')],
    ['a name without a value', Buffer.concat([hex('00030000'), Buffer.from('user\0')])],
    ['bytes after the end', Buffer.concat([packet('user', 'a'), hex('00')])],
    ['another major version', hex('00020000 00')],
  ])('refuses %s', (_what, payload) => {
    expect(violation(() => decodeStartupMessage(payload)).fault).toBe('client')
  })

  test('takes 256 parameters and not one more', () => {
    expect(parametersTaken(MAX_STARTUP_PARAMETERS)).toBe(MAX_STARTUP_PARAMETERS)
    expect(violation(() => parametersTaken(MAX_STARTUP_PARAMETERS + 1)).reason).toBe('malformed')
  })
})

describe('secrets and errors', () => {
  test.each([3, 257])('a secret key of %i bytes is refused', (length) => {
    expect(violation(() => decodeBackendKeyData(Buffer.alloc(4 + length))).message).toContain('4 to 256')
  })

  test('an error field that comes twice is refused', () => {
    const twice = Buffer.from('Ma\0Mb\0\0')
    expect(violation(() => decodeErrorResponse(twice)).fault).toBe('upstream')
  })

  test('an error has at most 64 fields', () => {
    expect(decodeErrorResponse(manyFields(64)).fields.size).toBe(64)
    expect(violation(() => decodeErrorResponse(manyFields(65))).fault).toBe('upstream')
  })

  test('an option list that counts more than it holds is refused', () => {
    const bytes = hex('00030000 ffffffff 6100')
    expect(violation(() => decodeNegotiateProtocolVersion(bytes)).fault).toBe('upstream')
  })

  test('a COPY has no column in an unknown format', () => {
    expect(violation(() => decodeCopyInResponse(hex('01 0001 0002'))).fault).toBe('upstream')
  })

  test('a text COPY has no binary columns', () => {
    expect(violation(() => decodeCopyInResponse(hex('00 0001 0001'))).fault).toBe('upstream')
  })

  test('an error keeps the order of its fields', () => {
    const bytes = Buffer.from('SERROR\0VERROR\0C42601\0Mno\0P8\0\0')
    expect(body(encodeErrorResponse(decodeErrorResponse(bytes)))).toEqual(bytes)
  })

  test('AuthenticationSASL offers at most 32 mechanisms', () => {
    expect(decodeAuthentication(offer(32))).toMatchObject({ kind: 'sasl' })
    expect(violation(() => decodeAuthentication(offer(33))).fault).toBe('upstream')
  })
})

test.each([
  ['SELECT 3', 3],
  ['INSERT 0 12', 12],
  ['COPY 7', 7],
  ['CREATE TABLE', undefined],
  ['CREATE TABLE AS', undefined],
  ['', undefined],
])('tag %j reports %p rows', (tag, rows) => {
  expect(rowsOfTag(tag)).toBe(rows)
})

test('type bytes of messages that a side sends are distinct, but for `p`', () => {
  expect(frontendTypes.size).toBe(Object.keys(frontend).length - 4)
  expect(backendTypes.size).toBe(Object.keys(backend).length)
})
