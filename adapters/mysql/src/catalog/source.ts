import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { CatalogKeeper, type CatalogOptions } from './keeper.ts'

/** A catalog source that reads at start, on a timer and after `invalidate`, until its scope closes. */
export const mysqlCatalogSource = (options: CatalogOptions): Effect.Effect<CatalogKeeper, never, Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const keeper = new CatalogKeeper(options)
      await keeper.start()
      return keeper
    }),
    (keeper) => Effect.promise(() => keeper.close()),
  )
