import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { SnapshotKeeper } from './keeper.ts'

/** A catalog that is read at start, on a timer and after `invalidate`, until its scope closes. */
export const catalogSource = <Snapshot extends { readonly hash: string }>(
  keeper: () => SnapshotKeeper<Snapshot>,
): Effect.Effect<SnapshotKeeper<Snapshot>, never, Scope> =>
  Effect.acquireRelease(Effect.sync(keeper), (made) => Effect.promise(() => made.close())).pipe(
    // Whoever stops a gateway amid its start waits for no database.
    Effect.tap((made) => Effect.promise(() => made.start())),
  )
