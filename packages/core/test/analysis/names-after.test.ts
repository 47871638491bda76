import { expect, test } from '@jest/globals'
import type { Analysis, SessionNames } from '@sluice/core/analysis/context'
import { namesAfter } from '@sluice/core/analysis/names-after'

/** More than a call stack holds. */
const OFTEN = 100_000

const analysis = {} as Analysis

const named: SessionNames = {
  prepared: (name) => (name === 'p' ? analysis : undefined),
  cursor: (name) => (name === 'c' ? analysis : undefined),
}

test('a session that ends transactions without end still has its names', () => {
  let names = named
  for (let i = 0; i < OFTEN; i++) names = namesAfter(names, { kind: 'transaction-end' })
  expect(names.prepared('p')).toBe(analysis)
  expect(names.cursor('c')).toBeUndefined()
})
