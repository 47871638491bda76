import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Analysis } from '@sluice/core/analysis/context'
import type { Flow } from '@sluice/core/analysis/facts'
import { buildCatalog } from '@sluice/core/catalog/build'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { LabelBook } from '../src/label-book.ts'
import { LabelRows } from '../src/label-rows.ts'
import { labelFiles } from './label-files.ts'
import { columnOf, dora, isTemporarySchema, labeller, labelsIn, making, statement } from './moving.ts'

const files = labelFiles()
let clock: number

beforeEach(() => {
  clock = 1_000
})

const bookOn = (): LabelBook => {
  const rows = new LabelRows(files.open(), 'shop')
  return new LabelBook({ rows, isTemporarySchema, labeller, onChange: () => {}, now: () => clock })
}

const idOf = (name: string): number => Number.parseInt(Buffer.from(name).toString('hex').slice(0, 12), 16)

/** Each table as `name column …`. */
const namedOf = (version: number, ...tables: readonly string[]): Catalog => {
  const read = tables.map((table) => table.split(' '))
  return buildCatalog(
    version,
    {
      database: 'shop',
      idsAreNames: true,
      relations: read.map(([name = '']) => ({
        id: idOf(name),
        schema: 'public',
        name,
        type: 'table',
        system: false,
      })),
      columns: read.flatMap(([table = '', ...names]) =>
        names.map((name, i) => ({ relation: idOf(table), name, ordinal: i + 1, type: 'text' })),
      ),
      routines: [],
    },
    labeller,
  )
}

const moved = (catalog: Catalog, source: string, target: string): Flow => {
  const [table = '', column = ''] = target.split('.')
  const place = { schema: 'public', table, column, made: false }
  return { sources: [columnOf(catalog, source)], unknown: false, direct: true, target: undefined, place }
}
const renaming = (catalog: Catalog, ...flows: readonly Flow[]): Analysis => {
  const { facts, ...analysis } = statement(catalog, 'people.email', { target: undefined }, 'rename table')
  return { ...analysis, facts: { ...facts, flows, renames: 'tables' } }
}

describe('where the ids of tables are made of their names', () => {
  const WHO = 'people email'
  const base = namedOf(1, WHO)

  /** A book that has seen the table `copy` with the e-mail addresses in its column `c`, and that catalog. */
  const seen = (...others: readonly string[]): { book: LabelBook; catalog: Catalog } => {
    const book = bookOn()
    book.apply(base, 1)
    book.follow(making(base), dora)?.confirm()
    return { book, catalog: book.apply(namedOf(2, WHO, 'copy c d', ...others), 2) }
  }
  test('what came into a table is in the one that has another name now', () => {
    const { book, catalog } = seen()
    expect(labelsIn(catalog, 'copy.c')).toEqual(['pii.email'])
    const both = [moved(catalog, 'copy.c', 'other.c'), moved(catalog, 'copy.d', 'other.d')]
    book.follow(renaming(catalog, ...both), dora)?.confirm()
    const after = book.apply(namedOf(3, WHO, 'other c d'), 3)
    expect([labelsIn(after, 'other.c'), labelsIn(after, 'other.d')]).toEqual([['pii.email'], []])
    clock += 90_000_000
    book.apply(namedOf(4, WHO, 'other c d'), 4)
    expect(labelsIn(bookOn().apply(namedOf(5, WHO, 'other d c'), 5), 'other.c')).toEqual(['pii.email'])
  })

  test('and so where two tables have one another’s names, or one takes the place of a table that is gone', () => {
    const { book, catalog } = seen('misc c')
    const both = [moved(catalog, 'copy.c', 'misc.c'), moved(catalog, 'misc.c', 'copy.c')]
    book.follow(renaming(catalog, ...both), dora)?.confirm()
    expect(labelsIn(book.apply(namedOf(3, WHO, 'misc c d', 'copy c'), 3), 'misc.c')).toEqual(['pii.email'])
  })

  test('what came into a column is in the one that has another name now', () => {
    const { book, catalog } = seen()
    book.follow(renaming(catalog, moved(catalog, 'copy.c', 'copy.e')), dora)?.confirm()
    const after = book.apply(namedOf(3, WHO, 'copy e d'), 3)
    expect([labelsIn(after, 'copy.e'), labelsIn(after, 'copy.d')]).toEqual([['pii.email'], []])
  })

  test.each(['copy d c', 'copy c', 'copy x d c'])(
    'a column stays itself where others come and go: %s',
    (made) => {
      const { book } = seen()
      const after = book.apply(namedOf(3, WHO, made), 3)
      expect(labelsIn(after, 'copy.c')).toEqual(['pii.email'])
      expect(
        after.relation('public', 'copy')?.columns.filter(({ labels }) => labels.length > 0),
      ).toHaveLength(1)
    },
  )

  test('a table that is made anew under its name has what came into it', () => {
    const before = namedOf(1, WHO, 'copy x c')
    const book = bookOn()
    book.apply(before, 1)
    book.follow(making(before), dora)?.confirm()
    expect(labelsIn(book.apply(namedOf(2, WHO, 'copy c'), 2), 'copy.c')).toEqual(['pii.email'])
  })

  test.each([
    ['name', { column: 'c', ordinal: 1 }],
    ['place', { ordinal: 1 }],
  ])('what is made in the place of a table is in none of its columns, known by its %s', (_by, at) => {
    const book = bookOn()
    const before = namedOf(1, WHO, 'copy x y')
    book.apply(before, 1)
    const place = { schema: 'public', table: 'copy', ...at, made: true }
    const made = book.follow(statement(before, 'people.email', { target: undefined, place }), dora)
    book.apply(namedOf(2, WHO, 'copy x y'), 2)
    made?.confirm()
    expect(labelsIn(book.apply(namedOf(3, WHO, 'copy c d'), 3), 'copy.c')).toEqual(['pii.email'])
  })

  test('what no catalog has, as a temporary table, is kept for a day', () => {
    const book = bookOn()
    const catalog = namedOf(1, WHO, 'misc a')
    book.apply(catalog, 1)
    book.follow(making(catalog), dora)?.confirm()
    clock += 80_000_000
    book.apply(namedOf(2, WHO, 'misc a'), 2)
    const onward = statement(catalog, 'people.email', { target: columnOf(catalog, 'misc.a') })
    const from = [{ schema: '', table: 'copy', made: false }]
    const flows = onward.facts.flows.map((flow) => ({ ...flow, sources: [], from }))
    book.follow({ ...onward, facts: { ...onward.facts, flows } }, dora)?.confirm()
    expect(labelsIn(book.apply(namedOf(3, WHO, 'misc a'), 3), 'misc.a')).toEqual(['pii.email'])
  })

  test('a column that is dropped and made anew is another one to what went on from it', () => {
    const { book, catalog } = seen('misc a')
    const onward = statement(catalog, 'copy.c', { target: columnOf(catalog, 'misc.a') })
    book.follow(onward, dora)?.confirm()
    book.apply(catalog, 3)
    book.apply(namedOf(4, WHO, 'copy d', 'misc a'), 4)
    const after = book.apply(namedOf(5, WHO, 'copy c d', 'misc a'), 5)
    expect([labelsIn(after, 'copy.c'), labelsIn(after, 'misc.a')]).toEqual([[], ['pii.email']])
  })

  test.each([
    ['tables', [['pii.email'], []]],
    ['columns', [['pii.email'], ['pii.email']]],
  ] as const)('what was never seen is found where %s have other names', (renames, expected) => {
    const book = bookOn()
    book.apply(base, 1)
    book.follow(making(base), dora)?.confirm()
    const { facts, ...analysis } = renaming(base)
    const tables = ['copy', 'other'].map((name) => {
      return { schema: 'public', name, access: ['write'] as const, labels: [], known: false }
    })
    book.follow({ ...analysis, facts: { ...facts, tables, renames } }, dora)?.confirm()
    const after = book.apply(namedOf(2, WHO, 'other d c'), 2)
    expect([labelsIn(after, 'other.c'), labelsIn(after, 'other.d')]).toEqual(expected)
  })
})
