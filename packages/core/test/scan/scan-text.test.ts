import { expect, test } from '@jest/globals'
import { SCAN_LIMIT_BYTES } from '../../src/scan/scan.ts'
import { scanText } from '../../src/scan/scan-text.ts'

const shown = (text: string): string | null | undefined => {
  const made = scanText(Buffer.from(text))
  return made === null || made === undefined ? made : made.toString()
}

test.each<[string, string | null | undefined]>([
  ['to ana@example.com', 'to ***************'],
  [String.raw`to ana@example.com\n`, String.raw`to ***************\n`],
  [String.raw`card\n4111111111111111`, null],
  [String.raw`ana\u0040example.com`, null],
  [String.raw`ana\\\\u0040example.com`, null],
  [String.raw`C:\users\new\table`, undefined],
  ['\\'.repeat(64), undefined],
  ['\\'.repeat(1024), null],
  [String.raw`["card\n4111111111111111", "x"]`, String.raw`["card\n****************", "x"]`],
  [String.raw`["-----BEGIN PRIVATE KEY-----\nabc"]`, `["${'*'.repeat(31)}"]`],
  [String.raw`["C:\\new"]`, undefined],
  [String.raw`{"card\n4111111111111111"`, null],
  ['<a>ana&#64;example.com</a>', null],
  ['<a>ana&#x00000040;example.com</a>', null],
  ['<a>ana&amp;amp;#64;example.com</a>', null],
  ['4111111111111111&#49;', '****************&#49;'],
  ['Smith & Sons, ?a=1&b=2, &#8364;&#x110000;&#;&amp;', undefined],
  ['{"a": "ana&#64;example.com", "b": "x"}', '{"a": "[redacted]", "b": "x"}'],
  ['x'.repeat(SCAN_LIMIT_BYTES), undefined],
  ['x'.repeat(SCAN_LIMIT_BYTES + 1), null],
])('%.70s', (text, expected) => {
  expect(shown(text)).toBe(expected)
})
