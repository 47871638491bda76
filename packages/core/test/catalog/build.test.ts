import { expect, test } from '@jest/globals'
import { buildCatalog, type CatalogRows, type Derive, MAX_VIEW_CHAIN } from '@sluice/core/catalog/build'
import type { Catalog, Column } from '@sluice/core/catalog/catalog'

const column = (relation: number, name: string, computed = false) => ({
  relation,
  name,
  ordinal: 1,
  type: 'text',
  computed,
})

const relation = (id: number, name: string, type: 'table' | 'view' = 'table') => ({
  id,
  schema: 'public',
  name,
  type,
  system: false,
})

const rowsOf = (rows: Partial<CatalogRows>): CatalogRows => ({
  database: 'shop',
  relations: [],
  columns: [],
  routines: [],
  ...rows,
})

/** Every view has the one column of the relation whose id is one less. */
const follow: Derive = {
  view: (row, _columns, catalog) => {
    const source = catalog.relationById(row.id - 1)?.columns[0] as Column
    const { sources = [], unknown = false } = source.derivedFrom ?? {}
    return {
      columns: [{ sources: [source, ...sources], unknown, direct: true }],
      functions: [],
      conditions: [],
    }
  },
  computed: (row, _column, catalog) => {
    const sources = catalog.relationById(row.id)?.columns ?? []
    return { sources, unknown: false, direct: false }
  },
}

test('relations are found by name and by id', () => {
  const rows = rowsOf({ relations: [relation(1, 'a')], columns: [column(1, 'x')] })
  const catalog = buildCatalog(7, rows, () => [])
  expect(catalog.version).toBe(7)
  expect(catalog.relation('public', 'a')).toBe(catalog.relationById(1))
  expect(catalog.relations).toEqual([catalog.relationById(1)])
  expect(catalog.relation('other', 'a')).toBeUndefined()
  expect(catalog.relation('public.a', '')).toBeUndefined()
})

test('columns are labelled by what is known of them', () => {
  const rows = rowsOf({ relations: [relation(1, 'a')], columns: [column(1, 'email')] })
  const catalog = buildCatalog(1, rows, ({ schema, relation: table, name }) => [
    { name: `${schema}.${table}.${name}`, origin: 'config', confidence: 1 },
  ])
  expect(catalog.relationById(1)?.columns[0]?.labels[0]?.name).toBe('public.a.email')
})

test('a view that comes before its table is built after it', () => {
  const relations = [relation(2, 'v', 'view'), relation(1, 'a')]
  const catalog = buildCatalog(
    1,
    rowsOf({ relations, columns: [column(1, 'x'), column(2, 'y')] }),
    () => [],
    follow,
  )
  const derived = catalog.relation('public', 'v')?.columns[0]?.derivedFrom
  expect(derived?.sources[0]).toBe(catalog.relation('public', 'a')?.columns[0])
})

test('a computed column sees the stored ones, and they are the same columns', () => {
  const columns = [column(1, 'x'), column(1, 'twice', true)]
  const catalog = buildCatalog(1, rowsOf({ relations: [relation(1, 'a')], columns }), () => [], follow)
  const [stored, computed] = catalog.relationById(1)?.columns ?? []
  expect(computed?.derivedFrom?.sources).toEqual([stored])
  expect(computed?.derivedFrom?.sources[0]).toBe(stored)
})

test('views that read each other prove nothing', () => {
  const relations = [relation(1, 'v', 'view'), relation(2, 'w', 'view')]
  const circle: Derive = {
    ...follow,
    view: (row, columns, catalog) => follow.view({ ...row, id: row.id === 1 ? 3 : 2 }, columns, catalog),
  }
  const catalog = buildCatalog(
    1,
    rowsOf({ relations, columns: [column(1, 'x'), column(2, 'y')] }),
    () => [],
    circle,
  )
  expect(catalog.relations.map((r) => r.columns[0]?.derivedFrom?.unknown)).toEqual([true, true])
})

test('a chain of views that is too long proves nothing at its end', () => {
  const ids = Array.from({ length: MAX_VIEW_CHAIN + 2 }, (_, i) => i + 2)
  // The last view comes first, so that it has to follow all the others.
  const relations = [...ids.map((id) => relation(id, `v${id}`, 'view')).toReversed(), relation(1, 'a')]
  const columns = relations.map(({ id }) => column(id, 'x'))
  const catalog = buildCatalog(1, rowsOf({ relations, columns }), () => [], follow)
  expect(catalog.relationById(ids.at(-1) ?? 0)?.columns[0]?.derivedFrom?.unknown).toBe(true)
})

test('a view that nobody could read proves nothing', () => {
  const rows = rowsOf({ relations: [relation(2, 'v', 'view')], columns: [column(2, 'x')] })
  const catalog: Catalog = buildCatalog(1, rows, () => [])
  expect(catalog.relationById(2)?.columns[0]?.derivedFrom).toEqual({
    sources: [],
    unknown: true,
    direct: false,
  })
})
