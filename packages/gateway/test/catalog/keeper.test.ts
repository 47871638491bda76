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
