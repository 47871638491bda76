import { beforeEach, expect, test } from '@jest/globals'
import type { Analysis } from '@sluice/core/analysis/context'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { LabelBook } from '../src/label-book.ts'
import { LabelRows } from '../src/label-rows.ts'
import { sayOf } from '../src/spoken.ts'
import { labelFiles } from './label-files.ts'
import {
  catalogOf,
  columnOf,
  dora,
  isTemporarySchema,
  labeller,
  labelsIn,
  MISC,
  making,
  PEOPLE,
  statement,
} from './moving.ts'

const files = labelFiles()
let rows: LabelRows
let book: LabelBook

beforeEach(() => {
  rows = new LabelRows(files.open(), 'shop')
  book = bookOn()
})

const bookOn = (): LabelBook =>
  new LabelBook({ rows, isTemporarySchema, labeller, onChange: () => {}, now: () => 1_000 })

/** A call of code that makes the table `copy`: in which schema, its caller's path decides. */
const calling = (catalog: Catalog): Analysis =>
  statement(catalog, 'people.email', {
    target: undefined,
    place: { schema: '', table: 'copy', column: 'c', ordinal: 1, made: false },
  })

test('a table that code makes is followed again where the first one is there, or was', () => {
  const base = catalogOf(1, PEOPLE, MISC)
  book.apply(base, 1)
  const call = calling(base)
  book.follow(call, dora)?.confirm()
  book.apply(catalogOf(2, PEOPLE, MISC, 'copy 3 c'), 2)
  const renamed = catalogOf(3, PEOPLE, MISC, 'first 3 c')
  book.apply(renamed, 3)
  book.follow(call, dora)?.confirm()
  const both = book.apply(catalogOf(4, PEOPLE, MISC, 'first 3 c', 'copy 4 c'), 4)
  expect([labelsIn(both, 'first.c'), labelsIn(both, 'copy.c')]).toEqual([['pii.email'], ['pii.email']])
})

test.each([
  ['a statement', making],
  ['code', calling],
])('of a table that %s makes again and again no more is kept than of one', (_name, make) => {
  book.apply(catalogOf(1, PEOPLE, MISC), 1)
  for (let version = 2; version < 20; version++) {
    const before = catalogOf(version, PEOPLE, MISC, ...(version > 2 ? [`copy ${version} c`] : []))
    book.apply(before, version)
    book.follow(make(before), dora)?.confirm()
    const after = catalogOf(version, PEOPLE, MISC, `copy ${version + 1} c`)
    book.apply(after, version)
    const copied = { target: columnOf(after, 'misc.a'), direct: false }
    book.follow(statement(after, 'copy.c', copied), dora)?.confirm()
  }
  book.apply(catalogOf(20, PEOPLE, MISC, 'copy 20 c'), 20)
  expect([rows.places().length, rows.edges().length]).toEqual([3, 2])
  const left = bookOn().apply(catalogOf(21, MISC, 'copy 20 c'), 21)
  expect([labelsIn(left, 'copy.c'), labelsIn(left, 'misc.a')]).toEqual([['pii.email'], ['pii.email']])
})

test('what a person said of a table counts when it is made again', () => {
  const base = catalogOf(1, PEOPLE, MISC)
  book.apply(base, 1)
  book.follow(making(base), dora)?.confirm()
  book.apply(catalogOf(2, PEOPLE, MISC, 'copy 3 c'), 2)
  sayOf(rows, ['public', 'copy', 'c'], [], { who: 'dora', at: 1 })
  expect(labelsIn(book.apply(catalogOf(3, PEOPLE, MISC, 'copy 3 c'), 3), 'copy.c')).toEqual([])
  for (let version = 4; version < 8; version++) {
    const before = catalogOf(version, PEOPLE, MISC, `copy ${version - 1} c`)
    book.apply(before, version)
    book.follow(making(before), dora)?.confirm()
    const after = book.apply(catalogOf(version, PEOPLE, MISC, `copy ${version} c`), version)
    expect(labelsIn(after, 'copy.c')).toEqual([])
  }
})
