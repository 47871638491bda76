/** Appends for ever to the journal at the first argument, printing each position once it is durable. */
import { writeSync } from 'node:fs'
import { openJournal } from '@sluice/audit/journal'
import * as Effect from 'effect/Effect'
import { statementOpened } from './journals.ts'

const path = process.argv[2] as string
const appendForEver = Effect.scoped(
  Effect.flatMap(openJournal({ path, limits: { checkpointEveryEntries: 50 } }), (journal) =>
    Effect.promise(async () => {
      const one = async (): Promise<never> => {
        for (let statement = 1; ; statement += 1) {
          const position = journal.append(statementOpened('s', statement))
          await journal.durable(position)
          writeSync(1, `${position}\n`)
        }
      }
      await Promise.all(Array.from({ length: 8 }, one))
    }),
  ),
)

await Effect.runPromise(appendForEver).catch((cause: unknown) => {
  process.stderr.write(`${String(cause)}\n`)
  process.exitCode = 1
})
