import { Buffer } from 'node:buffer'
import { expect, test } from '@jest/globals'
import type { TextEncoding } from '@sluice/wire/text'
import { HEADER_BYTES } from '../../src/framing/frame-piece.ts'
import { decodeCommandComplete, encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { Remembered } from '../../src/messages/remembered.ts'

/** A message somewhere in received memory. */
const frameOf = (raw: Buffer) => {
  const bytes = Buffer.concat([Buffer.from('before'), raw, Buffer.from('behind')])
  const start = 6
  const end = start + raw.length
  return { bytes, start, end, payload: bytes.subarray(start + HEADER_BYTES, end) }
}

const tags = () => {
  let decoded = 0
  const remembered = new Remembered((payload, encoding) => {
    decoded += 1
    return decodeCommandComplete(payload, encoding)
  })
  const read = (tag: string, encoding: TextEncoding = 'utf8') =>
    remembered.read(frameOf(encodeCommandComplete({ tag })), encoding).tag
  return { remembered, read, decoded: () => decoded }
}

test('a message that is byte for byte the last one is not decoded again, and every other is', () => {
  const { read, decoded } = tags()
  expect(
    ['SELECT 1', 'SELECT 1', 'SELECT 2', 'SELECT 1', 'SELECT 12', 'SELECT'].map((tag) => read(tag)),
  ).toEqual(['SELECT 1', 'SELECT 1', 'SELECT 2', 'SELECT 1', 'SELECT 12', 'SELECT'])
  expect(decoded()).toBe(5)
})

test('the same bytes in another encoding are decoded anew', () => {
  const { read } = tags()
  expect([read('é'), read('é', 'latin1'), read('é')]).toEqual(['é', 'Ã©', 'é'])
})

test('what is remembered does not hang on the memory that it came in', () => {
  const { remembered } = tags()
  const frame = frameOf(encodeCommandComplete({ tag: 'SELECT 1' }))
  remembered.read(frame)
  frame.bytes[frame.end - 2] = 0x32
  expect(remembered.read(frame).tag).toBe('SELECT 2')
})

test('long messages are decoded each time, and one that cannot be read is no last one', () => {
  const { read, remembered, decoded } = tags()
  const long = 'x'.repeat(64)
  expect([read(long), read(long)]).toEqual([long, long])
  expect(decoded()).toBe(2)
  read('SELECT 1')
  const broken = frameOf(Buffer.from('C\0\0\0\x0cSELECT 1'))
  for (let i = 0; i < 2; i += 1) expect(() => remembered.read(broken)).toThrow('terminating zero')
  expect(read('SELECT 1')).toBe('SELECT 1')
})
