import { createHmac } from 'node:crypto'
import { describe, expect, test } from '@jest/globals'
import { FF1 } from '@noble/ciphers/ff1.js'
import * as fc from 'fast-check'
import { parseJsonPath } from '../../src/mask/json-path.ts'
import { narrower, narrowest, revealsNothing } from '../../src/mask/narrower.ts'
import type { MasksWithin } from '../../src/mask/plan.ts'
import {
  type Alphabet,
  alphabets,
  dateUnits,
  type JsonPathMask,
  type TransformSpec,
} from '../../src/mask/transform.ts'
import { EMAIL_LENGTH_LIMIT, emailWithin } from '../../src/mask/transforms/email.ts'
import { FPE_LENGTH_LIMIT } from '../../src/mask/transforms/fpe.ts'
import { keyedHash } from '../../src/mask/transforms/hash.ts'
import { compileTransform, definitions, revealsOf } from '../../src/mask/transforms/index.ts'
import { PARTIAL_SEGMENT_LIMIT, partialWithin } from '../../src/mask/transforms/partial.ts'
import { MOST_WITHIN_BYTES } from '../../src/mask/within.ts'

const key = Buffer.from('a key of thirty-two bytes, no less')
const apply = (spec: TransformSpec, text: string): string | null => compileTransform(spec, key)(text)

const redacts = { kind: 'redact' } as const
const at = (path: string, transform: JsonPathMask['transform']): TransformSpec => ({
  kind: 'json',
  paths: [{ path, transform }],
})

/** What a mask makes of a text amid others that it must not look at; undefined where it makes nothing. */
const withinText = (mask: MasksWithin, text: string): string | undefined => {
  const [before, cell] = [Buffer.from('p@q.r'), Buffer.from(text)]
  const into = Buffer.alloc(MOST_WITHIN_BYTES)
  const length = mask(
    Buffer.concat([before, cell, Buffer.from('@s.t')]),
    before.length,
    before.length + cell.length,
    into,
  )
  return length < 0 ? undefined : into.toString('utf8', 0, length)
}

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
    [{ kind: 'fpe', alphabet: 'digits' }, '12345', '[redacted]'],
    [{ kind: 'fpe', alphabet: 'digits' }, '123-45-678X', '[redacted]'],
    [{ kind: 'fpe', alphabet: 'lower' }, 'anna', '[redacted]'],
    [{ kind: 'fpe', alphabet: 'digits' }, '', '[redacted]'],
    [{ kind: 'date', unit: 'day' }, '1984-07-19 10:11:12.345', '1984-07-19 00:00:00'],
    [{ kind: 'date', unit: 'month' }, '1984-07-19', '1984-07-01'],
    [{ kind: 'date', unit: 'year' }, '1984-07-19T10:11:12Z', '1984-01-01T00:00:00Z'],
    [{ kind: 'date', unit: 'year' }, '1984-12-31 23:30:00-02', '1985-01-01 00:00:00+00'],
    [{ kind: 'date', unit: 'decade' }, '1989-12-31', '1980-01-01'],
    [{ kind: 'date', unit: 'decade' }, '0005-01-01', '[redacted]'],
    [{ kind: 'date', unit: 'year' }, '2023-02-31', '[redacted]'],
    [{ kind: 'date', unit: 'year' }, '19.07.1984', '[redacted]'],
    [{ kind: 'date', unit: 'year' }, '1984-07-19 (Ana)', '[redacted]'],
    [{ kind: 'number', bucket: 1000 }, '61250.99', '61000'],
    [{ kind: 'number', bucket: 1000 }, '-1.5', '-1000'],
    [{ kind: 'number', bucket: 1000 }, '-1000.00', '-1000'],
    [{ kind: 'number', bucket: 1000 }, '-0.0', '0'],
    [{ kind: 'number', bucket: 7 }, '9'.repeat(40), String((BigInt('9'.repeat(40)) / 7n) * 7n)],
    [{ kind: 'number', bucket: 1000 }, '1e+20', '100000000000000000000'],
    [{ kind: 'number', bucket: 10 }, 'NaN', '[redacted]'],
    [{ kind: 'number', bucket: 10 }, '0x10', '[redacted]'],
    [
      at('$.ssn', redacts),
      '{"ssn":"1","a":[1.50,12345678901234567890]}',
      '{"ssn":"[redacted]","a":[1.50,12345678901234567890]}',
    ],
    [
      at('$.people[*].name', redacts),
      '{"people":[{"name":"Ana"},{"name":null},{"x":1}]}',
      '{"people":[{"name":"[redacted]"},{"name":null},{"x":1}]}',
    ],
    [
      at('$..email', { kind: 'email' }),
      '{"a":{"email":"ana@example.com","b":[{"email":"bo@x.de"}]}}',
      '{"a":{"email":"a***@example.com","b":[{"email":"b***@x.de"}]}}',
    ],
    [at('$.pay', { kind: 'number', bucket: 100 }), '{"pay":4321}', '{"pay":4300}'],
    [at('$.pay', redacts), '{"pay":4321}', '{"pay":null}'],
    [at('$.a[1]', redacts), '{"a":["x","y"]}', '{"a":["x","[redacted]"]}'],
    [at("$['e-mail']", redacts), '{"e-mail":{"deep":"x"}}', '{"e-mail":null}'],
    [
      at('$..__proto__', redacts),
      '{"__proto__":"x","b":{"__proto__":"y"}}',
      '{"__proto__":"[redacted]","b":{"__proto__":"[redacted]"}}',
    ],
    [at('$.a', redacts), '{"a":"first","a":"second"}', '{"a":"[redacted]"}'],
    [at('$.a', redacts), 'no document', '"[redacted]"'],
    [at('$..a', redacts), `${'['.repeat(300)}{"a":"x"}${']'.repeat(300)}`, '"[redacted]"'],
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

/** NIST, "Examples with Intermediate Values", all FF1 samples, 1 to 9: key, tweak, radix, plaintext, ciphertext. */
const nist: readonly [string, string, number, string, string][] = [
  ['2B7E151628AED2A6ABF7158809CF4F3C', '', 10, '0123456789', '2433477484'],
  ['2B7E151628AED2A6ABF7158809CF4F3C', '39383736353433323130', 10, '0123456789', '6124200773'],
  [
    '2B7E151628AED2A6ABF7158809CF4F3C',
    '3737373770717273373737',
    36,
    '0123456789abcdefghi',
    'a9tv40mll9kdu509eum',
  ],
  ['2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F', '', 10, '0123456789', '2830668132'],
  [
    '2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F',
    '39383736353433323130',
    10,
    '0123456789',
    '2496655549',
  ],
  [
    '2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F',
    '3737373770717273373737',
    36,
    '0123456789abcdefghi',
    'xbj3kv35jrawxv32ysr',
  ],
  ['2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94', '', 10, '0123456789', '6657667009'],
  [
    '2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94',
    '39383736353433323130',
    10,
    '0123456789',
    '1001623463',
  ],
  [
    '2B7E151628AED2A6ABF7158809CF4F3CEF4359D8D580AA4F7F036D6F04FC6A94',
    '3737373770717273373737',
    36,
    '0123456789abcdefghi',
    'xs8a0azh2avyalyzuwd',
  ],
]

describe('fpe', () => {
  test.each(nist)('the library is FF1: key %s, tweak %s, radix %i', (keyHex, tweak, radix, plain, cipher) => {
    const ff1 = FF1(radix, Buffer.from(keyHex, 'hex'), Buffer.from(tweak, 'hex'))
    const digits = Array.from(plain, (digit) => Number.parseInt(digit, radix))
    expect(
      ff1
        .encrypt(digits)
        .map((digit) => digit.toString(radix))
        .join(''),
    ).toBe(cipher)
  })

  test.each(Object.keys(alphabets) as Alphabet[])(
    'keeps the shape, is injective and stable: %s',
    (alphabet) => {
      const characters = fc.constantFrom(...alphabets[alphabet].split(''))
      const long = fc.string({ unit: characters, minLength: 6, maxLength: 40 })
      fc.assert(
        fc.property(long, long, (a, b) => {
          const [shownA, shownB] = [apply({ kind: 'fpe', alphabet }, a), apply({ kind: 'fpe', alphabet }, b)]
          expect(shownA).toHaveLength(a.length)
          expect(
            Array.from(shownA ?? '?').every((character) => alphabets[alphabet].includes(character)),
          ).toBe(true)
          expect(shownA === shownB).toBe(a === b)
        }),
      )
    },
  )

  test('separators stay, the key decides, a value too long keeps nothing', () => {
    const spec = { kind: 'fpe', alphabet: 'digits' } as const
    const shown = apply(spec, '4111 1111-1111.1111')
    expect(shown).toMatch(/^\d{4} \d{4}-\d{4}\.\d{4}$/)
    expect(shown).not.toContain('1111 1111')
    expect(shown?.replaceAll(/\D/g, '')).toBe(apply(spec, '4111111111111111'))
    expect(
      compileTransform(spec, Buffer.from('another key of thirty-two bytes.'))('4111111111111111'),
    ).not.toBe(apply(spec, '4111111111111111'))
    expect(apply(spec, '1'.repeat(FPE_LENGTH_LIMIT))).toHaveLength(FPE_LENGTH_LIMIT)
    expect(apply(spec, '1'.repeat(FPE_LENGTH_LIMIT + 1))).toBe('[redacted]')
    expect(() => compileTransform(spec, new Uint8Array())).toThrow('masking key is empty')
  })
})

describe('parseJsonPath', () => {
  test.each([
    ['$.a', 'key'],
    ['$.a.b_c', 'key key'],
    ['$[0][*].a', 'index each key'],
    ["$['a b'].*", 'key each'],
    ['$..a', 'deep key'],
    ['$..[*]', 'deep each'],
    ['$.e-mail', 'key'],
  ])('%s', (path, kinds) => {
    expect(
      parseJsonPath(path)
        ?.map(({ kind }) => kind)
        .join(' '),
    ).toBe(kinds)
  })

  test.each([
    '',
    '$',
    'a',
    '$a',
    '$.',
    '$..',
    '$.a..',
    '$[',
    '$[-1]',
    '$[a]',
    '$.a[?(@.b)]',
    '$..a..b',
    `$${'.a'.repeat(33)}`,
  ])('%s is none', (path) => {
    expect(parseJsonPath(path)).toBeUndefined()
  })
})

const spec: fc.Arbitrary<TransformSpec> = fc.oneof(
  fc.constantFrom<TransformSpec>({ kind: 'redact' }, { kind: 'null' }, { kind: 'email' }, { kind: 'hash' }),
  fc.record({ kind: fc.constant('constant' as const), value: fc.string() }),
  fc.record({ kind: fc.constant('partial' as const), first: fc.nat(6), last: fc.nat(6) }),
  fc.record({
    kind: fc.constant('fpe' as const),
    alphabet: fc.constantFrom(...(Object.keys(alphabets) as Alphabet[])),
  }),
  fc.record({ kind: fc.constant('date' as const), unit: fc.constantFrom(...dateUnits) }),
  fc.record({ kind: fc.constant('number' as const), bucket: fc.integer({ min: 2, max: 40 }) }),
  fc.constantFrom('$.a', '$.b', '$..c').map((path) => at(path, redacts)),
)
const value = fc.oneof(
  fc.string(),
  fc.string({ unit: 'grapheme' }),
  fc.emailAddress(),
  fc.integer().map(String),
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10)),
  fc.jsonValue().map((document) => JSON.stringify(document)),
)

describe('over all transforms', () => {
  test('nothing more is revealed than declared', () => {
    fc.assert(
      fc.property(spec, value, value, (transform, a, b) => {
        const reveals = revealsOf(transform)
        const shownA = apply(transform, a)
        const shownB = apply(transform, b)
        if (revealsNothing(transform)) expect(shownA).toBe(shownB)
        if (!reveals.equality && !reveals.length && !reveals.domain && reveals.date + reveals.number === 0)
          expect(shownA).toBe(shownB)
        if (transform.kind === 'date') expect(shownA).toMatch(/^(?:\d{4}-\d\d-\d\d|\[redacted\])$/)
        if (transform.kind === 'number')
          expect(shownA === '[redacted]' || BigInt(shownA ?? '') % BigInt(transform.bucket) === 0n).toBe(true)
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

  test('dates of one unit look alike, numbers of one bucket too', () => {
    fc.assert(
      fc.property(fc.nat(60_000), fc.nat(60_000), fc.integer({ min: 2, max: 50 }), (a, b, bucket) => {
        expect(same({ kind: 'number', bucket }, String(a), String(b))).toBe(
          Math.floor(a / bucket) === Math.floor(b / bucket),
        )
        expect(same({ kind: 'date', unit: 'year' }, day(a), day(b))).toBe(
          day(a).slice(0, 4) === day(b).slice(0, 4),
        )
        expect(same({ kind: 'date', unit: 'month' }, day(a), day(b))).toBe(
          day(a).slice(0, 7) === day(b).slice(0, 7),
        )
      }),
    )
  })

  test('what no path names stays, what a path names goes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (rest, secret) => {
        const shown = apply(at('$.secret', redacts), JSON.stringify({ rest, secret })) ?? ''
        expect(JSON.parse(shown)).toEqual(JSON.parse(JSON.stringify({ rest, secret: '[redacted]' })))
      }),
    )
  })

  test('partial on bytes is partial on texts', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ maxLength: 80 }), value),
        fc.nat(6),
        fc.nat(6),
        (text, first, last) => {
          const transform = { kind: 'partial', first, last } as const
          const shown = withinText(partialWithin(transform), text)
          expect(shown ?? apply(transform, text)).toBe(apply(transform, text))
          if (/^[ -~]{0,64}$/.test(text)) expect(shown).toBeDefined()
        },
      ),
    )
  })

  test('email on bytes is email on texts', () => {
    const label = fc.string({ unit: fc.constantFrom('a', 'Z', '0', '-', '.', 'é', ' '), maxLength: 70 })
    const local = fc.string({
      unit: fc.constantFrom('a', '.', '+', '"', '(', ' ', '\x01', '\0', '@', 'é'),
      maxLength: 8,
    })
    const address = fc
      .tuple(local, fc.array(label, { maxLength: 6 }))
      .map(([name, labels]) => `${name}@${labels.join('.')}`)
    fc.assert(
      fc.property(fc.oneof(address, fc.emailAddress(), fc.string()), (text) => {
        const shown = withinText(emailWithin, text)
        expect(shown ?? apply({ kind: 'email' }, text)).toBe(apply({ kind: 'email' }, text))
      }),
      { numRuns: 2000 },
    )
    expect(withinText(emailWithin, 'ana.maria@example.com')).toBe('a***@example.com')
  })

  test('a transform is listed under its own kind', () => {
    for (const [kind, definition] of Object.entries(definitions)) expect(definition.kind).toBe(kind)
  })
})

const day = (from: number): string =>
  new Date(Date.UTC(1900, 0, 1) + from * 86_400_000).toISOString().slice(0, 10)
const same = (spec: TransformSpec, x: string, y: string): boolean => apply(spec, x) === apply(spec, y)

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
        if (a.kind === 'json' && b.kind !== 'json') expect(both).toEqual(b)
      }),
    )
  })

  test('of several, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(spec, { minLength: 2, maxLength: 5 }), fc.nat(4), (specs, at) => {
        const all = narrowest(specs)
        expect(narrowest(specs.toReversed())).toEqual(all)
        expect(narrowest([...specs.slice(at), ...specs.slice(0, at)])).toEqual(all)
        for (const one of specs) expect(within(all, one) || revealsNothing(all)).toBe(true)
      }),
    )
    const [hash, email, constant] = [
      { kind: 'hash' },
      { kind: 'email' },
      { kind: 'constant', value: 'a' },
    ] as const
    expect(narrowest([hash, email, constant])).toEqual(constant)
    expect(narrowest([constant, hash, email])).toEqual(constant)
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
    [{ kind: 'hash' }, { kind: 'fpe', alphabet: 'digits' }, { kind: 'hash' }],
    [{ kind: 'fpe', alphabet: 'lower' }, { kind: 'fpe', alphabet: 'digits' }, { kind: 'redact' }],
    [
      { kind: 'date', unit: 'year' },
      { kind: 'date', unit: 'month' },
      { kind: 'date', unit: 'year' },
    ],
    [{ kind: 'date', unit: 'year' }, { kind: 'number', bucket: 10 }, { kind: 'redact' }],
    [
      { kind: 'number', bucket: 100 },
      { kind: 'number', bucket: 10 },
      { kind: 'number', bucket: 100 },
    ],
    [{ kind: 'number', bucket: 15 }, { kind: 'number', bucket: 10 }, { kind: 'redact' }],
    [at('$.a', redacts), { kind: 'partial', first: 1, last: 0 }, { kind: 'partial', first: 1, last: 0 }],
    [at('$.a', { kind: 'hash' }), at('$.a', redacts), at('$.a', redacts)],
    [
      at('$.b', redacts),
      at('$.a', redacts),
      {
        kind: 'json',
        paths: [
          { path: '$.a', transform: redacts },
          { path: '$.b', transform: redacts },
        ],
      },
    ],
    [
      { kind: 'constant', value: 'a' },
      { kind: 'constant', value: 'a' },
      { kind: 'constant', value: 'a' },
    ],
  ])('%j and %j', (a, b, expected) => {
    expect(narrower(a, b)).toEqual(expected)
  })
})
