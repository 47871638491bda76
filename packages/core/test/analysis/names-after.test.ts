import { expect, test } from '@jest/globals'
import type { Analysis, ContextChange, SessionNames } from '@sluice/core/analysis/context'
import { NO_NAMES, namesAfter, namesWithoutTexts } from '@sluice/core/analysis/names-after'

/** More than a call stack holds. */
const OFTEN = 100_000

const analysis = {} as Analysis

const read = {} as Extract<ContextChange, { kind: 'prepare' }>['read']

const named: SessionNames = {
  prepared: (name) => (name === 'p' ? analysis : undefined),
  preparedText: (name) => (name === 'p' ? read : undefined),
  cursor: (name) => (name === 'c' ? analysis : undefined),
}

test('a session that ends transactions without end still has its names', () => {
  let names = named
  for (let i = 0; i < OFTEN; i++) names = namesAfter(names, { kind: 'transaction-end' })
  expect(names.prepared('p')).toBe(analysis)
  expect(names.cursor('c')).toBeUndefined()
})

const other = { ...analysis }
const prepare = (name: string): ContextChange => ({ kind: 'prepare', name, analysis: other, read })
const deallocate = (name?: string): ContextChange =>
  name === undefined ? { kind: 'deallocate' } : { kind: 'deallocate', name }

test('a session that prepares and deallocates without end still has its names, and none of those gone', () => {
  for (const base of [named, NO_NAMES]) {
    let names = base
    for (let i = 0; i < OFTEN; i++)
      names = namesWithoutTexts(namesAfter(namesAfter(names, prepare('q')), deallocate('q')))
    expect(names.prepared('q')).toBeUndefined()
    expect(names.prepared('p')).toBe(base.prepared('p'))
    expect(names.cursor('c')).toBe(base.cursor('c'))
  }
})

test('other names leave nothing behind once they are deallocated', () => {
  let names = NO_NAMES
  for (let i = 0; i < 1000; i++) names = namesAfter(namesAfter(names, prepare(`q${i}`)), deallocate(`q${i}`))
  expect(names).toEqual(namesAfter(namesAfter(NO_NAMES, prepare('q')), deallocate('q')))
})

test('what was prepared hides the older of its name, until it is deallocated', () => {
  const names = namesAfter(named, prepare('p'))
  expect([names.prepared('p'), names.preparedText?.('p')]).toEqual([other, read])
  expect(namesAfter(names, deallocate('p')).prepared('p')).toBeUndefined()
  expect(namesAfter(names, deallocate('q')).prepared('p')).toBe(other)
  const none = namesAfter(names, deallocate())
  expect([none.prepared('p'), none.cursor('c')]).toEqual([undefined, analysis])
})

test('without texts, what was prepared means what it meant', () => {
  const names = namesWithoutTexts(namesAfter(named, prepare('q')))
  expect([names.prepared('q'), names.preparedText?.('q')]).toEqual([other, undefined])
  expect([names.prepared('p'), names.preparedText?.('p')]).toEqual([analysis, undefined])
  expect(names.cursor('c')).toBe(analysis)
  expect(namesAfter(names, prepare('q')).preparedText?.('q')).toBe(read)
})
