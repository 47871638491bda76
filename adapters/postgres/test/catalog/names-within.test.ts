import { describe, expect, test } from '@jest/globals'
import { namesWithin } from '../../src/catalog/names-within.ts'

const days = Array.from({ length: 30 }, (_, day) => `2024-01-${String(day + 1).padStart(2, '0')}`)
const names = [...days, '2024', '2024-01', '2024-01-1', 'a b', "o'clock", 'say "so"', '-', 'ünö-x']

describe('names that are more than a word, in a text', () => {
  test.each([
    ['none', 'SELECT 1', []],
    [
      'one, with those that it begins with',
      'TABLE "2024-01-17"',
      ['2024', '2024-01', '2024-01-1', '2024-01-17', '-'],
    ],
    ['whole where others end within it', 'x2024-01-309', ['2024', '2024-01', '2024-01-30', '-']],
    ['at the very end, cut short', '2024-0', ['2024', '-']],
    ['in capitals', 'SELECT "A B", "ÜNÖ-X"', ['a b', 'ünö-x', '-']],
    ['with quotes doubled once', `TABLE "say ""so"""`, ['say "so"']],
    ['with quotes doubled twice', `EXECUTE 'SELECT ''o''''clock'''`, ["o'clock"]],
  ])('%s', (_name, text, expected) => expect(new Set(namesWithin(names)(text))).toEqual(new Set(expected)))

  test('each that includes would find, and no other', () => {
    const pieces = [...names, ' ', '20', '-0', '1', '"']
    let seed = 1
    const next = (): string => pieces[(seed = (seed * 48_271) % 2_147_483_647) % pieces.length] ?? ''
    for (let round = 0; round < 500; round++) {
      const text = next() + next() + next() + next()
      const plain = text.replaceAll(/""+/g, '"').replaceAll(/''+/g, "'")
      const expected = names.filter((name) => text.includes(name) || plain.includes(name))
      expect(new Set(namesWithin(names)(text))).toEqual(new Set(expected))
    }
  })
})
