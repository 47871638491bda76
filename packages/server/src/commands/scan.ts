import * as Console from 'effect/Console'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import * as Effect from 'effect/Effect'
import { readColumns, scannedRows } from '../scan.ts'
import { columnLines, columnsJson } from './columns.ts'
import { databaseOf } from './database.ts'
import { configFlag, databaseFlag } from './flags.ts'

const defaultRows = 200
const defaultTimeoutSeconds = 5

const flags = {
  config: configFlag,
  database: databaseFlag,
  rows: Flag.Int('rows').pipe(
    Flag.withDescription(
      `The most rows that are read of a table (default ${defaultRows}); 0: no values are read`,
    ),
    Flag.withDefault(defaultRows),
  ),
  timeout: Flag.Int('timeout').pipe(
    Flag.withDescription(`How long reading a table may take, in seconds (default ${defaultTimeoutSeconds})`),
    Flag.withDefault(defaultTimeoutSeconds),
  ),
  json: Flag.Boolean('json').pipe(Flag.withDescription('Print JSON'), Flag.withDefault(false)),
}

/** `sluice scan`: what the columns of a database hold, by their declarations and a sample of their values. */
export const scan = Command.make('scan', flags, (given) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { config, database } = yield* databaseOf(given)
      const sampling = { rows: Math.max(0, given.rows), timeoutMs: Math.max(1, given.timeout) * 1000 }
      const { rows, columns, unread } = yield* readColumns(config, database, sampling)
      rows.together(() => rows.setScanned(scannedRows(columns), Date.now()))
      if (given.json) return yield* Console.log(columnsJson(columns))
      for (const line of columnLines(columns)) yield* Console.log(line)
      for (const table of unread)
        yield* Console.error(`the values of \`${table}\` could not be read in time, or not at all`)
    }),
  ),
).pipe(Command.withDescription('Label the columns of a database, and keep what was found'))
