import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { ByteCache } from '../src/byte-cache.ts'

test('keeps what is used and drops what is not', () => {
  const cache = new ByteCache<number>(8)
  cache.set('hot', 1, 1)
  for (let key = 0; key < 100; key++) {
    cache.set(`cold ${key}`, key, 1)
    expect(cache.get('hot')).toBe(1)
  }
  expect(cache.get('cold 0')).toBeUndefined()
})

test('takes nothing that is over half the bound', () => {
  const cache = new ByteCache<number>(8)
  cache.set('small', 1, 4)
  cache.set('large', 2, 5)
  expect([cache.get('small'), cache.get('large')]).toEqual([1, undefined])
})

test('never holds more than the bound', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 20 }), fc.boolean())), (steps) => {
      const cache = new ByteCache<number>(64)
      const sizes = new Map<string, number>()
      for (const [key, bytes, read] of steps) {
        if (read) cache.get(`${key}`)
        else if (cache.get(`${key}`) === undefined) {
          cache.set(`${key}`, bytes, bytes)
          sizes.set(`${key}`, bytes)
        }
      }
      const held = [...sizes].filter(([key]) => cache.get(key) !== undefined)
      expect(held.reduce((sum, [, bytes]) => sum + bytes, 0)).toBeLessThanOrEqual(64)
    }),
  )
})
