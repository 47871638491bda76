import { loadConfig } from '@sluice/config/load'
import { runGateway } from '@sluice/server/gateway'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import { finished, started } from './progress.ts'
import type { Screen } from './screen.ts'

/** Starts the gateway in this process, from a configuration file. It ends with the scope. */
export const startGateway = (screen: Screen, configFile: string): Effect.Effect<void, unknown, Scope> =>
  Effect.gen(function* () {
    const since = started(screen, 'starting the gateway')
    const config = yield* loadConfig(configFile, process.env)
    yield* runGateway(config)
    finished(screen, since)
  })
