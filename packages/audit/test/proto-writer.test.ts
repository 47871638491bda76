import { expect, test } from '@jest/globals'
import { ProtoWriter } from '@sluice/audit/export/proto-writer'

function wideZero(): Buffer {
  const writer = new ProtoWriter()
  writer.wideCount(1, 0)
  return writer.finish()
}

// Protocol Buffers, "Encoding": the examples there, and the limits of each kind.
test.each<[string, (to: ProtoWriter) => void, string]>([
  ['a varint', (to) => to.count(1, 150), '089601'],
  ['the largest whole number', (to) => to.count(1, Number.MAX_SAFE_INTEGER), '08ffffffffffffff0f'],
  ['a number at full length', (to) => to.wideCount(1, 150), '089681808080808000'],
  ['the largest at full length', (to) => to.wideCount(1, Number.MAX_SAFE_INTEGER), '08ffffffffffffff0f'],
  [
    'fields written elsewhere, with another number at their end',
    (to) => to.fieldsWithCount(wideZero(), 150),
    '089681808080808000',
  ],
  ['a text', (to) => to.text(2, 'testing'), '120774657374696e67'],
  ['an empty text', (to) => to.text(2, ''), '1200'],
  ['bytes', (to) => to.hex(1, 'abcd'), '0a02abcd'],
  ['a field number of two bytes', (to) => to.count(16, 1), '800101'],
  [
    'a fixed 64-bit number beyond what a number holds',
    (to) => to.fixed64(7, 2 ** 53 - 1, 1000),
    '3918fcffffffffff7c',
  ],
  ['a fixed 32-bit number', (to) => to.fixed32(16, 0x101), '850101010000'],
  ['a double', (to) => to.double(4, 1), '21000000000000f03f'],
  [
    'a message in a message, its length in four bytes',
    (to) => to.message(3, () => to.count(1, 150)),
    '1a83808000089601',
  ],
  ['fields written elsewhere', (to) => to.fields(Buffer.of(8, 1)), '0801'],
])('%s', (_, write, expected) => {
  const writer = new ProtoWriter(16)
  write(writer)
  expect(writer.finish().toString('hex')).toBe(expected)
})

test('it grows, and begins anew', () => {
  const writer = new ProtoWriter(16)
  const long = 'x'.repeat(10_000)
  writer.message(1, () => writer.text(1, long))
  expect(writer.finish().toString('latin1')).toContain(long)
  writer.clear()
  writer.count(1, 1)
  expect(writer.finish().toString('hex')).toBe('0801')
})
