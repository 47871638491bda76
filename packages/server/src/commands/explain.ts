import { readFile } from 'node:fs/promises'
import { baselineText } from '@sluice/core/policy/packs/baseline'
import { loadPolicy } from '@sluice/core/policy/policy'
import { formatProblem } from '@sluice/core/policy/problem'
import * as Console from 'effect/Console'
import * as Argument from 'effect/cli/Argument'
import * as Command from 'effect/cli/Command'
import * as Flag from 'effect/cli/Flag'
import * as Data from 'effect/Data'
import * as Effect from 'effect/Effect'
import * as Option from 'effect/Option'
import * as Schema from 'effect/Schema'
import { catalogDocument, catalogOf } from '../explain/catalog-document.ts'
import { dialectNamed, explainDialects } from '../explain/dialects.ts'
import { type Asker, explain as explained } from '../explain/explanation.ts'
import { explainLines } from '../explain/lines.ts'
import { explanationText } from '../explain/text.ts'

/** What was asked for cannot be explained. */
class ExplainFailed extends Data.TaggedError('ExplainFailed')<{ readonly message: string }> {}

const flags = {
  sql: Argument.String('sql').pipe(Argument.withDescription('The statement'), Argument.optional),
  dialect: Flag.String('dialect').pipe(
    Flag.withAlias('d'),
    Flag.withDescription(Object.keys(explainDialects).join(', ')),
    Flag.withDefault('postgresql'),
  ),
  catalog: Flag.String('catalog').pipe(
    Flag.withDescription(
      'A JSON file with the tables: {"tables": [{"schema", "name", "columns": [{"name", "type"}]}]}',
    ),
    Flag.optional,
  ),
  policy: Flag.String('policy').pipe(
    Flag.withAlias('p'),
    Flag.withDescription('A policy file; default: the baseline'),
    Flag.optional,
  ),
  principal: Flag.String('principal').pipe(
    Flag.withDescription('Decide for this principal, e.g. ana@example.com'),
    Flag.optional,
  ),
  groups: Flag.String('groups').pipe(
    Flag.withDescription('Its groups, separated by commas'),
    Flag.withDefault(''),
  ),
  kind: Flag.Literals('kind', ['human', 'workload', 'agent']).pipe(
    Flag.withDescription('What it is'),
    Flag.withDefault('human'),
  ),
  environment: Flag.String('environment').pipe(
    Flag.withDescription('What the policy calls the database'),
    Flag.withDefault('production'),
  ),
  json: Flag.Boolean('json').pipe(Flag.withDescription('Print JSON'), Flag.withDefault(false)),
  jsonl: Flag.Boolean('jsonl').pipe(
    Flag.withDescription(
      'Read lines of {"sql", "dialect"?, "catalog"?} from standard input, write a line of result for each',
    ),
    Flag.withDefault(false),
  ),
}

/** `sluice explain`: what a statement does, where its columns come from, and what the policy says to it. */
export const explain = Command.make('explain', flags, (given) =>
  Effect.gen(function* () {
    const asker = yield* askerOf(given)
    const document = yield* catalogFile(given.catalog)
    if (given.jsonl) {
      if (Option.isSome(given.sql)) {
        const message = '`--jsonl` reads statements from standard input; leave out the one that is given'
        return yield* new ExplainFailed({ message })
      }
      const defaults = { dialect: given.dialect, catalog: document, asker }
      return yield* Effect.promise(() => explainLines(process.stdin, process.stdout, defaults))
    }
    const sql = yield* Option.match(given.sql, {
      onNone: () =>
        Effect.fail(
          new ExplainFailed({ message: 'give a statement, or `--jsonl` and lines on standard input' }),
        ),
      onSome: Effect.succeed,
    })
    const name = dialectNamed(given.dialect)
    const load = name === undefined ? undefined : explainDialects[name]
    if (load === undefined) {
      return yield* new ExplainFailed({
        message: `dialect \`${given.dialect}\` is not known; use one of ${Object.keys(explainDialects).join(', ')}`,
      })
    }
    const dialect = yield* Effect.promise(load)
    const catalog = catalogOf(document, dialect)
    const statements = yield* Effect.promise(() => explained(dialect, sql, catalog, asker))
    yield* Effect.promise(() => dialect.close())
    const text = given.json
      ? JSON.stringify(
          statements.map(({ explanation, tree }) => ({ ...explanation, tree })),
          undefined,
          2,
        )
      : statements.map(explanationText).join('\n\n')
    return yield* Console.log(text)
  }),
).pipe(Command.withDescription('Show how a statement is understood and decided'))

const textOf = (file: string): Effect.Effect<string, ExplainFailed> =>
  Effect.tryPromise({
    try: () => readFile(file, 'utf8'),
    catch: () => new ExplainFailed({ message: `\`${file}\` cannot be read; check path and permissions` }),
  })

const catalogFile = (file: Option.Option<string>) =>
  Option.match(file, {
    onNone: () => Effect.succeed({ tables: [] }),
    onSome: (path) =>
      textOf(path).pipe(
        Effect.flatMap(Schema.decodeUnknownEffect(Schema.fromJsonString(catalogDocument))),
        Effect.mapError(
          (error) => new ExplainFailed({ message: `\`${path}\` is no catalog: ${error.message}` }),
        ),
      ),
  })

type Asking = {
  readonly policy: Option.Option<string>
  readonly principal: Option.Option<string>
  readonly groups: string
  readonly kind: 'human' | 'workload' | 'agent'
  readonly environment: string
}

const askerOf = (given: Asking): Effect.Effect<Asker | undefined, ExplainFailed> =>
  Option.match(given.principal, {
    onNone: () =>
      Option.isNone(given.policy)
        ? Effect.succeed(undefined)
        : Effect.fail(
            new ExplainFailed({ message: 'a policy decides for somebody; give `--principal` too' }),
          ),
    onSome: (id) =>
      Effect.gen(function* () {
        const file = Option.getOrElse(given.policy, () => 'baseline')
        const loaded = loadPolicy(Option.isSome(given.policy) ? yield* textOf(file) : baselineText, file)
        if (!loaded.ok)
          return yield* new ExplainFailed({ message: loaded.problems.map(formatProblem).join('\n') })
        const groups = given.groups.split(',').filter((group) => group !== '')
        const principal = { id, kind: given.kind, groups, provider: 'explain' }
        return { policy: loaded.value, principal, environment: given.environment }
      }),
  })
