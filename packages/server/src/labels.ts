import type { ColumnLabels, Database } from '@sluice/config/config'
import type { Catalog, Labeller } from '@sluice/core/catalog/catalog'
import { labelColumn } from '@sluice/core/detect/label-column'
import { LabelBook } from '@sluice/store/label-book'
import { type LabelFile, LabelFileError, openLabelFile } from '@sluice/store/label-file'
import { LabelRows } from '@sluice/store/label-rows'
import { quotedName } from '@sluice/store/names'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { LabelNews } from './label-news.ts'
import type { DatabaseSystem } from './system.ts'

/** Labels from the detectors, and on top of them those that the configuration names for the database. */
export const labellerOf = (configured: readonly ColumnLabels[], database: string): Labeller => {
  const named = new Map<string, string[]>()
  for (const { database: only = database, schema, table, column, labels } of configured) {
    const at = key(schema, table, column)
    if (only === database) named.set(at, [...new Set([...(named.get(at) ?? []), ...labels])])
  }
  return ({ schema, relation, name, type, comment, system }) => {
    const labels = named.get(key(schema, relation, name)) ?? []
    const detected = system ? [] : labelColumn({ schema, table: relation, name, type, comment })
    return [
      ...labels.map((label) => ({ name: label, origin: 'config' as const, confidence: 1 })),
      ...detected,
    ]
  }
}

/**
 * Columns that the configuration labels and that no database was found to have, or not the one that it names. A misspelt one
 * masks nothing, so whoever wrote it is told.
 */
export class NamedColumns {
  #missing: readonly ColumnLabels[]
  #unread: number

  /** `databases`: how many there are. */
  constructor(configured: readonly ColumnLabels[], databases: number) {
    this.#missing = configured
    this.#unread = databases
  }

  /** To be called once for each database. What is missing, in words, once all were read. */
  foundIn(database: string, { relations }: Pick<Catalog, 'relations'>): readonly string[] {
    const found = new Set<string>()
    for (const { schema, name, columns } of relations)
      for (const column of columns) found.add(key(schema, name, column.name))
    this.#missing = this.#missing.filter(
      ({ database: only = database, schema, table, column }) =>
        only !== database || !found.has(key(schema, table, column)),
    )
    this.#unread -= 1
    return this.#unread === 0 ? this.#missing.map(missed) : []
  }
}

const missed = ({ database, schema, table, column }: ColumnLabels): string => {
  const where = database === undefined ? 'no database has' : `database \`${database}\` has not`
  return `${where} the column \`${quotedName([schema, table, column])}\` of \`labels\`, so nothing is masked by it`
}

const key = (schema: string, table: string, column: string): string => JSON.stringify([schema, table, column])

/** Opens the label file until the scope ends. `made` is called where nothing was kept in it before. */
export const labelFile = (path: string, made?: () => void): Effect.Effect<LabelFile, LabelFileError, Scope> =>
  Effect.acquireRelease(
    Effect.try({
      try: () => openLabelFile(path, made),
      catch: (cause) => (cause instanceof LabelFileError ? cause : new LabelFileError(String(cause))),
    }),
    (file) => Effect.sync(() => file.close()),
  )

/** How often another process's labels are looked for, such as those of `sluice labels set`. */
const POLL_MS = 1_000

/** Runs what may fail, and tells of it once until it has worked again. */
const toldOnce = (failed: (error: unknown) => void): ((run: () => void) => void) => {
  let isTold = false
  return (run) => {
    try {
      run()
      isTold = false
    } catch (error) {
      if (!isTold) failed(error)
      isTold = true
    }
  }
}

/** What labels a book keeps, and who hears of what becomes of them. */
type Labelling = {
  readonly labeller: Labeller
  readonly isTemporarySchema: DatabaseSystem['isTemporarySchema']
  readonly onChange: () => void
  readonly log: (message: string, error: unknown) => void
  /** Where other books of the process hear of what this one writes. Absent: there are none. */
  readonly news?: LabelNews
}

/** A database, and under whose name its labels are kept. */
type LabelledDatabase = Pick<Database, 'name' | 'labelsOf'>

/** What the file has of a database. What was kept before it shared another's labels is among them. */
export const labelRows = (file: LabelFile, { name, labelsOf }: LabelledDatabase): LabelRows => {
  const rows = new LabelRows(file, labelsOf)
  if (name !== labelsOf) rows.adopt(name)
  return rows
}

/**
 * The labels of one database, kept up to date until the scope ends. A file that cannot be written ends nothing: what
 * moves labelled values anew is refused meanwhile, the log says so once, and it is tried again every second.
 */
export const labelBook = (
  file: LabelFile,
  database: LabelledDatabase,
  { log, news, onChange, ...labelling }: Labelling,
) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const attempt = toldOnce((error) =>
        log(
          `labels of \`${database.name}\` cannot be kept in the file of \`store.path\`; statements that move labelled values anew are refused until they can`,
          error,
        ),
      )
      const told = (): void => {
        onChange()
        news?.tell(database.labelsOf, poll)
      }
      const rows = labelRows(file, database)
      const book = new LabelBook({ ...labelling, rows, onChange: told, now: Date.now })
      const poll = (): void => attempt(() => book.poll())
      const timer = setInterval(poll, POLL_MS).unref()
      const leave = news?.join(database.labelsOf, poll)
      return { book, timer, attempt, leave }
    }),
    ({ book, timer, attempt, leave }) =>
      Effect.sync(() => {
        clearInterval(timer)
        leave?.()
        attempt(() => book.close())
      }),
  ).pipe(Effect.map(({ book }) => book))
