import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { scanJson } from '../../src/scan/scan-json.ts'

const shown = (text: string): string | null | undefined => {
  const made = scanJson(Buffer.from(text))
  return made === null || made === undefined ? made : made.toString()
}

test.each<[string, string | null | undefined]>([
  ['{"a": 1, "b": ["x", true, null]}', undefined],
  ['{"a": "say \\"hi\\"\\n"}', undefined],
  [
    '{"mail": "ana@example.com", "n": 12345678901234567890}',
    '{"mail": "***************", "n": 12345678901234567890}',
  ],
  ['{"mail": "ana\\u0040example.com"}', '{"mail": "***************"}'],
  ['{"text": "one\\n4111111111111111\\ttwo \\u00e9"}', '{"text": "one\\n****************\\ttwo \\u00e9"}'],
  ['{"a": "\\\\", "b": "\\"ana@example.com\\""}', '{"a": "\\\\", "b": "\\"***************\\""}'],
  ['{"url": "db:\\/\\/app:secret@host"}', '{"url": "db:\\/\\/**********@host"}'],
  ['{"card": 4111111111111111}', '{"card": null}'],
  ['[-4111111111111111,1]', '[null,1]'],
  ['{"ana@example.com": 1}', '{"***************": 1}'],
  ['{"__proto__": "ana@example.com"}', '{"__proto__": "***************"}'],
  ['"ana@example.com"', '"***************"'],
  ['4111111111111111', 'null'],
  ['no json, ana@example.com', null],
  ['{"mail":"ana@example.com","mail":""}', '{"mail":"***************","mail":""}'],
  ['{"mail":"ana\\u0040example.com","mail":""}', '{"mail":"***************","mail":""}'],
  ['{"u":"http://x","v":"b@c"}', undefined],
])('%s', (text, expected) => {
  expect(shown(text)).toBe(expected)
})

const nested = (value: string): string => `${'['.repeat(100_000)}${value}${']'.repeat(100_000)}`

test('a document is searched however deep it is', () => {
  expect(shown(nested('"a@b.de"'))).toBe(nested('"******"'))
})

test.each<BufferEncoding>(['latin1', 'utf8'])('what is not found stays byte for byte, in %s', (encoding) => {
  const document = Buffer.from('{"né": "Müller, ana@example.com \\n"}', encoding)
  const expected = Buffer.from('{"né": "Müller, *************** \\n"}', encoding)
  expect(scanJson(document)).toEqual(expected)
})

test('a document in UTF-16 cannot be searched', () => {
  expect(scanJson(Buffer.from('{"mail": "ana@example.com"}', 'utf16le'))).toBeNull()
})

test('what comes out is JSON without the value, wherever it stood', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.string({ unit: 'grapheme' }), (rest, key) => {
      fc.pre(shown(JSON.stringify({ rest, [key]: 0 })) === undefined)
      const text = JSON.stringify({ rest, [key]: [{ mail: ' ana@example.com ' }] })
      const made = shown(text)
      expect(made).toBe(text.replace('ana@example.com', '***************'))
      expect(JSON.parse(made ?? '')).toBeDefined()
    }),
  )
})
