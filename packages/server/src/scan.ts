import type { Config, Database } from '@sluice/config/config'
import type { Catalog, Column } from '@sluice/core/catalog/catalog'
import type { Label } from '@sluice/core/catalog/label'
import type { LabelRows, ScannedRow } from '@sluice/store/label-rows'
import { columnName, labelNames } from '@sluice/store/names'
import { noteScan } from '@sluice/store/scanned'
import * as Effect from 'effect/Effect'
import { labelBook, labelFile, labellerOf, labelRows } from './labels.ts'
import { reasonOf } from './reason.ts'
import { type Sampling, samplesOf } from './samples.ts'
import { systemOf } from './systems.ts'

/** The database cannot be scanned. */
class ScanFailed extends Error {
  readonly _tag = 'ScanFailed'
}

/** A column of the users' and its labels. */
export type Labelled = {
  readonly column: string
  readonly type: string
  readonly labels: readonly Label[]
}

/** What reading a database's columns found. */
type Scan = {
  readonly rows: LabelRows
  readonly columns: readonly Labelled[]
  /** Tables whose values could not be read. */
  readonly unread: readonly string[]
}

/** Reads the columns of a database and their labels; with `sampling`, looks at values and keeps what they say. */
export const readColumns = (config: Config, database: Database, sampling: Sampling) =>
  Effect.gen(function* () {
    const file = yield* labelFile(config.store.path)
    const rows = labelRows(file, database)
    const labeller = labellerOf(config.labels, database.labelsOf)
    const { isTemporarySchema, read } = systemOf(database)
    const book = yield* labelBook(file, database, {
      labeller,
      isTemporarySchema,
      onChange: () => undefined,
      // It moves nothing, and what it cannot keep ends it below.
      log: () => undefined,
    })
    let why = ''
    const found = yield* read(database, {
      onFailure: (error) => {
        why = ` (${reasonOf(error)})`
      },
      labeller,
      blessings: config.functions,
      relabel: (base, version) => book.apply(base, version),
    })
    const failed = () =>
      new ScanFailed(
        `the catalog of \`${database.name}\` cannot be read${why}; is it reachable, and are \`user\` and \`password\` right?`,
      )
    const before = yield* Effect.tryPromise({ try: () => found.catalog(), catch: failed })
    if (sampling.rows === 0) return scanOf(rows, before, [])
    const { samples, unread } = yield* Effect.tryPromise({
      try: () => samplesOf(found.sample, before, sampling),
      catch: (cause) =>
        new ScanFailed(
          `the values of \`${database.name}\` cannot be read (${reasonOf(cause)}); is it reachable?`,
        ),
    })
    noteScan(rows, samples, Date.now())
    book.reload()
    found.relabel()
    return scanOf(rows, yield* Effect.tryPromise({ try: () => found.catalog(), catch: failed }), unread)
  })

const scanOf = (rows: LabelRows, catalog: Catalog, unread: readonly string[]): Scan => ({
  rows,
  unread,
  columns: catalog.relations
    .filter(({ system }) => !system)
    .flatMap(({ columns }) =>
      columns.map((column) => ({ column: columnName(column), type: column.type, labels: allOf(column) })),
    ),
})

/** A column of a view has the labels of what it shows. */
const allOf = (column: Column): readonly Label[] => [
  ...new Map(
    [column, ...(column.derivedFrom?.sources ?? [])].flatMap(({ labels }) =>
      labels.map((label) => [label.name, label] as const),
    ),
  ).values(),
]

/** As it is kept to be compared with. */
export const scannedRows = (columns: readonly Labelled[]): readonly ScannedRow[] =>
  columns.map(({ column, type, labels }) => ({ column, type, labels: labelNames(labels) }))
