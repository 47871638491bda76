import { expect, test } from '@jest/globals'
import { columnType } from '../../src/messages/column-types.ts'
import { maskerFor } from '../../src/values/masker.ts'

const UTF8MB4 = 45

/** A text as an e-mail mask makes it, for a column of so many characters. */
const masked = (text: string, characters: number): string => {
  const column = { name: 'mail', type: columnType.VAR_STRING, format: 'text', flags: 0, decimals: 0 } as const
  const mask = maskerFor(Buffer.alloc(32, 1))(
    { kind: 'email' },
    { ...column, charset: UTF8MB4, length: characters * 4 },
    undefined,
  )
  return Buffer.from(mask(Buffer.from(text)) ?? '').toString()
}

test.each([
  ['ana@example.com', 100, 'a***@example.com'],
  ['ana@example.com', 15, 'a***@example.co'],
  ['a@b.c', 6, 'a***@b'],
  ['ána@example.com', 100, 'á***@example.com'],
  ['no address', 100, '[redacted]'],
  ['no address', 4, '[red'],
])('%s in a column of %i characters', (text, characters, expected) => {
  expect(masked(text, characters)).toBe(expected)
})
