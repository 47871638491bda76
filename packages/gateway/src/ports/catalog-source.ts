import type { Catalog } from '@sluice/core/catalog/catalog'

/** A table or a view by its full name, as catalogs have it. */
export type TableName = { readonly schema: string; readonly name: string }

/** What is known of a database, kept fresh. */
export type CatalogSource = {
  /** The newest catalog, or undefined while none is fresh: then wait for `settled`. */
  current(): Catalog | undefined
  /** The last catalog that was read, stale or not: for statements that name nothing it could have. */
  last(): Catalog | undefined
  /** Resolves with a catalog at least as new as the last `invalidate` before the call. */
  settled(): Promise<Catalog>
  /** Resolves with a catalog whose reading began after the call; what is held stays fresh meanwhile. */
  reread(): Promise<Catalog>
  /**
   * DDL was seen: what is held is stale from now on. `tables`: what may have changed is these and what hangs on them, so that
   * the rest need not be read anew; absent: anything may have.
   */
  invalidate(tables?: readonly TableName[]): void
}
