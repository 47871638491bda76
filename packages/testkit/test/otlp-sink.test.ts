import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { type OtlpSink, startOtlpSink } from '../src/otlp-sink.ts'

const span = {
  traceId: 'aa'.repeat(16),
  spanId: 'bb'.repeat(8),
  name: 'SELECT customers',
  kind: 3,
  startTimeUnixNano: '1000000',
  endTimeUnixNano: '3000000',
  attributes: [
    { key: 'db.system.name', value: { stringValue: 'postgresql' } },
    { key: 'db.response.returned_rows', value: { intValue: '-7' } },
    { key: 'user.roles', value: { arrayValue: { values: [{ stringValue: 'analysts' }] } } },
  ],
  status: { code: 2, message: '42501' },
}
const request = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }

/** The same request in protobuf: tag bytes are (field number << 3 | wire type). */
const binary = message(
  1,
  message(
    2,
    message(
      2,
      message(1, Buffer.from(span.traceId, 'hex')),
      message(2, Buffer.from(span.spanId, 'hex')),
      message(5, Buffer.from(span.name)),
      Buffer.from([0x30, 3]),
      Buffer.from('39', 'hex'),
      fixed64(1_000_000n),
      Buffer.from('41', 'hex'),
      fixed64(3_000_000n),
      attribute('db.system.name', message(1, Buffer.from('postgresql'))),
      attribute('db.response.returned_rows', Buffer.from('18f9ffffffffffffffff01', 'hex')),
      attribute('user.roles', message(5, message(1, message(1, Buffer.from('analysts'))))),
      message(15, message(2, Buffer.from('42501')), Buffer.from([0x18, 2])),
    ),
  ),
)

let sink: OtlpSink
beforeEach(async () => {
  sink = await startOtlpSink()
})
afterEach(() => sink.close())

function post(body: Buffer | string, type: string): Promise<Response> {
  const init = { method: 'POST', body, headers: { 'content-type': type }, signal: AbortSignal.timeout(200) }
  return fetch(`${sink.url}/v1/traces`, init)
}

describe('startOtlpSink', () => {
  test.each([
    ['application/json', JSON.stringify(request)],
    ['application/x-protobuf', binary],
  ])('collects spans sent as %s', async (type, body) => {
    expect((await post(body, type)).status).toBe(200)
    const [collected] = await sink.waitFor((spans) => spans.length === 1)
    expect(collected).toEqual({
      traceId: span.traceId,
      spanId: span.spanId,
      parentSpanId: '',
      name: 'SELECT customers',
      kind: 3,
      startMs: 1,
      endMs: 3,
      attributes: {
        'db.system.name': 'postgresql',
        'db.response.returned_rows': -7,
        'user.roles': ['analysts'],
      },
      resource: {},
      statusCode: 2,
      statusMessage: '42501',
    })
  })

  test('refuses, hangs, and answers malformed bytes with 400', async () => {
    sink.behave('refuse')
    expect((await post('{}', 'application/json')).status).toBe(503)
    sink.behave('hang')
    await expect(post('{}', 'application/json')).rejects.toThrow(/timeout|aborted/)
    sink.behave('accept')
    expect((await post(binary.subarray(0, 40), 'application/x-protobuf')).status).toBe(400)
    expect(sink.spans()).toEqual([])
    expect(sink.requests()).toBe(3)
  })
})

function message(number: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  return Buffer.concat([varint((number << 3) | 2), varint(body.length), body])
}

function attribute(key: string, value: Buffer): Buffer {
  return message(9, message(1, Buffer.from(key)), message(2, value))
}

function varint(value: number): Buffer {
  return value < 0x80 ? Buffer.from([value]) : Buffer.from([(value & 0x7f) | 0x80, value >> 7])
}

function fixed64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(value)
  return bytes
}
