import { describe, expect, test } from '@jest/globals'
import { buildCatalog } from '../../src/catalog/build.ts'
import type { Catalog, CodeMoves, Routine } from '../../src/catalog/catalog.ts'
import { LookUps, Remembered } from '../../src/catalog/look-ups.ts'

const rows = {
  database: 'shop',
  relations: [
    { id: 1, schema: 'public', name: 'people', type: 'table', system: false },
    { id: 2, schema: 'public', name: 'notes', type: 'table', system: false },
  ],
  columns: [{ relation: 1, name: 'email', ordinal: 1, type: 'text' }],
  routines: [],
} as const

const tables: Catalog = buildCatalog(1, rows, () => [])
const others: Catalog = buildCatalog(1, rows, () => [])
const nothing: CodeMoves = { reads: [], moves: [], writes: [] }
const routine = (effect: Routine['effect']): Routine => ({ schema: 'public', name: 'f', effect })

/** How often the same is made with one catalog after the other, by what `look` looks up. */
const made = (
  look: (catalog: Catalog) => unknown,
  catalogs: readonly Catalog[],
  around: (names: ReadonlySet<string>) => string = () => '',
  most = 3,
): number => {
  const remembered = new Remembered<number>(most)
  const thing = {}
  let times = 0
  for (const catalog of catalogs)
    remembered.of(thing, around, catalog, (asked) => {
      look(asked.catalog)
      return ++times
    })
  return times
}

const relation = (catalog: Catalog) => catalog.relation('public', 'people')
const code = (catalog: Catalog) => catalog.code?.('public', 'f')
const routines = (catalog: Catalog) => catalog.routines('public', 'f')
const withCode = (found: CodeMoves | undefined): Catalog => ({ ...tables, code: () => found })
const withRoutines = (...found: readonly Routine[]): Catalog => ({ ...tables, routines: () => found })
const without = (catalog: Catalog): Catalog => ({ ...catalog, relation: () => undefined })

describe('what was made once is made again only where', () => {
  test.each<readonly [string, (catalog: Catalog) => unknown, readonly Catalog[], number]>([
    ['nothing was looked up: never', () => 0, [tables, others], 1],
    ['the very same table is found: never', relation, [tables, { ...tables, version: 2 }], 1],
    ['another table has the name', relation, [tables, others], 2],
    ['a table has gone', relation, [tables, without(tables)], 2],
    ['a table has come', relation, [without(tables), tables], 2],
    ['the id stands for another', (catalog) => catalog.relationById(1), [tables, others], 2],
    [
      'a function does the same: never',
      routines,
      [withRoutines(routine('pure')), withRoutines(routine('pure'))],
      1,
    ],
    [
      'a function does something else',
      routines,
      [withRoutines(routine('pure')), withRoutines(routine('reads'))],
      2,
    ],
    [
      'a function has one more of its name',
      routines,
      [withRoutines(routine('pure')), withRoutines(routine('pure'), routine('pure'))],
      2,
    ],
    [
      'a function is blessed',
      routines,
      [withRoutines(routine('pure')), withRoutines({ ...routine('pure'), blessed: {} })],
      2,
    ],
    ['code is the very same: never', code, [withCode(nothing), withCode(nothing)], 1],
    ['code is other', code, [withCode(nothing), withCode({ ...nothing })], 2],
    ['code has come', code, [withCode(undefined), withCode(nothing)], 2],
    ['code is asked for where there was none to ask', code, [tables, withCode(nothing)], 1],
    ['all relations were looked at: always', (catalog) => catalog.relations, [tables, tables], 2],
    ['all types were looked at: always', (catalog) => catalog.types, [tables, tables], 2],
    ['all standing moves were looked at: always', (catalog) => catalog.standing, [tables, tables], 2],
    ['it alternates: never, as long as it is remembered', relation, [tables, others, tables, others], 2],
  ])('%s', (_name, look, catalogs, times) => expect(made(look, catalogs)).toBe(times))

  test('more is asked of in turns than is remembered', () => {
    const turns = [tables, others, without(tables), tables, others]
    expect(made(relation, turns, undefined, 2)).toBe(5)
    expect(made(relation, turns, undefined, 3)).toBe(3)
  })

  test('what matters to the names that were asked for is other', () => {
    let path = 'a'
    const around = (names: ReadonlySet<string>): string => (names.has('people') ? path : '')
    const remembered = new Remembered<string>(3)
    const madeOf = (thing: object, name: string): string =>
      remembered.of(thing, around, tables, ({ catalog }) => {
        catalog.relation('public', name)
        return path
      })
    const [people, notes] = [{}, {}]
    expect([madeOf(people, 'people'), madeOf(notes, 'notes')]).toEqual(['a', 'a'])
    path = 'b'
    expect([madeOf(people, 'people'), madeOf(notes, 'notes')]).toEqual(['b', 'a'])
  })
})

test('look-ups answer as the catalog does, and tell what was asked for', () => {
  const asked = new LookUps(withCode(nothing))
  expect(asked.catalog.relation('public', 'people')).toBe(tables.relation('public', 'people'))
  expect(asked.catalog.relationById(2)).toBe(tables.relationById(2))
  expect(asked.catalog.relation('public', 'gone')).toBeUndefined()
  expect(asked.catalog.code?.('public', 'f')).toBe(nothing)
  expect([...asked.names()]).toEqual(['people', 'gone', 'f'])
  expect(asked.calls()).toEqual([{ kind: 'code', schema: 'public', name: 'f', found: nothing }])
  expect(asked.answers()).toHaveLength(4)
  expect(asked.catalog.relations).toBe(tables.relations)
  expect(asked.answers()).toBeUndefined()
})
