import { isUtf8 } from 'node:buffer'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { numberForms } from '../../src/scan/numbers/index.ts'
import { patterns } from '../../src/scan/patterns/index.ts'
import { blotted, scan } from '../../src/scan/scan.ts'

const folder = new URL('./fixtures/', import.meta.url)
const lines = (kind: 'yes' | 'no'): [string, string][] =>
  readdirSync(folder)
    .filter((file) => file.endsWith(`.${kind}.txt`))
    .flatMap((file) =>
      readFileSync(new URL(file, folder), 'utf8')
        .trimEnd()
        .split('\n')
        .map((line): [string, string] => [file.replace(/\..*/, ''), line]),
    )

/** The text with what was found between « and ». */
const marked = (text: string): string => {
  const bytes = Buffer.from(text)
  const hits = scan(bytes) ?? []
  let shown = ''
  let from = 0
  for (let i = 0; i < hits.length; i += 2) {
    const start = hits[i] ?? 0
    const end = hits[i + 1] ?? 0
    shown += `${bytes.toString('utf8', from, start)}«${bytes.toString('utf8', start, end)}»`
    from = end
  }
  return shown + bytes.toString('utf8', from)
}

describe('what is found', () => {
  test.each(lines('yes'))('%s: %s', (_, line) => {
    const expected = line.includes('«') ? (line.includes('»') ? line : `${line}»`) : `«${line}»`
    expect(marked(expected.replaceAll(/[«»]/g, ''))).toBe(expected)
  })

  test.each(lines('no'))('%s: not %s', (_, line) => {
    expect(marked(line)).toBe(line)
  })

  test('several in one text, each where it is', () => {
    expect(marked('ana@example.com (+49 30 12345678), card 4111111111111111; bo@example.com')).toBe(
      '«ana@example.com» («+49 30 12345678»), card «4111111111111111»; «bo@example.com»',
    )
  })

  test('every pattern and form finds something in the fixtures', () => {
    const found = new Set<string>()
    const span = { from: 0, to: 0 }
    for (const [, line] of lines('yes')) {
      const bytes = Buffer.from(line.replaceAll(/[«»]/g, ''))
      for (const pattern of patterns)
        for (const at of bytes.keys())
          if (pattern.anchors.includes(String.fromCharCode(bytes[at] ?? 0)) && pattern.find(bytes, at, span))
            found.add(pattern.id)
      const digits = Array.from(bytes.toString().replaceAll(/\D/g, ''), Number)
      for (const form of numberForms) if (form.matches(digits)) found.add(form.id)
    }
    expect([...patterns, ...numberForms].map(({ id }) => id).filter((id) => !found.has(id))).toEqual([])
  })
})

const reads = (text: string): number => {
  let count = 0
  const bytes = Buffer.from(text)
  const counted = new Proxy(bytes, {
    get: (target, name) => {
      count += 1
      const value: unknown = Reflect.get(target, name)
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
  scan(counted)
  return count / bytes.length
}

describe('properties', () => {
  const around = fc.string({ unit: fc.constantFrom(...' ,;()<>"\''.split('')), maxLength: 20 })
  const secrets = fc.constantFrom(
    'ana@example.com',
    '4111111111111111',
    'DE89370400440532013000',
    '123-45-6789',
  )

  test('what was found is gone, and nothing else changes', () => {
    fc.assert(
      fc.property(around, secrets, around, (before, secret, after) => {
        const bytes = Buffer.from(before + secret + after)
        const hits = scan(bytes)
        expect(hits).toEqual([before.length, before.length + secret.length])
        const shown = blotted(bytes, hits ?? []).toString()
        expect(shown).toBe(before + '*'.repeat(secret.length) + after)
        expect(bytes.toString()).toBe(before + secret + after)
      }),
    )
  })

  test('any bytes: hits are in order, inside, and never found again', () => {
    const alphabet = [
      ...'@.-+$ 0123456789'.split(''),
      'eyJ',
      'AKIA',
      'DE',
      '://',
      'x',
      'ä',
      '-----BEGIN PRIVATE KEY-----',
      'a@b.de',
      'sk_live_',
      '$2b$',
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...alphabet), { maxLength: 60 }), (parts) => {
        const bytes = Buffer.from(parts.join(''))
        const hits = scan(bytes) ?? []
        const ends = [...hits, bytes.length]
        expect([...ends].sort((a, b) => a - b)).toEqual(ends)
        expect(hits.every((place) => place <= bytes.length)).toBe(true)
      }),
    )
  })

  test('no character of UTF-8 is cut by what is blotted out', () => {
    const word = fc.string({ unit: fc.constantFrom('é', '邮', '，', '😀', 'a'), maxLength: 90 })
    fc.assert(
      fc.property(word, word, (before, after) => {
        const bytes = Buffer.from(`${before}ana@example.com${after}`)
        const shown = blotted(bytes, scan(bytes) ?? [])
        expect(shown.toString()).not.toContain('ana@example')
        expect(isUtf8(shown)).toBe(true)
        // A column has room for so many characters, and no more.
        expect(Array.from(shown.toString())).toHaveLength(Array.from(bytes.toString()).length)
      }),
    )
  })

  test('a text costs what its length costs: each pattern reads a bounded number of bytes around an anchor', () => {
    for (const part of [
      'a@',
      '1 ',
      '12 34 ',
      'DE12 ',
      '-----BEGIN ',
      'eyJ',
      '$2b$',
      '+1 2 3',
      'x:y://',
      '4111 1111 ',
      'AB 12 ',
      '(555) 1',
      '1 555 ',
      'x://y:z@',
    ]) {
      const short = reads(part.repeat(50))
      const long = reads(part.repeat(1000))
      expect([part, long]).toEqual([part, expect.closeTo(short, -1)])
      expect(long).toBeLessThan(1500)
    }
  })
})
