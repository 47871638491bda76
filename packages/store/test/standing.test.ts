import { expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { across, columnsOf } from '@sluice/core/flow/code-moves'
import { LabelBook } from '../src/label-book.ts'
import { LabelRows } from '../src/label-rows.ts'
import { labelFiles } from './label-files.ts'
import { catalogOf, isTemporarySchema, labeller, labelsIn } from './moving.ts'

const files = labelFiles()

/** As many columns. */
const columns = (count: number): string => Array.from({ length: count }, (_, i) => `c${i}`).join(' ')

/** With code that may bring all columns of the first table into all of the second. */
const withCode = (base: Catalog): Catalog => {
  const [first, second] = base.relations
  if (!first || !second) throw new Error('no tables')
  const moves = across(columnsOf([first]), columnsOf([second]))
  expect(moves.length).toBe(first.columns.length + second.columns.length)
  return { ...base, standing: moves }
}

const kept = (): { rows: LabelRows; book: LabelBook } => {
  const rows = new LabelRows(files.open(), 'shop')
  return {
    rows,
    book: new LabelBook({ rows, isTemporarySchema, labeller, onChange: () => {}, now: () => 1 }),
  }
}

test('of code with a place between nothing is kept where nothing labelled comes to it', () => {
  const { rows, book } = kept()
  book.apply(withCode(catalogOf(1, `plain 1 ${columns(40)}`, `wide 2 ${columns(40)}`)), 1)
  expect([rows.places(), rows.edges()]).toEqual([[], []])
})

test('what code brings through a place between stays, and columns that come and go make no other place', () => {
  const { rows, book } = kept()
  for (const more of [0, 1, 2, 1, 5])
    book.apply(
      withCode(catalogOf(more + 1, `people 1 email ${columns(40 + more)}`, `wide 2 ${columns(40 + more)}`)),
      more + 1,
    )
  const between = rows.places().filter(({ schema }) => schema === '')
  expect([between.length, rows.edges().length]).toEqual([1, 1 + 45])
  const after = book.apply(catalogOf(9, `wide 2 ${columns(45)}`), 9)
  for (const path of ['wide.c0', 'wide.c44']) expect(labelsIn(after, path)).toEqual(['pii.email'])
})
