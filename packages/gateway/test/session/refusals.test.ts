import { afterEach, beforeEach, expect, jest, test } from '@jest/globals'
import type { JournalEntry } from '@sluice/core/record/record'
import { Refusals } from '@sluice/gateway/session/refusals'

beforeEach(() => {
  jest.useFakeTimers()
})
afterEach(() => {
  jest.useRealTimers()
})

const refused = (clientAddress: string) =>
  ({
    type: 'session.refused',
    session: 's',
    at: 0,
    clientAddress,
    protocol: 'postgresql',
    login: 'eve',
    database: 'shop',
    code: '28P01',
    reason: 'unknown',
  }) as const

const recording = () => {
  const entries: JournalEntry[] = []
  /** What the journal holds: how many of each address, and the counts of the others. */
  const held = () => {
    const addresses = entries.flatMap((entry) =>
      entry.type === 'session.refused' ? [entry.clientAddress] : [],
    )
    const counts = entries.flatMap((entry) => (entry.type === 'control' ? [entry.detail['count']] : []))
    return {
      addresses: Object.fromEntries(
        Array.from(
          Map.groupBy(addresses, (one) => one),
          ([one, all]) => [one, all.length],
        ),
      ),
      counts,
    }
  }
  return { refusals: new Refusals({ append: (entry) => entries.push(entry) }), held }
}

test('INVARIANT (hostile-both-sides): whoever has proven nothing does not fill the journal: of an address 50 in 10 s are recorded', () => {
  const { refusals, held } = recording()
  for (let i = 0; i < 1000; i += 1) refusals.record(refused('198.51.100.1'))
  refusals.record(refused('198.51.100.2'))
  expect(held()).toEqual({ addresses: { '198.51.100.1': 50, '198.51.100.2': 1 }, counts: [] })
  jest.advanceTimersByTime(10_000)
  expect(held().counts).toEqual([950])
  refusals.record(refused('198.51.100.1'))
  jest.advanceTimersByTime(10_000)
  expect(held()).toEqual({ addresses: { '198.51.100.1': 51, '198.51.100.2': 1 }, counts: [950] })
})

test('of all addresses together 500 in 10 s are recorded, and the others counted when the gateway stops, too', () => {
  const { refusals, held } = recording()
  for (let i = 0; i < 600; i += 1) refusals.record(refused(`2001:db8::${i.toString(16)}`))
  expect(Object.keys(held().addresses)).toHaveLength(500)
  refusals.endWindow()
  expect(held().counts).toEqual([100])
})
