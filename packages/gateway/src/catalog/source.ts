import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { SnapshotKeeper } from './keeper.ts'

/** A catalog that is read at start, on a timer and after `invalidate`, until its scope closes. */
export const catalogSource = <Snapshot extends { readonly hash: string }>(
  keeper: () => SnapshotKeeper<Snapshot>,
): Effect.Effect<SnapshotKeeper<Snapshot>, never, Scope> =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const made = keeper()
      await made.start()
      return made
    }),
    (made) => Effect.promise(() => made.close()),
  )
