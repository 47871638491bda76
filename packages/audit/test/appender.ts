/** Opens statements for ever in the journal at the first argument, printing each position once it is in the file, or on disk: the second. */
import { openJournal } from '@sluice/audit/journal'
import { openingOf } from '@sluice/core/record/statement'
import type { AuditSink } from '@sluice/gateway/ports/audit-sink'
import * as Effect from 'effect/Effect'
import { statementOpened } from './journals.ts'

const path = process.argv[2] ?? ''
const reach = process.argv[3] === 'file' ? 'file' : 'disk'
const appendTo = async (journal: AuditSink): Promise<never> => {
  for (let statement = 1; ; statement += 1) {
    // Of now, as what the journal itself writes is: verification compares their times.
    const opened = { ...statementOpened('s', statement), at: Date.now() }
    const position = journal.open(openingOf(opened), reach)
    await (reach === 'file' ? journal.written(position) : journal.durable(position))
    process.stdout.write(`${position}\n`)
  }
}
const appendForEver = Effect.scoped(
  Effect.flatMap(
    openJournal({ path, limits: { checkpointEveryEntries: 50, syncWithinMs: reach === 'file' ? 10 : 0 } }),
    (journal) =>
      Effect.promise(async () => {
        await Promise.all(Array.from({ length: 8 }, () => appendTo(journal)))
      }),
  ),
)

await Effect.runPromise(appendForEver).catch((cause: unknown) => {
  process.stderr.write(`${String(cause)}\n`)
  process.exitCode = 1
})
