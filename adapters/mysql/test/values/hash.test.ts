import { expect, test } from '@jest/globals'
import { columnType } from '../../src/messages/column-types.ts'
import { maskerFor } from '../../src/values/masker.ts'

type Shape = { readonly length?: number; readonly decimals?: number; readonly extended?: string }

const hashed = (type: number, cell: Buffer, format: 'text' | 'binary', shape: Shape = {}): Buffer => {
  const column = { name: 'x', type, format, charset: 45, length: 0, flags: 0, decimals: 0, ...shape }
  const mask = maskerFor(Buffer.alloc(32, 7))({ kind: 'hash' }, column, undefined)
  return Buffer.from(mask(cell) ?? '')
}

/** The test of the same name for PostgreSQL has the same hashes. */
test.each<readonly [number, string, string, Shape?]>([
  [columnType.SHORT, '4711', '209'],
  [columnType.LONG, '-4711', '532620311'],
  [columnType.LONGLONG, '42', '4861008014155039449'],
  [columnType.NEWDECIMAL, '61250.75', '83719866.00', { length: 12, decimals: 2 }],
  [columnType.FLOAT, '1.1', '16150669', { decimals: 31 }],
  [columnType.DOUBLE, '2.25', '4061130161736521', { decimals: 31 }],
  [columnType.DATE, '1984-07-19', '1946-03-19'],
  [columnType.DATETIME, '1984-07-19 10:11:12', '1946-05-25 14:53:36'],
  [
    columnType.STRING,
    '123e4567-e89b-12d3-a456-426614174000',
    'e6253ad3-e796-863a-a4b0-61568bcdfbba',
    { extended: 'uuid' },
  ],
  [columnType.VAR_STRING, 'Zoë', '88fa8f088e93e8f065830fbc03a8630c'],
])('a hash is the same on every database: type %i, %s', (type, text, expected, shape = {}) => {
  expect(hashed(type, Buffer.from(text), 'text', shape).toString()).toBe(expected)
})

/** What MariaDB sends of a FLOAT as a text: `SELECT CAST(x AS FLOAT)`. */
test.each([
  [1.1, '1.1'],
  [16_777_217, '16777200'],
  [123_456.789, '123457'],
  [100_000.5, '100000'],
  [100_001.5, '100002'],
  [-0.000_012_345_678, '-0.0000123457'],
])('the hash of a FLOAT is the same in both protocols: %d', (value, text) => {
  const binary = Buffer.alloc(4)
  binary.writeFloatLE(value)
  const shown = hashed(columnType.FLOAT, binary, 'binary', { decimals: 31 }).readFloatLE()
  expect(hashed(columnType.FLOAT, Buffer.from(text), 'text', { decimals: 31 }).toString()).toBe(String(shown))
})
