import { describe, expect, test } from '@jest/globals'
import { ProtocolViolation } from '@sluice/wire/violation'
import * as fc from 'fast-check'
import {
  encodeBinaryResultsetRow,
  locateBinaryRow,
  nullBitmapBytes,
  rowWidths,
} from '../../src/messages/binary-resultset-row.ts'
import { columnType as t } from '../../src/messages/column-types.ts'
import {
  checkTextRow,
  decodeTextResultsetRow,
  encodeTextResultsetRow,
  isTextRow,
  locateTextRow,
  NULL_VALUE,
} from '../../src/messages/text-resultset-row.ts'

const bytes = fc.uint8Array({ maxLength: 20 }).map((b) => Buffer.from(b))
const value = fc.option(bytes, { nil: null })
const PAD = Buffer.from('padding')

/** The values that were located, read back. */
function found(whole: Buffer, into: Int32Array, columns: number): (Buffer | null)[] {
  return Array.from({ length: columns }, (_, i) => {
    const end = into[2 * i + 1] as number
    return end === NULL_VALUE ? null : whole.subarray(into[2 * i], end)
  })
}

/** Whether `run` throws a violation; anything else it throws goes on. */
function refuses(run: () => void): boolean {
  try {
    run()
    return false
  } catch (error) {
    if (error instanceof ProtocolViolation) return true
    throw error
  }
}

const sized = (lengths: readonly number[] | 'bytes') =>
  lengths === 'bytes'
    ? value
    : fc.option(
        fc.constantFrom(...lengths).map((length) => Buffer.alloc(length, 3)),
        { nil: null },
      )

describe('a text row', () => {
  test('is located in the middle of a chunk as it is decoded', () => {
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 8 }), (values) => {
        const row = encodeTextResultsetRow({ values })
        const whole = Buffer.concat([PAD, row, PAD])
        const into = new Int32Array(values.length * 2)
        locateTextRow(whole, PAD.length, PAD.length + row.length, values.length, into)
        expect(found(whole, into, values.length)).toEqual(values)
        checkTextRow(whole, PAD.length, PAD.length + row.length, values.length)
      }),
    )
  })

  test.each([250, 251, 0xffff, 0x1_0000, 0xff_ffff, 0x100_0000])('has a value of %i bytes', (size) => {
    const row = encodeTextResultsetRow({ values: [Buffer.alloc(size, 1), null] })
    const into = new Int32Array(4)
    locateTextRow(row, 0, row.length, 2, into)
    expect([(into[1] as number) - (into[0] as number), into[3]]).toEqual([size, NULL_VALUE])
    expect(refuses(() => checkTextRow(row, 0, row.length, 2))).toBe(false)
    expect(refuses(() => locateTextRow(row, 0, row.length, 1, into))).toBe(true)
  })

  test('of garbage is refused by all three readers or by none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 24 }), fc.integer({ min: 1, max: 5 }), (garbage, columns) => {
        const row = Buffer.from(garbage)
        // What follows must not be read into.
        const whole = Buffer.concat([row, Buffer.alloc(64)])
        const decoded = refuses(() => void decodeTextResultsetRow(row, columns))
        const into = new Int32Array(columns * 2)
        expect(refuses(() => locateTextRow(whole, 0, row.length, columns, into))).toBe(decoded)
        expect(refuses(() => checkTextRow(whole, 0, row.length, columns))).toBe(decoded)
      }),
      { numRuns: 2000 },
    )
  })

  test('that claims a length of 64 bits is refused at once', () => {
    const row = Buffer.concat([Buffer.from([0xfe]), Buffer.alloc(8, 0xff), Buffer.alloc(4)])
    expect(refuses(() => locateTextRow(row, 0, row.length, 1, new Int32Array(2)))).toBe(true)
    expect(refuses(() => checkTextRow(row, 0, row.length, 1))).toBe(true)
  })

  test.each([
    [0x00, 1, true],
    [0xfb, 1, true],
    [0xff, 9, false],
    [0xfe, 5, false],
    [0xfe, 0xff_fffe, false],
    [0xfe, 0xff_ffff, true],
  ])('by the first byte %i of %i bytes: %s', (type, length, is) => {
    expect(isTextRow(type, length)).toBe(is)
  })
})

describe('a binary row', () => {
  const types = [t.TINY, t.VAR_STRING, t.SHORT, t.DATETIME, t.TIME, t.LONGLONG, t.BLOB, t.NULL, t.DOUBLE]
  const valueOf: readonly (readonly number[] | 'bytes')[] = [
    [1],
    'bytes',
    [2],
    [0, 4, 7, 11],
    [0, 8, 12],
    [8],
    'bytes',
    [0],
    [8],
  ]
  const rows = fc.tuple(...valueOf.map(sized))

  test('is located in the middle of a chunk as it is decoded', () => {
    fc.assert(
      fc.property(rows, (values) => {
        const row = encodeBinaryResultsetRow({ values }, types)
        const whole = Buffer.concat([PAD, row, PAD])
        const into = new Int32Array(types.length * 2)
        locateBinaryRow(whole, PAD.length, PAD.length + row.length, rowWidths(types), into)
        expect(found(whole, into, types.length)).toEqual(values)
      }),
    )
  })

  test('cut anywhere, or with a byte too many, is refused', () => {
    fc.assert(
      fc.property(rows, (values) => {
        const row = encodeBinaryResultsetRow({ values }, types)
        const whole = Buffer.concat([row, Buffer.alloc(300)])
        const into = new Int32Array(types.length * 2)
        for (let end = 0; end <= row.length + 1; end += 1) {
          if (end === row.length) continue
          expect(refuses(() => locateBinaryRow(whole, 0, end, rowWidths(types), into))).toBe(true)
        }
      }),
      { numRuns: 30 },
    )
  })

  test('of garbage is refused with a violation and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (garbage) => {
        const row = Buffer.concat([Buffer.from([0, 0, 0]), garbage])
        refuses(() => locateBinaryRow(row, 0, row.length, rowWidths(types), new Int32Array(types.length * 2)))
      }),
      { numRuns: 2000 },
    )
  })

  test('has a type that is known', () => {
    expect(refuses(() => void rowWidths([t.LONG, 99]))).toBe(true)
  })

  test.each([
    [1, 1],
    [6, 1],
    [7, 2],
    [14, 2],
    [15, 3],
  ])('of %i columns has %i bytes that say which are NULL', (columns, size) => {
    expect(nullBitmapBytes(columns)).toBe(size)
  })
})
