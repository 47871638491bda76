import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { SCAN_DEPTH_LIMIT, scanJson } from '../../src/scan/scan-json.ts'

const shown = (text: string): string | null | undefined => {
  const made = scanJson(Buffer.from(text))
  return made === null || made === undefined ? made : made.toString()
}

test.each<[string, string | null | undefined]>([
  ['{"a": 1, "b": ["x", true, null]}', undefined],
  ['{"a": "say \\"hi\\"\\n"}', undefined],
  [
    '{"mail": "ana@example.com", "n": 12345678901234567890}',
    '{"mail":"***************","n":12345678901234567890}',
  ],
  ['{"mail": "ana\\u0040example.com"}', '{"mail":"***************"}'],
  ['{"text": "one\\n4111111111111111"}', '{"text":"one\\n****************"}'],
  ['{"card": 4111111111111111}', '{"card":null}'],
  ['{"ana@example.com": 1}', '{"***************":1}'],
  ['{"__proto__": "ana@example.com"}', '{"__proto__":"***************"}'],
  ['"ana@example.com"', '"***************"'],
  ['no json, ana@example.com', null],
  [
    `${'['.repeat(SCAN_DEPTH_LIMIT)}"a@b.de"${']'.repeat(SCAN_DEPTH_LIMIT)}`,
    `${'['.repeat(SCAN_DEPTH_LIMIT)}"******"${']'.repeat(SCAN_DEPTH_LIMIT)}`,
  ],
  [`${'['.repeat(SCAN_DEPTH_LIMIT + 2)}"a@b.de"${']'.repeat(SCAN_DEPTH_LIMIT + 2)}`, null],
])('%s', (text, expected) => {
  expect(shown(text)).toBe(expected)
})

test('what comes out is JSON without the value, wherever it stood', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'grapheme' }), (rest, key) => {
      const text = JSON.stringify({ rest, [key]: [{ mail: ' ana@example.com ' }] })
      const made = shown(text)
      expect(made).not.toContain('ana@example.com')
      expect(JSON.parse(made ?? '')).toBeDefined()
    }),
  )
})
