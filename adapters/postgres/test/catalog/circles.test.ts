import { describe, expect, test } from '@jest/globals'
import { circlesOf } from '../../src/catalog/circles.ts'

/** `ab bc`: a calls b, and b calls c. */
const circles = (calls: string): string =>
  circlesOf(
    new Map(
      [...Map.groupBy(calls.split(' '), ([caller = '']) => caller)].map(
        ([caller, all]) => [caller, all.flatMap((one) => one[1] ?? [])] as const,
      ),
    ),
  )
    .map((circle) => [...circle].sort((a, b) => a.localeCompare(b)).join(''))
    .join(' ')

describe('who calls one another', () => {
  test.each([
    ['nobody', 'a', 'a'],
    ['a chain, from its end on', 'ab bc cd', 'd c b a'],
    ['a chain that is told backwards', 'cd bc ab', 'd c b a'],
    ['oneself', 'aa ab', 'b a'],
    ['two', 'ab ba', 'ab'],
    ['a circle with a tail before and behind it', 'ab bc cd db de', 'e bcd a'],
    ['two circles that meet', 'ab ba bc cb cd', 'd abc'],
    ['two circles of which one calls the other', 'ab ba bc cd dc', 'cd ab'],
  ])('%s', (_name, calls, expected) => expect(circles(calls)).toBe(expected))

  test('a chain that is longer than the stack', () => {
    const length = 50_000
    const calls = new Map(Array.from({ length }, (_, i) => [i, [i + 1]] as const))
    const found = circlesOf(calls)
    expect(found).toHaveLength(length + 1)
    expect(found[0]).toEqual([length])
  })
})
