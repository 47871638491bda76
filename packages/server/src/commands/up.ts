import { loadConfig } from '@sluice/config/load'
import * as Console from 'effect/Console'
import * as Command from 'effect/cli/Command'
import * as Effect from 'effect/Effect'
import { type RunningGateway, runGateway } from '../gateway.ts'
import { configFlag } from './flags.ts'

/** `sluice up`: runs the gateway until it is stopped. SIGHUP reads the policy again. */
export const up = Command.make('up', { config: configFlag }, ({ config: file }) =>
  Effect.scoped(
    Effect.gen(function* () {
      const config = yield* loadConfig(file, process.env)
      const gateway = yield* runGateway(config)
      for (const { host, port } of gateway.listeners) yield* Console.log(`sluice listens on ${host}:${port}`)
      yield* onHangup(reload(file, gateway))
      return yield* Effect.never
    }),
  ),
).pipe(Command.withDescription('Run the gateway'))

/** A policy with errors changes nothing: the one in force stays, and the errors are printed. */
const reload = (file: string, gateway: RunningGateway): Effect.Effect<void> =>
  loadConfig(file, process.env).pipe(
    Effect.flatMap(({ policy }) => {
      gateway.usePolicy(policy.policy)
      return Console.log(`policy ${policy.policy.version} is in force`)
    }),
    Effect.catch((errors) => Console.error(`the policy in force stays:\n${errors.message}`)),
  )

const onHangup = (action: Effect.Effect<void>) => {
  const listener = (): void => {
    Effect.runFork(action)
  }
  return Effect.acquireRelease(
    Effect.sync(() => process.on('SIGHUP', listener)),
    () => Effect.sync(() => process.off('SIGHUP', listener)),
  )
}
