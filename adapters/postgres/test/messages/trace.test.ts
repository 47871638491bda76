import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { encodeAuthentication } from '../../src/messages/authentication.ts'
import { encodeBackendKeyData } from '../../src/messages/backend-key-data.ts'
import { encodeBind } from '../../src/messages/bind.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeDataRow } from '../../src/messages/data-row.ts'
import { encodeDescribe } from '../../src/messages/describe.ts'
import { encodeErrorResponse } from '../../src/messages/error-response.ts'
import { encodeExecute } from '../../src/messages/execute.ts'
import { encodeParse } from '../../src/messages/parse.ts'
import { encodePasswordMessage } from '../../src/messages/password-message.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeSASLResponse } from '../../src/messages/sasl-response.ts'
import { encodeSync } from '../../src/messages/sync.ts'
import { traceBackend, traceFrontend } from '../../src/messages/trace.ts'
import { backendCases, frontendCases, type MessageCase } from './arbitraries.ts'

const value = Buffer.from('4111')
const bind = {
  portal: '',
  statement: 's1',
  parameterFormats: [],
  values: [value, null],
  resultFormats: [],
}

type Line = readonly [whole: Buffer, plain: string, withValues: string]

test.each<Line>([
  [
    encodeParse({ name: 's1', sql: "select '4111'", parameterTypes: [] }),
    'C Parse "s1" "select …"',
    `C Parse "s1" "select '4111'"`,
  ],
  [encodeQuery({ sql: 'begin' }), 'C Query "begin"', 'C Query "begin"'],
  [encodeBind(bind), 'C Bind "" "s1" 2', 'C Bind "" "s1" 2 x34313131 null'],
  [encodeDescribe({ target: 'portal', name: 'p' }), 'C Describe "portal" "p"', 'C Describe "portal" "p"'],
  [encodeExecute({ portal: '', maxRows: 0 }), 'C Execute "" 0', 'C Execute "" 0'],
  [encodeSync(), 'C Sync', 'C Sync'],
  [encodePasswordMessage({ password: '4111' }), 'C PasswordMessage redacted', 'C PasswordMessage redacted'],
  [encodeSASLResponse({ data: value }), 'C PasswordMessage redacted', 'C PasswordMessage redacted'],
  [Buffer.from([0x51, 0, 0, 0, 4]), 'C Query "malformed"', 'C Query "malformed"'],
  [Buffer.from([0x07, 0, 0, 0, 4]), 'C 0x07', 'C 0x07'],
])('client: %#', (whole, plain, withValues) => {
  const [type, payload] = [whole.readUInt8(0), whole.subarray(5)]
  expect(traceFrontend(type, payload)).toBe(plain)
  expect(traceFrontend(type, payload, 'utf8', { values: true })).toBe(withValues)
})

test.each<Line>([
  [
    encodeAuthentication({ kind: 'sasl', mechanisms: ['SCRAM-SHA-256'] }),
    'S AuthenticationSASL "SCRAM-SHA-256"',
    'S AuthenticationSASL "SCRAM-SHA-256"',
  ],
  [
    encodeAuthentication({ kind: 'sasl-continue', data: value }),
    'S AuthenticationSASLContinue redacted',
    'S AuthenticationSASLContinue redacted',
  ],
  [encodeAuthentication({ kind: 'ok' }), 'S AuthenticationOk', 'S AuthenticationOk'],
  [
    encodeBackendKeyData({ processId: 7, secretKey: value }),
    'S BackendKeyData 7 redacted',
    'S BackendKeyData 7 redacted',
  ],
  [encodeReadyForQuery({ status: 'T' }), 'S ReadyForQuery "T"', 'S ReadyForQuery "T"'],
  [encodeDataRow({ values: [value] }), 'S DataRow 1', 'S DataRow 1 x34313131'],
  [
    encodeCommandComplete({ tag: 'SELECT 1' }),
    'S CommandComplete "SELECT 1"',
    'S CommandComplete "SELECT 1"',
  ],
  [
    encodeErrorResponse({
      fields: new Map([
        ['S', 'ERREUR'],
        ['V', 'ERROR'],
        ['C', '22P02'],
        ['M', 'no 4111'],
      ]),
    }),
    'S ErrorResponse "ERROR" "22P02"',
    'S ErrorResponse "ERROR" "22P02" "no 4111"',
  ],
  [Buffer.from([0x52, 0, 0, 0, 4]), 'S Authentication "malformed"', 'S Authentication "malformed"'],
])('server: %#', (whole, plain, withValues) => {
  const [type, payload] = [whole.readUInt8(0), whole.subarray(5)]
  expect(traceBackend(type, payload)).toBe(plain)
  expect(traceBackend(type, payload, 'utf8', { values: true })).toBe(withValues)
})

const cases = [...frontendCases, ...backendCases] as unknown as readonly MessageCase<object>[]

test.each(cases.map((message) => [message.name, message] as const))('%s is one line', (_name, message) => {
  const trace = frontendCases.includes(message as never) ? traceFrontend : traceBackend
  fc.assert(
    fc.property(message.values, fc.boolean(), (given, values) => {
      const whole = message.encode(given)
      const line = trace(whole.readUInt8(0), whole.subarray(5), 'utf8', { values })
      expect(line).toMatch(/^[CS] \w+[^\n\r]*$/)
    }),
    { numRuns: 30 },
  )
})
