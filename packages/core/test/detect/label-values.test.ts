import { expect, test } from '@jest/globals'
import { labelValues } from '../../src/detect/label-values.ts'

const names = (values: readonly string[]): readonly string[] => labelValues(values).map(({ name }) => name)

test.each([
  ['addresses', ['ana@example.com', 'bob@example.org', ''], ['pii.email']],
  ['cards with a right check digit', ['4111111111111111', '5500 0000 0000 0004'], ['pii.card']],
  ['cards with a wrong one', ['4111111111111112', '5500000000000005'], []],
  [
    'texts with an address in some',
    ['call ana@example.com', 'nothing', 'ask bob@example.org', 'x'],
    ['pii.free-text'],
  ],
  [
    'one address among many texts',
    ['call ana@example.com', ...Array.from({ length: 30 }, (_, i) => `text ${i}`)],
    [],
  ],
  ['keys', ['key AKIAIOSFODNN7EXAMPLE', 'key AKIAI44QH8DHBEXAMPLE'], ['secret.free-text']],
  ['one value', ['ana@example.com'], []],
  ['numbers', Array.from({ length: 50 }, (_, i) => String(1_000_000_000_000 + i)), []],
  ['nothing', [], []],
])('%s', (_name, values, expected) => {
  expect(names(values)).toEqual(expected)
})

test('the more of the values, the surer', () => {
  const all = labelValues(['ana@example.com', 'bob@example.org'])
  const most = labelValues(['ana@example.com', 'bob@example.org', 'x'])
  expect(all).toEqual([{ name: 'pii.email', origin: 'sample', confidence: 0.99 }])
  expect(most).toEqual([{ name: 'pii.email', origin: 'sample', confidence: 0.83 }])
})
