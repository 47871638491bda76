import { formatScramVerifier, makeScramVerifier } from '@sluice/identity/scram-verifier'
import * as Console from 'effect/Console'
import * as Command from 'effect/cli/Command'
import * as Prompt from 'effect/cli/Prompt'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'

/** Longest password that is read from a pipe, in bytes. */
const MAX_PASSWORD_BYTES = 64 * 1024

/** From a pipe nothing is asked and nothing but the verifier printed, so that a script can take it. */
async function firstLine(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.includes('\n') || text.length > MAX_PASSWORD_BYTES) break
  }
  return text.split(/\r?\n/, 1)[0] ?? ''
}

/** `sluice verifier`: asks for a password and prints what the principals file stores in its place. */
export const verifier = Command.make('verifier', {}, () =>
  Effect.gen(function* () {
    const password = process.stdin.isTTY
      ? Redacted.value(yield* Prompt.run(Prompt.Password({ message: 'Password' })))
      : yield* Effect.promise(firstLine)
    const made = yield* Effect.tryPromise({
      try: () => makeScramVerifier(password),
      catch: (error) => (error instanceof Error ? error : new Error('the password could not be hashed')),
    })
    yield* Console.log(formatScramVerifier(made))
  }),
).pipe(Command.withDescription('Make the stored form of a password for a principals file'))
