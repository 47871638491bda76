import { expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { SnapshotKeeper } from '@sluice/gateway/catalog/keeper'

const catalogOf = (version: number): Catalog => ({
  version,
  database: 'shop',
  relation: () => undefined,
  relationById: () => undefined,
  routines: () => [],
  relations: [],
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
