import type { Catalog } from '@sluice/core/catalog/catalog'

/** What is known of a database, kept fresh. */
export type CatalogSource = {
  /** The newest catalog, or undefined while none is fresh: then wait for `settled`. */
  current(): Catalog | undefined
  /** Resolves with a catalog at least as new as the last `invalidate` before the call. */
  settled(): Promise<Catalog>
  /** DDL was seen: what is held is stale from now on. */
  invalidate(): void
}
