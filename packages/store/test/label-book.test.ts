import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Flow } from '@sluice/core/analysis/facts'
import { FlowsUnwritable } from '@sluice/gateway/ports/flow-ledger'
import { LabelBook } from '../src/label-book.ts'
import { LabelRows } from '../src/label-rows.ts'
import { sayOf } from '../src/spoken.ts'
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

const bookOn = (rows: LabelRows, onChange: () => void = () => changes++): LabelBook =>
  new LabelBook({ rows, isTemporarySchema, labeller, onChange, now: () => clock })

const full = (): never => {
  throw new Error('database or disk is full')
}

describe('values that a statement brings from a column to another', () => {
  const base = catalogOf(1, PEOPLE, MISC)

  test('bring its labels there from before the statement is sent, and nowhere else', () => {
    const book = bookOn(rowsOf())
    expect(book.apply(base, 1)).toBe(base)
    expect(book.follow(into(base, 'misc.a'), dora)).toBeDefined()
    expect(changes).toBe(1)
    const labelled = book.apply(base, 2)
    expect([labelled.version, labelsIn(labelled, 'misc.a'), labelsIn(labelled, 'misc.b')]).toEqual([
      2,
      ['pii.email'],
      [],
    ])
    expect(labelsIn(base, 'misc.a')).toEqual([])
    expect(book.apply(base, 3)).toBe(labelled)
    expect(labelsIn(bookOn(rowsOf()).apply(base, 2), 'misc.a')).toEqual(['pii.email'])
  })

  test('take them away again where they were not brought', () => {
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(base, 1)
    book.follow(into(base, 'misc.a'), dora)?.undo()
    expect(changes).toBe(2)
    expect(rows.edges()).toEqual([])
    expect(labelsIn(book.apply(base, 2), 'misc.a')).toEqual([])
  })

  test('leave them where another statement brought the same, or may yet', () => {
    const book = bookOn(rowsOf())
    book.apply(base, 1)
    const [first, second, third] = [0, 1, 2].map(() => book.follow(into(base, 'misc.a'), dora))
    expect(changes).toBe(1)
    first?.undo()
    expect(labelsIn(book.apply(base, 2), 'misc.a')).toEqual(['pii.email'])
    second?.confirm()
    third?.undo()
    expect(labelsIn(book.apply(base, 3), 'misc.a')).toEqual(['pii.email'])
    expect(book.follow(into(base, 'misc.a'), dora)).toBeUndefined()
  })

  test('are followed from one to the next', () => {
    const book = bookOn(rowsOf())
    book.apply(base, 1)
    book.follow(statement(base, 'misc.a', { target: columnOf(base, 'misc.b') }), dora)?.confirm()
    expect(labelsIn(book.apply(base, 2), 'misc.b')).toEqual([])
    book.follow(into(base, 'misc.a'), dora)?.confirm()
    expect(labelsIn(book.apply(base, 3), 'misc.b')).toEqual(['pii.email'])
  })

  test('are told with who brought them, how often and when', () => {
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(base, 1)
    const analysis = into(base, 'misc.a')
    book.follow(analysis, dora)?.confirm()
    book.follow(analysis, { ...dora, at: 9 })
    book.close()
    const [edge] = rows.edges()
    expect(rows.movesOver(edge?.id ?? -1)).toEqual([
      expect.objectContaining({ principal: 'dora', verb: 'insert', first_at: 5, last_at: 9, count: 2 }),
    ])
  })

  test('are refused where they cannot be written, and count for nothing then', () => {
    const book = bookOn(rowsOf())
    book.apply(base, 1)
    const other = rowsOf()
    // Somebody else writes, and does not come to an end.
    const refused = other.together(() => {
      try {
        return book.follow(into(base, 'misc.a'), dora)
      } catch (error) {
        return error
      }
    })
    expect(refused).toBeInstanceOf(FlowsUnwritable)
    expect(changes).toBe(0)
    expect(labelsIn(book.apply(base, 2), 'misc.a')).toEqual([])
  }, 30_000)

  test('count for nothing where only some of them can be written', () => {
    const rows = rowsOf()
    const add = rows.addEdge.bind(rows)
    let full = false
    rows.addEdge = (edge) => {
      if (full) throw new Error('disk full')
      full = true
      return add(edge)
    }
    const book = bookOn(rows)
    book.apply(base, 1)
    const both = [into(base, 'misc.a'), into(base, 'misc.b')]
    const [first] = both
    if (!first) throw new Error('no statement')
    const facts = { ...first.facts, flows: both.flatMap((one) => one.facts.flows) }
    expect(() => book.follow({ ...first, facts }, dora)).toThrow(FlowsUnwritable)
    full = false
    expect(labelsIn(book.apply(base, 2), 'misc.a')).toEqual([])
    book.follow(first, dora)
    expect(rows.edges()).toHaveLength(1)
  })

  test('leave it where that cannot be taken back, and nobody hears of it', () => {
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(base, 1)
    const followed = book.follow(into(base, 'misc.a'), dora)
    files.opened[0]?.pragma('busy_timeout = 0')
    rowsOf().together(() => followed?.undo())
    expect(labelsIn(book.apply(base, 2), 'misc.a')).toEqual(['pii.email'])
    // It is settled: what is brought there now is nothing new.
    expect(book.follow(into(base, 'misc.a'), dora)).toBeUndefined()
    expect(rows.edges()).toHaveLength(1)
  })

  test('are taken back where they cannot be counted or the catalog cannot be labelled by them', () => {
    const rows = rowsOf()
    const addMove = rows.addMove.bind(rows)
    let onChange: () => void = full
    const book = bookOn(rows, () => onChange())
    book.apply(base, 1)
    expect(() => book.follow(into(base, 'misc.a'), dora)).toThrow(FlowsUnwritable)
    expect(rows.edges()).toEqual([])
    onChange = () => undefined
    rows.addMove = full
    expect(() => book.follow(into(base, 'misc.a'), dora)).toThrow(FlowsUnwritable)
    expect(rows.edges()).toEqual([])
    rows.addMove = addMove
    expect(book.follow(into(base, 'misc.a'), dora)).toBeDefined()
    expect(labelsIn(book.apply(base, 2), 'misc.a')).toEqual(['pii.email'])
  })

  test('are not told of with the uses of others that were taken back', () => {
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(base, 1)
    const analysis = into(base, 'misc.a')
    const first = book.follow(analysis, dora)
    const second = book.follow(analysis, { ...dora, principal: 'eve' })
    for (const followed of [first, second]) followed?.undo()
    book.follow(into(base, 'misc.b'), dora)
    const told = rows.edges().flatMap(({ id }) => rows.movesOver(id))
    expect(told.map(({ principal }) => principal)).toEqual(['dora'])
  })

  test('are nothing to it where a person said what the column holds', () => {
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(base, 1)
    book.follow(into(base, 'misc.a'), dora)?.confirm()
    const place = rows.places().find(({ column }) => column === 'a')
    rows.assign(place?.id ?? -1, 'human', [])
    expect(labelsIn(book.apply(base, 2), 'misc.a')).toEqual([])
    rows.assign(place?.id ?? -1, 'human', undefined)
    expect(labelsIn(book.apply(base, 3), 'misc.a')).toEqual(['pii.email'])
  })
})

describe('a table that a statement makes', () => {
  const base = catalogOf(1, PEOPLE)

  test('has the labels once it is there, under every name that it gets, and made anew', () => {
    const book = bookOn(rowsOf())
    book.apply(base, 1)
    book.follow(making(base), dora)?.confirm()
    expect(labelsIn(book.apply(catalogOf(2, PEOPLE, 'copy 7 c d'), 2), 'copy.c')).toEqual(['pii.email'])
    const renamed = book.apply(catalogOf(3, PEOPLE, 'other 7 e d', 'copy 8 c'), 3)
    expect([labelsIn(renamed, 'other.e'), labelsIn(renamed, 'other.d'), labelsIn(renamed, 'copy.c')]).toEqual(
      [['pii.email'], [], []],
    )
    book.apply(catalogOf(4, PEOPLE), 4)
    expect(labelsIn(book.apply(catalogOf(5, PEOPLE, 'other 9 x e'), 5), 'other.e')).toEqual(['pii.email'])
  })

  test('is another one than was made under its name and renamed', () => {
    const book = bookOn(rowsOf())
    book.apply(base, 1)
    book.follow(making(base), dora)?.confirm()
    const second = catalogOf(2, PEOPLE, 'copy 7 c')
    book.apply(second, 2)
    book.follow(making(second), dora)?.confirm()
    const third = book.apply(catalogOf(3, PEOPLE, 'old 7 c', 'copy 8 c'), 3)
    expect([labelsIn(third, 'old.c'), labelsIn(third, 'copy.c')]).toEqual([['pii.email'], ['pii.email']])
  })

  test('or was there unknown to the catalog is none that the catalog has', () => {
    const known = catalogOf(1, PEOPLE, 'copy 6 c')
    const book = bookOn(rowsOf())
    book.apply(known, 1)
    const place = { schema: '', table: 'copy', column: 'c', ordinal: 1, made: false }
    book.follow(statement(known, 'people.email', { target: undefined, place }), dora)?.confirm()
    expect(labelsIn(book.apply(known, 2), 'copy.c')).toEqual([])
  })

  test('is not the one that had its name before', () => {
    const before = catalogOf(1, PEOPLE, 'copy 6 c')
    const book = bookOn(rowsOf())
    book.apply(before, 1)
    book.follow(making(before), dora)?.confirm()
    expect(labelsIn(book.apply(before, 2), 'copy.c')).toEqual([])
    expect(labelsIn(book.apply(catalogOf(3, PEOPLE, 'copy 7 c'), 3), 'copy.c')).toEqual(['pii.email'])
  })

  test.each([
    [600_000, 1],
    [600_001, 0],
  ])('and that does not come is remembered for %d ms: %d', (waited, kept) => {
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(base, 1)
    book.follow(making(base), dora)?.confirm()
    clock += waited
    book.apply(base, 2)
    expect(rows.edges()).toHaveLength(kept)
  })

  test.each([
    [86_400_000, 1],
    [86_400_001, 0],
  ])('and that is gone is remembered for %d ms: %d', (waited, kept) => {
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(base, 1)
    book.follow(making(base), dora)?.confirm()
    book.apply(catalogOf(2, PEOPLE, 'copy 7 c'), 2)
    book.apply(base, 3)
    clock += waited
    book.apply(base, 4)
    expect(rows.edges()).toHaveLength(kept)
  })

  test('is remembered from when it went, was confirmed, or as long as nobody knows', () => {
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(base, 1)
    const followed = book.follow(making(base), dora)
    clock += 700_000
    book.apply(base, 2)
    expect(rows.edges()).toHaveLength(1)
    followed?.confirm()
    clock += 500_000
    book.apply(base, 3)
    expect(rows.edges()).toHaveLength(1)
    book.apply(catalogOf(4, PEOPLE, 'copy 7 c'), 4)
    clock += 80_000_000
    book.apply(base, 5)
    clock += 80_000_000
    book.apply(base, 6)
    expect(rows.edges()).toHaveLength(1)
  })

  test('loses what came into a column that is dropped, and not what went on from it', () => {
    const start = catalogOf(1, PEOPLE, MISC, 'copy 7 c')
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(start, 1)
    book.follow(into(start, 'copy.c'), dora)?.confirm()
    book
      .follow(statement(book.apply(start, 2), 'copy.c', { target: columnOf(start, 'misc.a') }), dora)
      ?.confirm()
    expect(rows.edges()).toHaveLength(2)
    const after = book.apply(catalogOf(3, PEOPLE, MISC, 'copy 7'), 3)
    expect([rows.edges().length, labelsIn(after, 'misc.a')]).toEqual([1, ['pii.email']])
  })

  test('gives what a column got behind its first use when it is gone', () => {
    const start = catalogOf(1, PEOPLE, MISC, 'stage 7 x')
    const onward = statement(start, 'stage.x', { target: columnOf(start, 'misc.a') })
    const book = bookOn(rowsOf())
    book.apply(start, 1)
    book.follow(onward, dora)?.confirm()
    book.apply(start, 2)
    book.follow(into(start, 'stage.x'), dora)?.confirm()
    book.apply(start, 3)
    expect(book.follow(onward, dora)).toBeUndefined()
    const gone = catalogOf(4, PEOPLE, MISC, 'stage 7')
    expect(labelsIn(book.apply(gone, 4), 'misc.a')).toEqual(['pii.email'])
    expect(labelsIn(bookOn(rowsOf()).apply(gone, 5), 'misc.a')).toEqual(['pii.email'])
  })

  test('gives what a person said of a column behind its first use when it is gone', () => {
    const start = catalogOf(1, MISC, 'stage 7 x')
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(start, 1)
    book.follow(statement(start, 'stage.x', { target: columnOf(start, 'misc.a') }), dora)?.confirm()
    const other = rowsOf()
    const said = [{ name: 'secret.note', origin: 'human', confidence: 1 }] as const
    sayOf(other, ['public', 'stage', 'x'], said, { who: 'dora', at: 2 })
    book.apply(start, 2)
    expect(labelsIn(book.apply(catalogOf(3, MISC), 3), 'misc.a')).toEqual(['secret.note'])
  })

  test('goes on giving under another name and made anew', () => {
    const start = catalogOf(1, 'source 3 x', MISC)
    const rows = rowsOf()
    const book = bookOn(rows)
    book.apply(start, 1)
    book.follow(statement(start, 'source.x', { target: columnOf(start, 'misc.a') }), dora)?.confirm()
    book.apply(catalogOf(2, 'renamed 3 x', MISC), 2)
    book.apply(catalogOf(3, MISC), 3)
    const place = rows.places().find(({ table }) => table === 'renamed')
    rows.assign(place?.id ?? -1, 'human', [{ name: 'pii.phone', origin: 'human', confidence: 1 }])
    expect(labelsIn(book.apply(catalogOf(4, 'renamed 9 x', MISC), 4), 'misc.a')).toEqual(['pii.phone'])
  })

  test('is foreseen with the labels that it will have', () => {
    const book = bookOn(rowsOf())
    const [flow] = making(base).facts.flows
    const named = (more: Partial<Flow>) =>
      flow && book.foreseen({ ...flow, ...more })?.labels.map(({ name, origin }) => `${origin} ${name}`)
    expect(named({})).toEqual(['derived pii.email'])
    expect(named({ sources: [], place: { schema: '', table: 't', column: 'email', made: true } })).toEqual([
      'detector pii.email',
    ])
    expect(named({ unknown: true })).toBeUndefined()
  })
})

test('what code of the database brought somewhere stays when the code goes', () => {
  const base = catalogOf(1, PEOPLE, MISC)
  const move = { source: columnOf(base, 'people.email'), target: columnOf(base, 'misc.b'), direct: true }
  const book = bookOn(rowsOf())
  expect(labelsIn(book.apply({ ...base, standing: [move] }, 1), 'misc.b')).toEqual(['pii.email'])
  const after = book.apply(catalogOf(2, PEOPLE, MISC), 2)
  expect([labelsIn(after, 'misc.b'), labelsIn(after, 'misc.a')]).toEqual([['pii.email'], []])
  // It is settled: no statement that fails takes it back.
  expect(book.follow(into(base, 'misc.b'), dora)).toBeUndefined()
})

test('what could not be written when the catalog was labelled is written when a statement moves it', () => {
  const base = catalogOf(1, PEOPLE, MISC)
  const move = { source: columnOf(base, 'people.email'), target: columnOf(base, 'misc.b'), direct: true }
  const rows = rowsOf()
  const addMove = rows.addMove.bind(rows)
  const book = bookOn(rows)
  book.apply(base, 1)
  rows.addMove = full
  expect(() => book.apply({ ...catalogOf(2, PEOPLE, MISC), standing: [move] }, 2)).toThrow('full')
  expect([rows.places(), rows.edges()]).toEqual([[], []])
  rows.addMove = addMove
  book.follow(into(base, 'misc.b'), dora)?.confirm()
  expect(labelsIn(bookOn(rowsOf()).apply(base, 2), 'misc.b')).toEqual(['pii.email'])
})

test('a catalog that could not be labelled anew is labelled later', () => {
  const base = catalogOf(1, PEOPLE, MISC)
  const rows = rowsOf()
  let labelled = base
  const book: LabelBook = bookOn(rows, () => {
    labelled = book.apply(base, 2)
  })
  const other = bookOn(rowsOf())
  for (const one of [book, other]) one.apply(base, 1)
  other.follow(into(base, 'misc.a'), dora)?.confirm()
  const setDerived = rows.setDerived.bind(rows)
  rows.setDerived = full
  expect(() => book.poll()).toThrow('full')
  // What is refused meanwhile reads the file anew as well, and does not make the catalog any newer.
  expect(() => book.follow(into(base, 'misc.b'), dora)).toThrow(FlowsUnwritable)
  rows.setDerived = setDerived
  book.poll()
  expect([labelsIn(labelled, 'misc.a'), labelsIn(labelled, 'misc.b')]).toEqual([['pii.email'], []])
})

test('what labels came, and went, is written down', () => {
  const base = catalogOf(1, PEOPLE, MISC)
  const rows = rowsOf()
  const book = bookOn(rows)
  book.apply(base, 1)
  const followed = book.follow(into(base, 'misc.a'), dora)
  book.apply(base, 2)
  expect([...rows.derived()]).toEqual([['public.misc.a', 'pii.email']])
  followed?.undo()
  book.apply(base, 3)
  expect([...rows.derived()]).toEqual([])
  expect(rows.changes()).toEqual([
    expect.objectContaining({ table: 'misc', column: 'a', origin: 'derived', old: null, new: 'pii.email' }),
    expect.objectContaining({ table: 'misc', column: 'a', origin: 'derived', old: 'pii.email', new: null }),
  ])
})

test('a copy of the database finds its columns by name, for it has other ids', () => {
  const base = catalogOf(1, PEOPLE, MISC)
  const book = bookOn(rowsOf())
  book.apply(base, 1)
  book.follow(into(base, 'misc.a'), dora)?.confirm()
  const copy = { ...catalogOf(2, 'people 11 email', 'else 2 a b', 'misc 12 a b'), identity: '2/2' }
  const labelled = book.apply(copy, 2)
  expect([labelsIn(labelled, 'misc.a'), labelsIn(labelled, 'else.a')]).toEqual([['pii.email'], []])
})
