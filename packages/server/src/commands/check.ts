import { loadConfig } from '@sluice/config/load'
import * as Console from 'effect/Console'
import * as Command from 'effect/cli/Command'
import * as Effect from 'effect/Effect'
import { nowSeconds } from '../gateway.ts'
import { identityOf } from '../identity.ts'
import { configFlag } from './flags.ts'

/** `sluice check`: reads the configuration and everything it names, and says all that is wrong. */
export const check = Command.make('check', { config: configFlag }, ({ config: file }) =>
  Effect.gen(function* () {
    const config = yield* loadConfig(file, process.env)
    yield* identityOf(config, nowSeconds)
    const listeners = config.listeners.map(({ host, port, database }) => `${host}:${port} → ${database}`)
    yield* Console.log(`${config.file} is good`)
    yield* Console.log(`  listeners  ${listeners.join(', ')}`)
    yield* Console.log(`  policy     ${config.policy.file ?? 'baseline'} (${config.policy.policy.version})`)
    yield* Console.log(`  journal    ${config.journal.path}`)
  }),
).pipe(Command.withDescription('Check the configuration without running anything'))
