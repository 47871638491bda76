import { afterEach, expect, jest, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { SnapshotKeeper } from '@sluice/gateway/catalog/keeper'
import { catalogSource } from '@sluice/gateway/catalog/source'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'

const catalogOf = (version: number): Catalog => ({
  version,
  database: 'shop',
  relation: () => undefined,
  relationById: () => undefined,
  routines: () => [],
  relations: [],
})

afterEach(() => {
  jest.useRealTimers()
})

test('labels that change while a catalog is built give no version that the built one gets too', async () => {
  const versions: number[] = []
  let hash = 'first'
  let amid: (() => void) | undefined
  const keeper = new SnapshotKeeper({
    labeller: () => [],
    relabel: (_, version) => catalogOf(version),
    reader: { read: () => Promise.resolve({ hash }), end: () => Promise.resolve() },
    build: (version) => {
      amid?.()
      return Promise.resolve({ catalog: catalogOf(version), unread: 0 })
    },
  })
  await keeper.start()
  versions.push(keeper.last()?.version ?? 0)
  amid = () => {
    for (const _ of [1, 2]) {
      keeper.relabel()
      versions.push(keeper.last()?.version ?? 0)
    }
  }
  hash = 'second'
  keeper.invalidate()
  versions.push((await keeper.settled()).version)
  keeper.relabel()
  versions.push(keeper.last()?.version ?? 0)
  await keeper.close()
  expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b))
  expect(versions).toHaveLength(5)
})

test('a catalog that is read once more was read from the call on, and the last one stays fresh meanwhile', async () => {
  let inEffect = 'first'
  let held: Promise<void> = Promise.resolve()
  const keeper = new SnapshotKeeper({
    labeller: () => [],
    reader: {
      read: async () => {
        const hash = inEffect
        await held
        return { hash }
      },
      end: () => Promise.resolve(),
    },
    build: (version) => Promise.resolve({ catalog: catalogOf(version), unread: 0 }),
  })
  await keeper.start()
  const before = keeper.current()
  const answered = Promise.withResolvers<void>()
  held = answered.promise
  // This one begins to read what was in effect before.
  const early = keeper.reread()
  inEffect = 'second'
  const late = keeper.reread()
  expect(keeper.current()).toBe(before)
  expect(await keeper.settled()).toBe(before)
  answered.resolve()
  expect(await early).toBe(before)
  const after = await late
  expect(after).not.toBe(before)
  expect(keeper.current()).toBe(after)
  // Nothing has changed: it is the very same.
  expect(await keeper.reread()).toBe(after)
  await keeper.close()
})

test.each([
  ['back', -86_400_000],
  ['forward', 86_400_000],
])(
  'a catalog that cannot be read anew gets too old in its time, though the clock was set %s',
  async (_, ms) => {
    jest.useFakeTimers()
    let isThere = true
    const keeper = new SnapshotKeeper({
      labeller: () => [],
      reader: {
        read: () => (isThere ? Promise.resolve({ hash: 'only' }) : Promise.reject(new Error('not there'))),
        end: () => Promise.resolve(),
      },
      build: (version) => Promise.resolve({ catalog: catalogOf(version), unread: 0 }),
      refreshMs: 30_000,
      maxAgeMs: 60_000,
    })
    await keeper.start()
    isThere = false
    jest.setSystemTime(Date.now() + ms)
    await jest.advanceTimersByTimeAsync(60_000)
    expect(keeper.current()).toBeDefined()
    await jest.advanceTimersByTimeAsync(30_000)
    expect(keeper.current()).toBeUndefined()
    await keeper.close()
  },
)

/** A keeper, and what its reader was asked for: the tables' names, or `all`. */
const asked = async (refreshMs = 60_000) => {
  const readings: string[] = []
  let fails = false
  let hash = 0
  const keeper = new SnapshotKeeper({
    labeller: () => [],
    refreshMs,
    reader: {
      read: (changed) => {
        readings.push(changed === undefined ? 'all' : changed.map(({ name }) => name).join())
        return fails ? Promise.reject(new Error('not there')) : Promise.resolve({ hash: String(++hash) })
      },
      end: () => Promise.resolve(),
    },
    build: (version) => Promise.resolve({ catalog: catalogOf(version), unread: 0 }),
    tries: 1,
  })
  await keeper.start()
  return { keeper, readings, fail: (now: boolean) => (fails = now) }
}

const table = (name: string) => [{ schema: 'shop', name }]

test('behind definitions that name their tables these alone are read, and all behind any other', async () => {
  const { keeper, readings } = await asked()
  keeper.invalidate(table('a'))
  keeper.invalidate(table('b'))
  await keeper.settled()
  keeper.invalidate(table('c'))
  await keeper.settled()
  keeper.invalidate(table('d'))
  keeper.invalidate()
  keeper.invalidate(table('e'))
  await keeper.settled()
  await keeper.reread()
  await keeper.close()
  expect(readings).toEqual(['all', 'a,b', 'c', 'all', 'all'])
})

test('what a reading that failed was to read is read by the next', async () => {
  const { keeper, readings, fail } = await asked()
  fail(true)
  keeper.invalidate(table('a'))
  await expect(keeper.settled()).rejects.toThrow('cannot be read')
  fail(false)
  keeper.invalidate(table('b'))
  await keeper.settled()
  await keeper.close()
  expect(readings).toEqual(['all', 'a', 'a,b'])
})

test('what is invalidated while a reading is under way is read by the one behind it', async () => {
  const { keeper, readings } = await asked()
  keeper.invalidate()
  const early = keeper.settled()
  keeper.invalidate()
  keeper.invalidate(table('a'))
  await early
  await keeper.settled()
  keeper.invalidate(table('b'))
  await keeper.settled()
  await keeper.close()
  expect(readings).toEqual(['all', 'all', 'all', 'b'])
})

test('all is read as often as without being asked, however many definitions name their tables', async () => {
  const { keeper, readings } = await asked(0)
  keeper.invalidate(table('a'))
  await keeper.settled()
  await keeper.close()
  expect(readings.slice(0, 2)).toEqual(['all', 'all'])
})

test('where it can be read again after it could not, that is told once', async () => {
  const told: string[] = []
  let fails = false
  const keeper = new SnapshotKeeper({
    labeller: () => [],
    tries: 1,
    onFailure: () => void told.push('failed'),
    onRecovery: () => void told.push('read again'),
    reader: {
      read: () => (fails ? Promise.reject(new Error('gone')) : Promise.resolve({ hash: 'same' })),
      end: () => Promise.resolve(),
    },
    build: (version) => Promise.resolve({ catalog: catalogOf(version), unread: 0 }),
  })
  await keeper.start()
  for (fails of [true, true, false, false, true, false]) await keeper.reread().catch(() => undefined)
  await keeper.close()
  expect(told).toEqual(['failed', 'failed', 'read again', 'failed', 'read again'])
})

test('a start that waits for a silent database can be given up', async () => {
  const asked = Promise.withResolvers<void>()
  const silent = Promise.withResolvers<never>()
  const keeper = () =>
    new SnapshotKeeper({
      labeller: () => [],
      reader: {
        read: () => {
          asked.resolve()
          return silent.promise
        },
        end: async () => silent.reject(new Error('ended')),
      },
      build: (version) => Promise.resolve({ catalog: catalogOf(version), unread: 0 }),
    })
  const start = Effect.runFork(Effect.scoped(catalogSource(keeper)))
  await asked.promise
  await Effect.runPromise(Fiber.interrupt(start))
})
