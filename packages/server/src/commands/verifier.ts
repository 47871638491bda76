import { formatScramVerifier, makeScramVerifier } from '@sluice/identity/scram-verifier'
import * as Console from 'effect/Console'
import * as Command from 'effect/cli/Command'
import * as Prompt from 'effect/cli/Prompt'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'

/** `sluice verifier`: asks for a password and prints what the principals file stores in its place. */
export const verifier = Command.make('verifier', {}, () =>
  Effect.gen(function* () {
    const password = Redacted.value(yield* Prompt.run(Prompt.Password({ message: 'Password' })))
    const made = yield* Effect.tryPromise({
      try: () => makeScramVerifier(password),
      catch: (error) => (error instanceof Error ? error : new Error('the password could not be hashed')),
    })
    yield* Console.log(formatScramVerifier(made))
  }),
).pipe(Command.withDescription('Make the stored form of a password for a principals file'))
