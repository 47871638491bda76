import { createHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { narrower, revealsNothing } from '../../src/mask/narrower.ts'
import type { TransformSpec } from '../../src/mask/transform.ts'
import { EMAIL_LENGTH_LIMIT } from '../../src/mask/transforms/email.ts'
import { keyedHash } from '../../src/mask/transforms/hash.ts'
import { compileTransform, definitions, revealsOf } from '../../src/mask/transforms/index.ts'
import { PARTIAL_SEGMENT_LIMIT } from '../../src/mask/transforms/partial.ts'

const key = Buffer.from('a key of thirty-two bytes, no less')
const apply = (spec: TransformSpec, text: string): string | null => compileTransform(spec, key)(text)

describe('tables', () => {
  test.each<[TransformSpec, string, string | null]>([
    [{ kind: 'redact' }, 'ana', '[redacted]'],
    [{ kind: 'redact' }, '', '[redacted]'],
    [{ kind: 'null' }, 'ana', null],
    [{ kind: 'constant', value: 'x' }, 'ana', 'x'],
    [{ kind: 'email' }, 'ana@example.com', 'a***@example.com'],
    [{ kind: 'email' }, 'a@mail.example.com', 'a***@mail.example.com'],
    [{ kind: 'email' }, 'änne@exämple.de', 'ä***@exämple.de'],
    [{ kind: 'email' }, 'ana', '[redacted]'],
    [{ kind: 'email' }, '@example.com', '[redacted]'],
    [{ kind: 'email' }, 'ana@localhost', '[redacted]'],
    [{ kind: 'email' }, 'a@b@example.com', '[redacted]'],
    [{ kind: 'email' }, 'ana@example.com, bo@example.com', '[redacted]'],
    [{ kind: 'email' }, 'secret words@example.com', '[redacted]'],
    [{ kind: 'email' }, 'Ana <ana@example.com>', '[redacted]'],
    [{ kind: 'partial', first: 0, last: 4 }, '4111111111111111', '************1111'],
    [{ kind: 'partial', first: 2, last: 2 }, '12345678', '12****78'],
    [{ kind: 'partial', first: 2, last: 2 }, '1234567', '*******'],
    [{ kind: 'partial', first: 0, last: 4 }, '123', '***'],
    [{ kind: 'partial', first: 0, last: 0 }, '123', '***'],
    [{ kind: 'partial', first: 1, last: 0 }, 'Zoë', 'Z**'],
    [{ kind: 'partial', first: 1, last: 1 }, '👩‍👩‍👧ab👨‍👦', '👩‍👩‍👧**👨‍👦'],
    [{ kind: 'partial', first: 1, last: 0 }, '', ''],
    [{ kind: 'partial', first: -3, last: Number.NaN }, 'abcd', '****'],
    [{ kind: 'partial', first: Number.POSITIVE_INFINITY, last: 0 }, 'abcd', '****'],
  ])('%j of %s is %s', (spec, text, expected) => {
    expect(apply(spec, text)).toBe(expected)
  })

  test('limits: an address too long, a text too long to be told into characters', () => {
    const domain = '@example.com'
    const longest = 'a'.repeat(EMAIL_LENGTH_LIMIT - domain.length) + domain
    expect(apply({ kind: 'email' }, longest)).toBe('a***@example.com')
    expect(apply({ kind: 'email' }, `a${longest}`)).toBe('[redacted]')
    const text = 'é'.repeat(PARTIAL_SEGMENT_LIMIT)
    expect(apply({ kind: 'partial', first: 1, last: 0 }, text)).toMatch(/^é\*+$/)
    expect(apply({ kind: 'partial', first: 1, last: 0 }, `${text}é`)).toMatch(/^\*+$/)
  })
})

describe('hash', () => {
  test('is HMAC-SHA-256, its first 32 hex characters', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        (value, secret) => {
          expect(keyedHash(secret)(value)).toBe(
            createHmac('sha256', secret).update(value).digest('hex').slice(0, 32),
          )
        },
      ),
    )
  })

  test('refuses to work without a key', () => {
    expect(() => keyedHash(new Uint8Array())).toThrow('masking key is empty')
  })
})

const spec: fc.Arbitrary<TransformSpec> = fc.oneof(
  fc.constantFrom<TransformSpec>({ kind: 'redact' }, { kind: 'null' }, { kind: 'email' }, { kind: 'hash' }),
  fc.record({ kind: fc.constant('constant' as const), value: fc.string() }),
  fc.record({ kind: fc.constant('partial' as const), first: fc.nat(6), last: fc.nat(6) }),
)
const value = fc.oneof(fc.string(), fc.string({ unit: 'grapheme' }), fc.emailAddress())

describe('over all transforms', () => {
  test('nothing more is revealed than declared', () => {
    fc.assert(
      fc.property(spec, value, value, (transform, a, b) => {
        const reveals = revealsOf(transform)
        const shownA = apply(transform, a)
        const shownB = apply(transform, b)
        if (revealsNothing(transform)) expect(shownA).toBe(shownB)
        if (!reveals.equality && !reveals.length && !reveals.domain) expect(shownA).toBe(shownB)
        if (transform.kind === 'partial')
          expect(kept(shownA ?? '')).toBeLessThanOrEqual(reveals.first + reveals.last)
      }),
    )
  })

  test('partial keeps nothing but the ends', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f') }),
        fc.nat(5),
        fc.nat(5),
        (text, first, last) => {
          const shown = apply({ kind: 'partial', first, last }, text) ?? ''
          expect(shown).toHaveLength(text.length)
          const hidden = shown.replaceAll(/[^*]/g, '').length
          expect(hidden * 2).toBeGreaterThanOrEqual(text.length)
          expect(/^[a-f]*\**[a-f]*$/.test(shown)).toBe(true)
        },
      ),
    )
  })

  test('a transform is listed under its own kind', () => {
    for (const [kind, definition] of Object.entries(definitions)) expect(definition.kind).toBe(kind)
  })
})

const kept = (text: string): number =>
  Array.from(new Intl.Segmenter('und').segment(text)).filter((part) => part.segment !== '*').length

const within = (a: TransformSpec, b: TransformSpec): boolean => {
  const [left, right] = [revealsOf(a), revealsOf(b)]
  return Object.entries(left).every(([name, amount]) => amount <= right[name as keyof typeof right])
}

describe('narrower', () => {
  test('reveals nothing that either hides, whatever the order', () => {
    fc.assert(
      fc.property(spec, spec, (a, b) => {
        const both = narrower(a, b)
        expect(within(both, a) || revealsNothing(both)).toBe(true)
        expect(within(both, b) || revealsNothing(both)).toBe(true)
        expect(narrower(b, a)).toEqual(both)
        expect(narrower(a, a)).toEqual(a)
      }),
    )
  })

  test.each<[TransformSpec, TransformSpec, TransformSpec]>([
    [{ kind: 'redact' }, { kind: 'email' }, { kind: 'redact' }],
    [{ kind: 'null' }, { kind: 'redact' }, { kind: 'null' }],
    [{ kind: 'hash' }, { kind: 'partial', first: 1, last: 1 }, { kind: 'redact' }],
    [
      { kind: 'partial', first: 3, last: 1 },
      { kind: 'partial', first: 1, last: 4 },
      { kind: 'partial', first: 1, last: 1 },
    ],
    [{ kind: 'constant', value: 'a' }, { kind: 'constant', value: 'b' }, { kind: 'redact' }],
    [
      { kind: 'constant', value: 'a' },
      { kind: 'constant', value: 'a' },
      { kind: 'constant', value: 'a' },
    ],
  ])('%j and %j', (a, b, expected) => {
    expect(narrower(a, b)).toEqual(expected)
  })
})
