import { describe, expect, test } from '@jest/globals'
import { LabelBook } from '../src/label-book.ts'
import { LabelRows } from '../src/label-rows.ts'
import { changesOf, sayOf } from '../src/spoken.ts'
import { labelFiles } from './label-files.ts'
import {
  catalogOf,
  columnOf,
  dora,
  into,
  isTemporarySchema,
  labeller,
  labelsIn,
  MISC,
  PEOPLE,
  statement,
} from './moving.ts'

const files = labelFiles()

const rowsOf = (): LabelRows => new LabelRows(files.open(), 'shop')

const bookOn = (rows: LabelRows): LabelBook =>
  new LabelBook({ rows, isTemporarySchema, labeller, onChange: () => {}, now: () => 1_000 })

/** What a person says of `stage.x`. */
const say = (labels: readonly string[], at: number): void =>
  sayOf(
    rowsOf(),
    ['public', 'stage', 'x'],
    labels.map((name) => ({ name, origin: 'human', confidence: 1 })),
    { who: 'dora', at },
  )

describe('a column that is dropped and made anew', () => {
  const start = catalogOf(1, MISC, 'stage 7 x')
  const gone = catalogOf(2, MISC, 'stage 7')
  const anew = catalogOf(3, MISC, 'stage 7 _ x')

  test.each([
    ['', []],
    [', though its values went on', [columnOf(start, 'misc.a')]],
  ])('has what a person said of it%s', (_how, targets) => {
    const book = bookOn(rowsOf())
    book.apply(start, 1)
    for (const target of targets) book.follow(statement(start, 'stage.x', { target }), dora)?.confirm()
    say(['secret.note'], 2)
    book.apply(start, 2)
    book.apply(gone, 3)
    const after = book.apply(anew, 4)
    expect([labelsIn(after, 'stage.x'), labelsIn(after, 'stage._')]).toEqual([['secret.note'], []])
    expect(labelsIn(after, 'misc.a')).toEqual(targets.length > 0 ? ['secret.note'] : [])
    say(['pii.phone'], 5)
    expect(labelsIn(book.apply(anew, 6), 'stage.x')).toEqual(['pii.phone'])
    say([], 7)
    expect(labelsIn(book.apply(anew, 8), 'stage.x')).toEqual([])
    book.apply(gone, 9)
    expect(labelsIn(bookOn(rowsOf()).apply(anew, 10), 'stage.x')).toEqual([])
  })

  test('has what comes into it, though a person said that the old one had nothing', () => {
    const book = bookOn(rowsOf())
    book.apply(catalogOf(1, PEOPLE, 'stage 7 x'), 1)
    say([], 2)
    book.apply(catalogOf(1, PEOPLE, 'stage 7 x'), 2)
    book.apply(catalogOf(2, PEOPLE, 'stage 7'), 2)
    const base = catalogOf(3, PEOPLE, 'stage 7 _ x')
    book.apply(base, 3)
    book.follow(into(base, 'stage.x'), dora)?.confirm()
    expect(labelsIn(book.apply(base, 4), 'stage.x')).toEqual(['pii.email'])
  })

  test('has what a person says of it then, and not the column whose values went on', () => {
    const book = bookOn(rowsOf())
    book.apply(start, 1)
    book.follow(statement(start, 'stage.x', { target: columnOf(start, 'misc.a') }), dora)?.confirm()
    book.apply(gone, 2)
    book.apply(anew, 3)
    say(['secret.note'], 4)
    const after = book.apply(anew, 5)
    expect([labelsIn(after, 'stage.x'), labelsIn(after, 'misc.a')]).toEqual([['secret.note'], []])
  })

  test('of another name that a person spoke of has what was said last', () => {
    const book = bookOn(rowsOf())
    const both = catalogOf(1, PEOPLE, 'stage 7 y x')
    book.apply(both, 1)
    book.follow(into(both, 'stage.y'), dora)?.confirm()
    say(['secret.note'], 2)
    book.apply(both, 2)
    book.apply(catalogOf(3, PEOPLE, 'stage 7 y'), 3)
    const renamed = catalogOf(4, PEOPLE, 'stage 7 x')
    expect(labelsIn(book.apply(renamed, 4), 'stage.x')).toEqual(['secret.note'])
    say(['pii.phone'], 5)
    expect(labelsIn(book.apply(renamed, 6), 'stage.x')).toEqual(['pii.phone'])
  })
})

describe('a column that is labelled by its name', () => {
  test.each([
    ['another name', 'people 1 x'],
    ['another name in a table of another name', 'folk 1 x'],
  ])('keeps the label under %s, and so do its copies', (_what, renamed) => {
    const base = catalogOf(1, PEOPLE, MISC)
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(base, 1)
    book.follow(into(base, 'misc.a'), dora)?.confirm()
    book.apply(base, 2)
    const next = catalogOf(3, renamed, MISC)
    const path = `${renamed.split(' ')[0]}.x`
    const after = book.apply(next, 3)
    expect([labelsIn(after, path), labelsIn(after, 'misc.a')]).toEqual([['pii.email'], ['pii.email']])
    expect(labelsIn(bookOn(rowsOf()).apply(next, 4), path)).toEqual(['pii.email'])
    expect(changesOf(rows).map(({ column, origin, now }) => [column, origin, now])).toContainEqual([
      `public.${path}`,
      'detector',
      'pii.email',
    ])
    sayOf(rowsOf(), ['public', ...path.split('.')], [], { who: 'dora', at: 9 })
    expect(labelsIn(book.apply(next, 5), path)).toEqual([])
  })

  test('gives none to a column that comes in its place, nor to the same ids of another database', () => {
    const book = bookOn(rowsOf())
    book.apply(catalogOf(1, PEOPLE), 1)
    expect(labelsIn(book.apply(catalogOf(2, 'people 9 x'), 2), 'people.x')).toEqual([])
    const other = bookOn(rowsOf())
    other.apply(catalogOf(3, PEOPLE), 3)
    const copy = { ...catalogOf(4, 'people 1 x'), identity: '2/2' }
    expect(labelsIn(other.apply(copy, 4), 'people.x')).toEqual([])
  })
})
