import { expect, test } from '@jest/globals'
import { maskerFor } from '../../src/values/masker.ts'
import { typeOids } from '../../src/values/type-names.ts'

const NUMERIC_10_2 = (10 << 16) + 2 + 4

/** The test of the same name for MySQL has the same hashes. */
test.each<readonly [number, string, string, number?]>([
  [typeOids.int2, '4711', '209'],
  [typeOids.int4, '-4711', '532620311'],
  [typeOids.int8, '42', '4861008014155039449'],
  [typeOids.numeric, '61250.75', '83719866', NUMERIC_10_2],
  [typeOids.float4, '1.1', '16150669'],
  [typeOids.float8, '2.25', '4061130161736521'],
  [typeOids.date, '1984-07-19', '1946-03-19'],
  [typeOids.timestamp, '1984-07-19 10:11:12', '1946-05-25 14:53:36'],
  [typeOids.uuid, '123e4567-e89b-12d3-a456-426614174000', 'e6253ad3-e796-863a-a4b0-61568bcdfbba'],
  [typeOids.text, 'Zoë', '88fa8f088e93e8f065830fbc03a8630c'],
])('a hash is the same on every database: type %i, %s', (type, text, expected, modifier = -1) => {
  const column = { name: 'x', type, modifier, format: 'text' } as const
  const mask = maskerFor(Buffer.alloc(32, 7))({ kind: 'hash' }, column, undefined)
  expect(Buffer.from(mask(Buffer.from(text)) ?? '').toString()).toBe(expected)
})
