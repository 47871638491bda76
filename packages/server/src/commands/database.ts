import { loadConfig } from '@sluice/config/load'
import * as Effect from 'effect/Effect'

/** The configuration has no such database. */
class NoDatabase extends Error {
  readonly _tag = 'NoDatabase'
}

/** The configuration, and the database of it that a command is about: the only one, or the one named. */
export const databaseOf = (given: { readonly config: string; readonly database: string }) =>
  Effect.gen(function* () {
    const config = yield* loadConfig(given.config, process.env)
    const [first, ...others] = config.databases
    const named = config.databases.find(({ name }) => name === given.database)
    const database = given.database === '' && others.length === 0 ? first : named
    if (database !== undefined) return { config, database }
    const names = config.databases.map(({ name }) => name).join(', ')
    const what =
      given.database === '' ? `there are ${names}` : `database \`${given.database}\` is not among ${names}`
    return yield* Effect.fail(new NoDatabase(`${what}; name one with \`--database\``))
  })
