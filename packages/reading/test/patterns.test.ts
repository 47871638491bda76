import { describe, expect, test } from '@jest/globals'
import { patternOf } from '../src/pattern.ts'
import { Patterns } from '../src/patterns.ts'

const sql = (name: string, id: number) => `select ${name} from t where id = ${id}`
const kept = (patterns: Patterns<string>, name: string, modes = '') => {
  const text = sql(name, 1)
  patterns.put(patternOf(text, [text.length - 1, text.length]), modes, name, 0)
}

/** Texts of one place: they begin and end in the same way. */
const alike = (inner: string) => `select ${'a'.repeat(60)} ${inner} ${'b'.repeat(20)}`

describe('patterns', () => {
  test('find what was kept, for other constants too, in the same modes only', () => {
    const patterns = new Patterns<string>(1e6, 1000)
    kept(patterns, 'a', 'on')
    expect(patterns.find(sql('a', 1), 'on')).toBe('a')
    expect(patterns.find(sql('a', 22), 'on')).toBe('a')
    expect(patterns.find(sql('a', 22), 'off')).toBeUndefined()
    expect(patterns.find(sql('b', 22), 'on')).toBeUndefined()
  })

  test('are not made of texts that are too long, nor looked for', () => {
    const patterns = new Patterns<string>(1e6, 20)
    expect(patterns.wants('x'.repeat(21))).toBe(false)
    expect(patterns.wants('x'.repeat(20))).toBe(true)
  })

  test('are made of the first text of a place, and then of few that find none', () => {
    const patterns = new Patterns<string>(1e6, 1000)
    const wanted = Array.from({ length: 129 }, (_, id) => patterns.wants(sql('a', id)))
    expect(wanted.flatMap((wants, at) => (wants ? [at] : []))).toEqual([0, 64, 128])
  })

  test('of one place are few; one in use stays when another wants its place', () => {
    const patterns = new Patterns<string>(1e6, 1000)
    const keep = (inner: string) => patterns.put(patternOf(alike(inner), []), '', inner, 0)
    const asked = (inner: string) =>
      Array.from({ length: 64 }, () => patterns.wants(alike(inner))).includes(true)
    for (const inner of 'abcdefgh') keep(inner)
    expect(patterns.find(alike('a'), '')).toBe('a')
    // `a` was used: it is spared once, and the next in line goes.
    expect(asked('i')).toBe(false)
    expect(asked('i')).toBe(true)
    keep('i')
    const left = 'abcdefghi'.split('').filter((inner) => patterns.find(alike(inner), '') === inner)
    expect(left.join('')).toBe('acdefghi')
  })

  test('are all given up over the bytes', () => {
    const patterns = new Patterns<string>(1500, 1000)
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) kept(patterns, name)
    const left = ['a', 'b', 'c', 'd', 'e', 'f'].filter((name) => patterns.find(sql(name, 9), '') === name)
    expect(left.at(-1)).toBe('f')
    expect(left.length).toBeLessThan(6)
    expect(left.length).toBeGreaterThan(1)
  })
})
