import { expect, test } from '@jest/globals'
import { SeenTwice } from '../src/seen-twice.ts'

test('a text that comes again is told from one that does not', () => {
  const seen = new SeenTwice()
  expect(seen.maybe('select 1')).toBe(false)
  expect(seen.see('select 1')).toBe(false)
  expect(seen.maybe('select 1')).toBe(false)
  expect(seen.see('select 1')).toBe(true)
  expect(seen.maybe('select 1')).toBe(true)
})

const long = (id: number): string => `select ${'a, '.repeat(200)} b from t where id = ${10_000_000 + id}`

test('texts that differ in their last literal are others', () => {
  const seen = new SeenTwice()
  let again = 0
  for (let id = 0; id < 5_000; id++) if (seen.see(long(id))) again += 1
  expect(again).toBe(0)
})

test('an empty text and one of a single character are texts too', () => {
  const seen = new SeenTwice()
  for (const text of ['', 'x']) expect([seen.see(text), seen.see(text)]).toEqual([false, true])
})
