import { expect, test } from '@jest/globals'
import { countAttribute, encodeRequest } from '@sluice/audit/export/otlp'
import { ProtoWriter } from '@sluice/audit/export/proto-writer'

test.each(['user.password', 'user.id', 'constructor'])(
  'INVARIANT (secrets-stay-out): `%s` is no attribute that counts',
  (name) => {
    expect(() => countAttribute(name)).toThrow(`\`${name}\` is no attribute that counts`)
  },
)

test.each([
  [7, true],
  [Number.MAX_SAFE_INTEGER, true],
  [-1, false],
  [0.5, false],
  [Number.NaN, false],
  [undefined, false],
])('the count %s is on the span: %s', (value, there) => {
  const attribute = countAttribute('sluice.response.bytes')
  const span = { spanId: '0'.repeat(15).concat('1'), startMs: 1, endMs: 2, failed: false, shared: [] }
  const request = encodeRequest(new ProtoWriter(), 'sluice', [{ ...span, counts: [{ attribute, value }] }])
  expect(request.includes('sluice.response.bytes')).toBe(there)
})
