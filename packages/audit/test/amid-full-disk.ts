/**
 * Records in the journal at the first argument until the disk is full, which it is while there is a file at the second, and
 * on when there is room again. Prints what became of it.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { openJournal } from '@sluice/audit/journal'
import * as Effect from 'effect/Effect'
import { note, statementOpened, until } from './journals.ts'

const [path = '', full = '', syncWithinMs = ''] = process.argv.slice(2)
const told: string[] = []
const observer = {
  failed: () => void told.push('failed'),
  full: (reason: string) => void told.push(reason),
  goesOn: () => void told.push('goes on'),
}
const limits = { checkpointEveryMs: 20, syncWithinMs: Number(syncWithinMs) }

const recorded = Effect.flatMap(openJournal({ path, observer, limits }), (journal) =>
  Effect.promise(async () => {
    const kept = (position: number): Promise<string> =>
      journal.durable(position).then(
        () => 'kept',
        (cause: Error) => cause.message,
      )
    await journal.durable(journal.append(note(1)))
    writeFileSync(full, '')
    let became = 'kept'
    for (let statement = 1; became === 'kept'; statement += 1)
      became = await kept(journal.append(statementOpened('s', statement, { canonical: 'x'.repeat(50_000) })))
    const later = await kept(journal.append(note(2)))
    rmSync(full)
    await until(() => told.length > 1)
    const after = await kept(journal.append(note(3)))
    return { told, became, later, after, status: journal.status() }
  }),
)
process.stdout.write(JSON.stringify(await Effect.runPromise(Effect.scoped(recorded))))
