import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals'
import type { ColumnLabels } from '@sluice/config/config'
import type { Analysis } from '@sluice/core/analysis/context'
import { buildCatalog } from '@sluice/core/catalog/build'
import type { Catalog, Relation } from '@sluice/core/catalog/catalog'
import type { LabelBook } from '@sluice/store/label-book'
import { type LabelFile, openLabelFile } from '@sluice/store/label-file'
import { LabelRows } from '@sluice/store/label-rows'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Scope from 'effect/Scope'
import { speaker } from '../src/commands/labels.ts'
import { labelBook, labellerOf, NamedColumns } from '../src/labels.ts'

const customers = { schema: 'public', name: 'customers', columns: [{ name: 'note' }] } as unknown as Relation

const label = (table: string, column: string, more: Partial<ColumnLabels> = {}): ColumnLabels => ({
  schema: 'public',
  table,
  column,
  labels: ['pii'],
  ...more,
})

test('columns that the configuration labels are missed once every database was read', () => {
  const configured = [label('customers', 'note'), label('custmers', 'e.mail')]
  const named = new NamedColumns(configured, 2)
  expect(named.foundIn('shop', { relations: [] })).toEqual([])
  expect(named.foundIn('crm', { relations: [customers] })).toEqual([
    'no database has the column `public.custmers."e.mail"` of `labels`, so nothing is masked by it',
  ])
})

test('a column of one database is missed there, though another has such a column', () => {
  const configured = [label('customers', 'note', { database: 'shop' })]
  const named = new NamedColumns(configured, 2)
  expect(named.foundIn('crm', { relations: [customers] })).toEqual([])
  expect(named.foundIn('shop', { relations: [] })).toEqual([
    'database `shop` has not the column `public.customers.note` of `labels`, so nothing is masked by it',
  ])
})

test('all labels that the configuration gives a column in a database are those that it has there', () => {
  const configured = [
    label('customers', 'n'),
    label('customers', 'n', { labels: ['internal'] }),
    label('customers', 'n', { database: 'shop', labels: ['pii.email'] }),
  ]
  const place = { schema: 'public', relation: 'customers', relationType: 'table', system: false } as const
  const column = { ...place, name: 'n', type: 'integer' }
  const namesIn = (database: string) => labellerOf(configured, database)(column).map(({ name }) => name)
  expect(namesIn('shop')).toEqual(['pii', 'internal', 'pii.email'])
  expect(namesIn('crm')).toEqual(['pii', 'internal'])
})

const nameless = () => {
  throw new Error('uv_os_get_passwd returned ENOENT')
}

test('who says which labels a column has is told by number where the account has no name', () => {
  expect(speaker(nameless)).toMatch(/^uid \d+$/)
  expect(speaker(() => ({ username: 'ana' }))).toBe('ana')
})

/** Brings the e-mail addresses of customers into their notes. */
const moving = (catalog: Catalog): Analysis => {
  const [email, note] = catalog.relation('public', 'customers')?.columns ?? []
  if (email === undefined || note === undefined) throw new Error('no columns')
  const facts = { flows: [{ sources: [email], target: note, unknown: false, direct: true }], tables: [] }
  return { facts: { ...facts, verb: 'insert' }, catalogVersion: catalog.version } as unknown as Analysis
}

const catalogOf = (): Catalog =>
  buildCatalog(
    1,
    {
      database: 'shop',
      relations: [{ id: 1, schema: 'public', name: 'customers', type: 'table', system: false }],
      columns: ['email', 'note'].map((name, at) => ({ relation: 1, name, ordinal: at + 1, type: 'text' })),
      routines: [],
    },
    () => [],
  )

describe('a label file that cannot be written', () => {
  const log = jest.fn()
  let folder: string
  let scope: Scope.Closeable
  let book: LabelBook
  /** What another process has open. */
  let other: LabelFile

  beforeEach(() => {
    jest.useFakeTimers()
    log.mockClear()
    folder = mkdtempSync(join(tmpdir(), 'sluice-book-'))
    const [file, second] = [openLabelFile(join(folder, 'labels')), openLabelFile(join(folder, 'labels'))]
    file.pragma('busy_timeout = 0')
    other = second
    scope = Effect.runSync(Scope.make())
    const opened = labelBook(
      file,
      { name: 'shop', labelsOf: 'shop' },
      { labeller: () => [], isTemporarySchema: () => false, onChange: () => undefined, log },
    )
    book = Effect.runSync(Scope.provide(opened, scope))
    const analysis = moving(catalogOf())
    book.apply(catalogOf(), 1)
    book.follow(analysis, { principal: 'dora', verb: 'insert', at: 1 })?.confirm()
    // Known by now: it is counted, and not written at once.
    book.follow(analysis, { principal: 'dora', verb: 'insert', at: 2 })
  })

  afterEach(() => {
    Effect.runSync(Scope.close(scope, Exit.void))
    jest.useRealTimers()
    other.close()
    rmSync(folder, { recursive: true })
  })

  const counted = (): readonly number[] => {
    const rows = new LabelRows(other, 'shop')
    return rows.edges().flatMap(({ id }) => rows.movesOver(id).map(({ count }) => count))
  }

  test('ends nothing and loses nothing, and is told of once until it could be written again', () => {
    other.exec('BEGIN IMMEDIATE')
    jest.advanceTimersByTime(3_000)
    expect(log.mock.calls).toEqual([
      [
        expect.stringMatching(/^labels of `shop` cannot be kept .* refused/),
        expect.objectContaining({ code: 'SQLITE_BUSY' }),
      ],
    ])
    expect(counted()).toEqual([1])
    other.exec('ROLLBACK')
    jest.advanceTimersByTime(1_000)
    expect(counted()).toEqual([2])
    book.follow(moving(catalogOf()), { principal: 'dora', verb: 'insert', at: 3 })
    other.exec('BEGIN IMMEDIATE')
    jest.advanceTimersByTime(1_000)
    expect(log).toHaveBeenCalledTimes(2)
  })

  test('lets the gateway come to its end', () => {
    other.exec('BEGIN IMMEDIATE')
    Effect.runSync(Scope.close(scope, Exit.void))
    expect(log).toHaveBeenCalledTimes(1)
  })
})
