import { expect, test } from '@jest/globals'
import { maxTraceFieldChars, type TraceField, traceLine } from '@sluice/wire/trace'

test.each<[readonly TraceField[], string, string]>([
  [[3], 'C X 3', 'C X 3'],
  [[true, { name: 'a "b"' }], 'C X true "a \\"b\\""', 'C X true "a \\"b\\""'],
  [[{ sql: "  select 'secret'" }], 'C X "select …"', `C X "  select 'secret'"`],
  [[{ sql: "'secret'" }], 'C X "…"', `C X "'secret'"`],
  [[{ sql: 'commit' }], 'C X "commit"', 'C X "commit"'],
  [[{ sql: '' }], 'C X ""', 'C X ""'],
  [[{ value: 'v' }, { value: null }, 1], 'C X 1', 'C X "v" null 1'],
  [[{ value: Uint8Array.of(1, 255) }], 'C X', 'C X x01ff'],
  [[{ secret: true }], 'C X redacted', 'C X redacted'],
  [[{ name: 'a\nS Forged' }], 'C X "a\\nS Forged"', 'C X "a\\nS Forged"'],
])('%j', (fields, plain, withValues) => {
  expect(traceLine('C', 'X', fields)).toBe(plain)
  expect(traceLine('C', 'X', fields, { values: true })).toBe(withValues)
})

test('a field is cut at its limit', () => {
  const name = 'x'.repeat(maxTraceFieldChars)
  expect(traceLine('S', 'X', [{ name }])).toBe(`S X "${name}"`)
  expect(traceLine('S', 'X', [{ name: `${name}y` }])).toBe(`S X "${name}…"`)
  const value = Buffer.alloc(maxTraceFieldChars / 2 + 1)
  expect(traceLine('S', 'X', [{ value }], { values: true })).toBe(`S X x${'00'.repeat(value.length - 1)}…`)
})
