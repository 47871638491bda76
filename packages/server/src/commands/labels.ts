import { userInfo } from 'node:os'
import type { Label } from '@sluice/core/catalog/label'
import { nameParts, quotedName } from '@sluice/store/names'
import { differences } from '@sluice/store/scanned'
import { cameFrom, changesOf, sayOf } from '@sluice/store/spoken'
import * as Console from 'effect/Console'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import * as Data from 'effect/Data'
import * as Effect from 'effect/Effect'
import { labelFile, labelRows } from '../labels.ts'
import { readColumns, scannedRows } from '../scan.ts'
import { columnLines, columnsJson } from './columns.ts'
import { databaseOf } from './database.ts'
import { configFlag, databaseFlag } from './flags.ts'

/** The command cannot do what it was asked for. */
class LabelsFailed extends Data.TaggedError('LabelsFailed')<{ readonly message: string }> {}

const flags = { config: configFlag, database: databaseFlag }

const columnArgument = Argument.String('column').pipe(
  Argument.withDescription('The column as `schema.table.column`; a name with a dot in double quotes'),
)

const jsonFlag = Flag.Boolean('json').pipe(Flag.withDescription('Print JSON'), Flag.withDefault(false))

const rowsOf = (given: { readonly config: string; readonly database: string }) =>
  Effect.gen(function* () {
    const { config, database } = yield* databaseOf(given)
    return labelRows(yield* labelFile(config.store.path), database)
  })

const partsOf = (text: string) => {
  const parts = nameParts(text)
  return parts.length === 3
    ? Effect.succeed(parts)
    : Effect.fail(new LabelsFailed({ message: `\`${text}\` is no \`schema.table.column\`` }))
}

const LABEL = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9][a-z0-9-]*)*$/

/** As `list` and `diff` find the columns: their labels, without looking at values anew. */
const readNow = (given: { readonly config: string; readonly database: string }) =>
  Effect.flatMap(databaseOf(given), ({ config, database }) =>
    readColumns(config, database, { rows: 0, timeoutMs: 0 }),
  )

const list = Command.make('list', { ...flags, json: jsonFlag }, (given) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { columns } = yield* readNow(given)
      yield* Console.log(given.json ? columnsJson(columns) : columnLines(columns).join('\n'))
    }),
  ),
).pipe(Command.withDescription('Show the columns that have labels, and who says so'))

const diff = Command.make('diff', { ...flags, json: jsonFlag }, (given) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { rows, columns } = yield* readNow(given)
      if (rows.scannedAt() === undefined)
        return yield* new LabelsFailed({
          message: 'there is no scan to compare with; run `sluice scan` first',
        })
      const found = differences(rows.scanned(), scannedRows(columns))
      if (given.json) return yield* Console.log(JSON.stringify(found, undefined, 2))
      if (found.length === 0) return yield* Console.log('nothing has changed since the last scan')
      for (const { column, before, now } of found) yield* Console.log(differenceLine(column, before, now))
    }),
  ),
).pipe(Command.withDescription('Show columns that came, went or have other labels since the last scan'))

const differenceLine = (column: string, before: string | undefined, now: string | undefined): string => {
  if (before === undefined) return `+ ${column}: ${now || 'none'}`
  if (now === undefined) return `- ${column}: ${before || 'none'}`
  return `~ ${column}: ${before || 'none'} → ${now || 'none'}`
}

type Given = { readonly config: string; readonly database: string; readonly column: string }

const say = (given: Given, labels: readonly string[] | undefined) =>
  Effect.scoped(
    Effect.gen(function* () {
      const wrong = labels?.find((label) => !LABEL.test(label))
      if (wrong !== undefined)
        return yield* new LabelsFailed({ message: `\`${wrong}\` is no label; write it like \`pii.email\`` })
      const rows = yield* rowsOf(given)
      const parts = yield* partsOf(given.column)
      const said = labels?.map((name): Label => ({ name, origin: 'human', confidence: 1 }))
      sayOf(rows, parts, said, { who: speaker(), at: Date.now() })
    }),
  ).pipe(Effect.andThen(labels === undefined ? Effect.void : lookedFor(given)))

/** A misspelt column masks nothing, so whoever wrote it is told. It is kept: its table may be made later. */
const lookedFor = (given: Given) =>
  Effect.scoped(
    Effect.gen(function* () {
      const name = quotedName(yield* partsOf(given.column))
      const warning = yield* Effect.match(readNow(given), {
        onSuccess: ({ columns }) =>
          columns.some(({ column }) => column === name)
            ? undefined
            : `no column \`${name}\` is there now: the labels are kept for one that comes, and mask nothing until then; correct the name, or take them back with \`unset\``,
        onFailure: ({ message }) =>
          `whether there is a column \`${name}\` could not be looked up: ${message}`,
      })
      if (warning !== undefined) yield* Console.error(warning)
    }),
  )

/** In a container the account may be a number that has no name. */
export const speaker = (account: () => { readonly username: string } = userInfo): string => {
  try {
    return account().username
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`
  }
}

const set = Command.make(
  'set',
  {
    ...flags,
    column: columnArgument,
    labels: Argument.String('label').pipe(
      Argument.withDescription('Its labels, such as `pii.email`'),
      Argument.variadic({ min: 1 }),
    ),
  },
  (given) => say(given, given.labels),
).pipe(Command.withDescription('Say which labels a column has, whatever else says'))

const clear = Command.make('clear', { ...flags, column: columnArgument }, (given) => say(given, [])).pipe(
  Command.withDescription('Say that a column has no labels, whatever else says'),
)

const unset = Command.make('unset', { ...flags, column: columnArgument }, (given) =>
  say(given, undefined),
).pipe(Command.withDescription('Take back what `set` or `clear` said'))

const why = Command.make('why', { ...flags, column: columnArgument, json: jsonFlag }, (given) =>
  Effect.scoped(
    Effect.gen(function* () {
      const rows = yield* rowsOf(given)
      const found = cameFrom(rows, yield* partsOf(given.column))
      if (given.json) return yield* Console.log(JSON.stringify(found, undefined, 2))
      if (found.length === 0)
        return yield* Console.log(
          'nothing is known to have been brought into it; `sluice labels list` says what labels it has, and by what',
        )
      for (const { from, direct, labels, principal, verb, first, last, count } of found)
        yield* Console.log(
          `${from}${labels === '' ? '' : ` (${labels})`} ${direct ? 'as it is' : 'computed'}, by ${principal} with ${verb}, ${count} times from ${first} to ${last}`,
        )
    }),
  ),
).pipe(Command.withDescription('Show where the values of a column came from, who moved them, and when'))

const history = Command.make('history', { ...flags, json: jsonFlag }, (given) =>
  Effect.scoped(
    Effect.gen(function* () {
      const changes = changesOf(yield* rowsOf(given))
      if (given.json) return yield* Console.log(JSON.stringify(changes, undefined, 2))
      for (const { at, who, origin, column, old, now } of changes)
        yield* Console.log(`${at} ${column}: ${old} → ${now} (${origin}, ${who})`)
    }),
  ),
).pipe(Command.withDescription('Show every change of labels: who or what made it, when, from what to what'))

/** `sluice labels`: what people say of columns, where values came from, and what has changed. */
export const labels = Command.make('labels').pipe(
  Command.withDescription('The labels of columns, and where values came from'),
  Command.withSubcommands([list, diff, set, clear, unset, why, history]),
)
