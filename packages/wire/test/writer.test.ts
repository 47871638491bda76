import { describe, expect, test } from '@jest/globals'
import { ByteReader } from '@sluice/wire/reader'
import { ProtocolViolation } from '@sluice/wire/violation'
import { ByteWriter } from '@sluice/wire/writer'
import type { Arbitrary } from 'fast-check'
import * as fc from 'fast-check'

type Field = {
  readonly write: (w: ByteWriter) => unknown
  readonly read: (r: ByteReader) => unknown
  readonly value: unknown
}

type Whole = 'u8' | 'u16' | 'i16' | 'u32' | 'i32' | 'u16le' | 'u24le' | 'u32le'

function numbers(name: Whole, min: number, max: number): Arbitrary<Field> {
  return fc
    .integer({ min, max })
    .map((value) => ({ value, write: (w) => w[name](value), read: (r) => r[name]() }))
}

const field: Arbitrary<Field> = fc.oneof(
  numbers('u8', 0, 0xff),
  numbers('u16', 0, 0xffff),
  numbers('i16', -0x8000, 0x7fff),
  numbers('u32', 0, 0xffff_ffff),
  numbers('i32', -0x8000_0000, 0x7fff_ffff),
  numbers('u16le', 0, 0xffff),
  numbers('u24le', 0, 0xff_ffff),
  numbers('u32le', 0, 0xffff_ffff),
  fc
    .bigInt({ min: 0n, max: 0xffff_ffff_ffff_ffffn })
    .map((value): Field => ({ value, write: (w) => w.u64le(value), read: (r) => r.u64le() })),
  fc.string({ unit: 'grapheme' }).map((text): Field => {
    const value = text.replaceAll('\0', '')
    return { value, write: (w) => w.cstring(value), read: (r) => r.cstring() }
  }),
  fc.uint8Array({ maxLength: 60 }).map((bytes): Field => {
    const value = Buffer.from(bytes)
    return { value, write: (w) => w.bytes(value), read: (r) => r.bytes(value.length) }
  }),
)

test('what is written is read back, at any first capacity', () => {
  fc.assert(
    fc.property(fc.array(field, { maxLength: 30 }), fc.nat({ max: 40 }), (fields, capacity) => {
      const writer = new ByteWriter(capacity)
      for (const { write } of fields) write(writer)
      const length = writer.length
      const bytes = writer.finish()
      expect(bytes).toHaveLength(length)
      const reader = new ByteReader(bytes, 'client', 'Test')
      for (const { read, value } of fields) expect(read(reader)).toEqual(value)
      reader.end()
    }),
  )
})

describe('messages', () => {
  test('get their length filled in, with and without a type', () => {
    const writer = new ByteWriter(1)
    writer.beginMessage(0x51).cstring('hello, this is longer than the first capacity').endMessage()
    writer.beginMessage().u32(7).endMessage()
    const bytes = writer.finish()
    expect(bytes[0]).toBe(0x51)
    expect(bytes.readUInt32BE(1)).toBe(bytes.length - 1 - 8)
    expect(bytes.subarray(-8)).toEqual(Buffer.from([0, 0, 0, 8, 0, 0, 0, 7]))
  })

  test.each<[string, (w: ByteWriter) => unknown]>([
    ['nested', (w) => w.beginMessage(1).beginMessage(2)],
    ['ended twice', (w) => w.beginMessage(1).endMessage().endMessage()],
    ['not ended', (w) => w.beginMessage(1).finish()],
  ])('%s are the gateway’s fault', (_what, write) => {
    expect(() => write(new ByteWriter())).toThrow(ProtocolViolation)
  })
})

describe('a value that does not fit is refused, not wrapped', () => {
  test.each<[string, (w: ByteWriter) => unknown]>([
    ['u8 256', (w) => w.u8(256)],
    ['u8 -1', (w) => w.u8(-1)],
    ['u16 65536', (w) => w.u16(65_536)],
    ['i16 32768', (w) => w.i16(32_768)],
    ['u32 2^32', (w) => w.u32(2 ** 32)],
    ['i32 2^31', (w) => w.i32(2 ** 31)],
    ['a fraction', (w) => w.i32(1.5)],
    ['not a number', (w) => w.i32(Number.NaN)],
    ['a zero in a string', (w) => w.cstring('a\0b')],
    ['a lone surrogate', (w) => w.cstring('\udc00')],
    ['a character beyond latin1', (w) => w.cstring('€', 'latin1')],
  ])('%s', (_what, write) => {
    try {
      write(new ByteWriter())
    } catch (error) {
      expect(error).toMatchObject({ name: 'ProtocolViolation', fault: 'gateway' })
      return
    }
    throw new Error('nothing was thrown')
  })
})
