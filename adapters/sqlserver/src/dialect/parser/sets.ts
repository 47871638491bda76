/** What one reading of a statement says it is about, for comparing readings. Names are folded. */
export type Sets = {
  /** Base tables by their last two names; CTEs are left out. */
  readonly tables: ReadonlySet<string>
  /** Last names of columns. */
  readonly columns: ReadonlySet<string>
  /** Every other name that the reader may call a column: aliases, assignment targets, parts of dates. */
  readonly others: ReadonlySet<string>
}

/** The key of a table's name. */
export const tableKey = (name: readonly (string | undefined | null)[]): string =>
  name
    .filter((part) => part !== undefined && part !== null && part !== '')
    // A temporary table is in no schema, whichever is written.
    .slice(name.at(-1)?.startsWith('#') ? -1 : -2)
    .filter((part) => part !== '@')
    .join('.')
    .toLowerCase()
