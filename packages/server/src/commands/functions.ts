import { type Blessing, blessingOf } from '@sluice/core/catalog/blessing'
import * as Console from 'effect/Console'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import * as Data from 'effect/Data'
import * as Effect from 'effect/Effect'
import type { WrittenFunction } from '../system.ts'
import { systemOf } from '../systems.ts'
import { databaseOf } from './database.ts'
import { configFlag, databaseFlag } from './flags.ts'

/** The command cannot do what it was asked for. */
class FunctionsFailed extends Data.TaggedError('FunctionsFailed')<{ readonly message: string }> {}

/** How a function stands. `changed`: it is not the definition that was reviewed. `missing`: there is none. */
type Standing = 'blessed' | 'changed' | 'missing' | 'not blessed'

/** One function and what was said of it. */
type Standings = readonly {
  readonly function: string
  readonly language: string | null
  readonly definition: string | null
  readonly standing: Standing
}[]

const flags = { config: configFlag, database: databaseFlag }

/** Only called as triggers, by nobody's statement. */
const TRIGGERS: ReadonlySet<string> = new Set(['trigger', 'event_trigger'])

/** How the functions of a database stand to what the configuration says of them. */
const standings = (found: readonly WrittenFunction[], blessings: readonly Blessing[]): Standings => {
  const said = new Set(blessings.map(({ signature }) => signature))
  const there = new Set(found.map(({ signature }) => signature))
  return [
    ...[...said]
      .filter((signature) => !there.has(signature))
      .map((signature) => ({
        function: signature,
        language: null,
        definition: null,
        standing: 'missing' as const,
      })),
    ...found
      .filter(({ returns }) => !TRIGGERS.has(returns))
      .map((one) => ({
        function: one.signature,
        language: one.language,
        definition: one.definition,
        standing: standingOf(one, blessings, said),
      })),
  ]
}

const standingOf = (
  found: WrittenFunction,
  blessings: readonly Blessing[],
  said: ReadonlySet<string>,
): Standing => {
  if (blessingOf(blessings, found) !== undefined) return 'blessed'
  return said.has(found.signature) ? 'changed' : 'not blessed'
}

const read = (given: { readonly config: string; readonly database: string }, only?: string) =>
  Effect.gen(function* () {
    const { config, database } = yield* databaseOf(given)
    const { functions: written } = systemOf(database)
    if (written === undefined)
      return yield* new FunctionsFailed({
        message: `functions of \`${database.name}\` cannot be blessed yet`,
      })
    const named = config.functions.map(({ signature }) => signature)
    const found = yield* Effect.tryPromise({
      try: async () => {
        if (only !== undefined) return written(database, [only])
        // Those of extensions are among them where somebody blessed one.
        const all = [...(await written(database)), ...(await written(database, named))]
        return [...new Map(all.map((one) => [one.id, one])).values()]
      },
      catch: () =>
        new FunctionsFailed({ message: `\`${database.name}\` cannot be read; is it reachable, or locked?` }),
    })
    return { found, blessings: config.functions }
  })

const list = Command.make(
  'list',
  {
    ...flags,
    json: Flag.Boolean('json').pipe(Flag.withDescription('Print JSON'), Flag.withDefault(false)),
  },
  (given) =>
    Effect.gen(function* () {
      const { found, blessings } = yield* read(given)
      const all = standings(found, blessings)
      if (given.json) return yield* Console.log(JSON.stringify(all, undefined, 2))
      for (const { standing, language, function: name } of all)
        yield* Console.log(`${standing.padEnd(12)} ${name}${language === null ? '' : ` (${language})`}`)
    }),
).pipe(Command.withDescription('Show the functions of a database, and which of them are blessed'))

const show = Command.make(
  'show',
  {
    ...flags,
    function: Argument.String('function').pipe(
      Argument.withDescription('The function as `list` prints it: `public.risk(integer,text)`'),
    ),
  },
  (given) =>
    Effect.gen(function* () {
      const { found, blessings } = yield* read(given, given.function)
      const [one] = found
      if (one?.definition == null)
        return yield* new FunctionsFailed({
          message: `there is no function \`${given.function}\`; write it as \`sluice functions list\` prints it`,
        })
      yield* Console.log(one.text ?? '')
      const said = new Set(blessings.map(({ signature }) => signature))
      yield* Console.log(`# ${standingOf(one, blessings, said)}. An entry of \`functions\` for it begins:`)
      yield* Console.log(
        `# - { function: ${JSON.stringify(one.signature)}, definition: "${one.definition}", result: … }`,
      )
    }),
).pipe(Command.withDescription('Show the definition of a function, and how it is blessed'))

/** `sluice functions`: which functions there are to review, and whether a review still counts. */
export const functions = Command.make('functions').pipe(
  Command.withDescription('The functions that reviewers have blessed, or could'),
  Command.withSubcommands([list, show]),
)
