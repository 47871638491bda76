import { beforeEach, describe, expect, test } from '@jest/globals'
import { LabelBook } from '../src/label-book.ts'
import { LabelRows } from '../src/label-rows.ts'
import { labelFiles } from './label-files.ts'
import {
  catalogOf,
  dora,
  into,
  isTemporarySchema,
  labeller,
  labelsIn,
  MISC,
  making,
  PEOPLE,
  statement,
} from './moving.ts'

const files = labelFiles()
let clock: number
let changes: number

beforeEach(() => {
  clock = 1_000
  changes = 0
})

const rowsOf = (): LabelRows => new LabelRows(files.open(), 'shop')

const bookOn = (rows: LabelRows): LabelBook =>
  new LabelBook({ rows, isTemporarySchema, labeller, onChange: () => changes++, now: () => clock })

test('what another process writes is noticed, and counts', () => {
  const base = catalogOf(1, PEOPLE, MISC)
  const [book, other] = [bookOn(rowsOf()), bookOn(rowsOf())]
  for (const one of [book, other]) one.apply(base, 1)
  book.poll()
  const before = changes
  other.follow(into(base, 'misc.a'), dora)?.confirm()
  const own = changes
  book.poll()
  expect([own - before, changes - own]).toEqual([1, 1])
  expect(labelsIn(book.apply(base, 2), 'misc.a')).toEqual(['pii.email'])
})

describe('what two processes of one file bring from a column to another', () => {
  const base = catalogOf(1, PEOPLE, MISC)

  const two = () => {
    const [rows, others] = [rowsOf(), rowsOf()]
    const [book, other] = [bookOn(rows), bookOn(others)]
    for (const one of [book, other]) one.apply(base, 1)
    return { book, other, rows }
  }

  test('keeps its labels where one takes it back', () => {
    const { book, other, rows } = two()
    const followed = book.follow(into(base, 'misc.a'), dora)
    other.apply(base, 2)
    expect(other.follow(into(base, 'misc.a'), dora)).toBeUndefined()
    followed?.undo()
    expect(rows.edges()).toHaveLength(1)
    for (const one of [book, other, bookOn(rowsOf())])
      expect(labelsIn(one.apply(base, 3), 'misc.a')).toEqual(['pii.email'])
    expect(book.follow(into(base, 'misc.a'), dora)).toBeUndefined()
  })

  test('is kept by the second where the first has taken it back before', () => {
    const { book, other, rows } = two()
    const analysis = into(base, 'misc.a')
    const followed = book.follow(analysis, dora)
    other.apply(base, 2)
    followed?.undo()
    other.follow(analysis, dora)?.confirm()
    expect(rows.edges()).toHaveLength(1)
    expect(labelsIn(book.apply(base, 3), 'misc.a')).toEqual(['pii.email'])
  })

  test('is relied on again where it was forgotten and noted anew', () => {
    const { book, other, rows } = two()
    const analysis = into(base, 'misc.a')
    book.follow(analysis, dora)?.confirm()
    other.apply(base, 2)
    other.follow(analysis, dora)
    for (const { id } of rows.edges()) rows.removeEdge(id)
    book.reload()
    const followed = book.follow(analysis, dora)
    other.apply(base, 3)
    other.follow(analysis, dora)
    followed?.undo()
    expect(labelsIn(other.apply(base, 4), 'misc.a')).toEqual(['pii.email'])
  })

  test('goes to the columns that it is brought to, whatever the other has forgotten and noted since', () => {
    const { book, other, rows } = two()
    const followed = book.follow(into(base, 'misc.a'), dora)
    other.apply(base, 2)
    followed?.undo()
    for (const { id } of rows.places()) rows.removePlace(id)
    book.reload()
    book.follow(into(base, 'misc.b'), dora)?.confirm()
    other.follow(into(base, 'misc.a'), dora)?.confirm()
    const labelled = book.apply(base, 3)
    expect([labelsIn(labelled, 'misc.a'), labelsIn(labelled, 'misc.b')]).toEqual([
      ['pii.email'],
      ['pii.email'],
    ])
  })

  test('is written once, however often it is done', () => {
    const { book, other, rows } = two()
    const analysis = into(base, 'misc.a')
    book.follow(analysis, dora)?.confirm()
    other.apply(base, 2)
    const written = [analysis, analysis, into(base, 'misc.a')].map((one) => {
      const before = rows.version()
      other.follow(one, dora)
      return rows.version() !== before
    })
    expect(written).toEqual([true, false, false])
  })

  test('is in the catalog of both before the statement is sent', () => {
    const { book, other } = two()
    book.follow(into(base, 'misc.a'), dora)
    const before = changes
    other.follow(into(base, 'misc.a'), dora)
    expect(changes - before).toBe(1)
    expect(labelsIn(other.apply(base, 2), 'misc.a')).toEqual(['pii.email'])
  })

  test('is followed to the name that the other gives to a table which neither has seen', () => {
    const { book, other } = two()
    book.follow(making(base), dora)?.confirm()
    const { facts, ...altering } = into(base, 'misc.b')
    const tables = ['copy', 'other'].map((name) => ({ name }) as (typeof facts.tables)[number])
    const renaming = { ...altering, facts: { ...facts, flows: [], tables, renames: 'tables' as const } }
    other.follow(renaming, dora)?.confirm()
    expect(labelsIn(book.apply(catalogOf(2, PEOPLE, 'other 7 c'), 2), 'other.c')).toEqual(['pii.email'])
  })

  test('is not forgotten by the one that noted it first', () => {
    const { book, other, rows } = two()
    const place = { schema: 'public', table: 'copy', column: 'c', ordinal: 1, made: false }
    const analysis = statement(base, 'people.email', { target: undefined, place })
    book.follow(analysis, dora)?.confirm()
    clock += 300_000
    other.follow(analysis, dora)
    clock += 300_001
    book.apply(base, 2)
    expect(rows.edges()).toHaveLength(1)
  })

  test.each([
    [600_001, 1],
    [86_400_001, 0],
  ])('is not forgotten by the one while the other may be about to: after %d ms %d', (waited, kept) => {
    const { book, other, rows } = two()
    book.follow(making(base), dora)
    other.apply(base, 2)
    clock += waited
    other.apply(base, 3)
    expect(rows.edges()).toHaveLength(kept)
  })
})
