import * as Cause from 'effect/Cause'
import * as Console from 'effect/Console'
import * as Effect from 'effect/Effect'

/** Prints why a command failed, for a person: the message of an expected error, the whole of a defect. */
export const report = (cause: Cause.Cause<unknown>): Effect.Effect<void> => {
  if (Cause.hasInterruptsOnly(cause)) return Effect.void
  const failure = Cause.squash(cause)
  return Console.error(
    failure instanceof Error && Cause.hasFails(cause) ? failure.message : Cause.pretty(cause),
  )
}
