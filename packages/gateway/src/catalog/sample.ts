import type { Catalog, Column, Relation } from '@sluice/core/catalog/catalog'
import { typeFamily } from '@sluice/core/detect/type-family'

/** How values are sampled. */
export type SampleOptions = {
  /** The most rows that are read of a table. */
  readonly rows: number
  /** How long reading one table may take. */
  readonly timeoutMs: number
  /** Asked before each table: no further one is read once it says so. */
  readonly isOver?: () => boolean
  /** Hears of a table that could not be read; never of values. */
  readonly onFailure: (relation: Relation, error: unknown) => void
}

/** Hands out some values of each column, as texts, to `take`. Rejects where the database cannot be reached. */
export type Sample = (
  catalog: Catalog,
  options: SampleOptions,
  take: (column: Column, values: readonly string[]) => void,
) => Promise<void>

/** Some rows of a table, with these columns in this order, as texts. May reject: the table is passed over then. */
type RowsOf = (
  relation: Relation,
  columns: readonly Column[],
  options: SampleOptions,
) => Promise<readonly (readonly (string | null)[])[]>

/** The families of types whose values say what they are. */
const TELLING: ReadonlySet<string> = new Set(['text', 'integer', 'decimal', 'json', 'other'])

/** Samples the users' tables, one after the other; one that cannot be read is passed over. */
export const sampleTables = async (
  [catalog, options, take]: Parameters<Sample>,
  rowsOf: RowsOf,
): Promise<void> => {
  for (const relation of catalog.relations) {
    if (options.isOver?.() === true) return
    const columns = relation.columns.filter((column) => TELLING.has(typeFamily(column.type)))
    if (relation.system || relation.type !== 'table' || columns.length === 0) continue
    try {
      const rows = await rowsOf(relation, columns, options)
      for (const [i, column] of columns.entries())
        take(
          column,
          rows.flatMap((row) => row[i] ?? []),
        )
    } catch (error) {
      options.onFailure(relation, error)
    }
  }
}
