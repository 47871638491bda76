import { describe, expect, test } from '@jest/globals'
import { ByteReader } from '@sluice/wire/reader'
import { ProtocolViolation } from '@sluice/wire/violation'
import { ByteWriter } from '@sluice/wire/writer'
import * as fc from 'fast-check'

const reader = (...bytes: number[]): ByteReader => new ByteReader(Uint8Array.from(bytes), 'client', 'Test')

describe('fields', () => {
  test('are big-endian, signed and unsigned', () => {
    expect(reader(0xff).u8()).toBe(255)
    expect(reader(0xff, 0xfe).u16()).toBe(65_534)
    expect(reader(0xff, 0xfe).i16()).toBe(-2)
    expect(reader(0xff, 0xff, 0xff, 0xfe).u32()).toBe(4_294_967_294)
    expect(reader(0xff, 0xff, 0xff, 0xfe).i32()).toBe(-2)
    expect(reader(0x61, 0, 0x62).cstring()).toBe('a')
  })

  test('are little-endian where the name says so', () => {
    expect(reader(0xfe, 0xff).u16le()).toBe(65_534)
    expect(reader(1, 2, 0xff).u24le()).toBe(0xff_0201)
    expect(reader(1, 2, 3, 0xff).u32le()).toBe(0xff03_0201)
    expect(reader(1, 0, 0, 0, 0, 0, 0, 0x80).u64le()).toBe(0x8000_0000_0000_0001n)
  })

  test('that are bytes are views, not copies', () => {
    const bytes = Buffer.from('abcd')
    const all = new ByteReader(bytes, 'client', 'Test')
    const first = all.bytes(1)
    const rest = all.rest()
    bytes.fill('x')
    expect([first.toString(), rest.toString()]).toEqual(['x', 'xxx'])
    expect(all.remaining).toBe(0)
  })
})

describe('too few bytes are a violation that names message and side', () => {
  test.each<[string, (r: ByteReader) => unknown]>([
    ['u8', (r) => r.u8()],
    ['u16', (r) => r.u16()],
    ['i16', (r) => r.i16()],
    ['u32', (r) => r.u32()],
    ['i32', (r) => r.i32()],
    ['u16le', (r) => r.u16le()],
    ['u24le', (r) => r.u24le()],
    ['u32le', (r) => r.u32le()],
    ['u64le', (r) => r.u64le()],
    ['cstring', (r) => r.cstring()],
    ['cbytes', (r) => r.cbytes()],
    ['text', (r) => r.text(1)],
    ['bytes', (r) => r.bytes(1)],
    ['bytes, negative', (r) => r.bytes(-1)],
    ['bytes, not a number', (r) => r.bytes(Number.NaN)],
    ['count16', (r) => r.count16(1)],
  ])('%s', (_name, read) => {
    try {
      read(reader())
    } catch (error) {
      expect(error).toBeInstanceOf(ProtocolViolation)
      expect(error).toMatchObject({ fault: 'client', reason: 'malformed' })
      expect((error as Error).message).toContain('`Test`')
      return
    }
    throw new Error('nothing was thrown')
  })
})

test('a byte can be looked at without being taken', () => {
  const two = reader(1, 2)
  expect([two.peek(), two.u8(), two.peek(), two.u8(), two.peek()]).toEqual([1, 1, 2, 2, undefined])
})

test('bytes left over are a violation', () => {
  expect(() => reader(1).end()).toThrow(/1 bytes too many/)
  expect(() => reader().end()).not.toThrow()
})

test('a count of more items than fit is a violation before anything is read', () => {
  expect(reader(0, 2, 1, 1, 1, 1).count16(2)).toBe(2)
  expect(() => reader(0, 3, 1, 1, 1, 1).count16(2)).toThrow(/counts 3 items/)
})

test('text that is not utf-8 is refused, and is read as latin1', () => {
  expect(() => reader(0xe9, 0).cstring()).toThrow(/not valid utf-8/)
  expect(reader(0xe9, 0).cstring('latin1')).toBe('é')
})

test('latin1 carries any bytes without a zero, both ways', () => {
  fc.assert(
    fc.property(fc.uint8Array({ max: 255, min: 1 }), (bytes) => {
      const text = new ByteReader(Buffer.concat([bytes, Buffer.from([0])]), 'client', 'Test').cstring(
        'latin1',
      )
      expect(new ByteWriter().cstring(text, 'latin1').finish().subarray(0, -1)).toEqual(Buffer.from(bytes))
    }),
  )
})
