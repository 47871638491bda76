import type { Config, Secret } from '@sluice/config/config'
import { loadConfig } from '@sluice/config/load'
import * as Console from 'effect/Console'
import * as Command from 'effect/cli/Command'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import * as Semaphore from 'effect/Semaphore'
import { loadedListeners } from '../client-tls.ts'
import { nowSeconds, type RunningGateway, runGateway } from '../gateway.ts'
import { identityOf } from '../identity.ts'
import { addressOf } from '../listen.ts'
import { configFlag } from './flags.ts'

/** `sluice up`: runs the gateway until it is stopped. SIGHUP reads policy, principals and the listeners' certificates again. */
export const up = Command.make('up', { config: configFlag }, ({ config: file }) =>
  Effect.scoped(
    Effect.gen(function* () {
      const config = yield* loadConfig(file, process.env)
      const gateway = yield* runGateway(config)
      // Before anybody is told that it runs: until then the signal ends the process.
      yield* onHangup(reload(file, gateway, config))
      for (const listener of gateway.listeners) yield* Console.log(`sluice listens on ${addressOf(listener)}`)
      return yield* Effect.never
    }),
  ),
).pipe(
  Command.withDescription('Run the gateway; at SIGHUP it reads policy, principals and certificates again'),
)

/**
 * Where anything is wrong nothing changes, and the errors are printed. A policy that masks with a key that the gateway was
 * not started with is not taken: what it made would be under another one.
 */
const reload = (file: string, gateway: RunningGateway, started: Config): Effect.Effect<void> =>
  loadConfig(file, process.env).pipe(
    Effect.flatMap((config) =>
      Effect.all({
        config: Effect.succeed(config),
        identity: identityOf(config, nowSeconds),
        listeners: loadedListeners(config.listeners),
      }),
    ),
    Effect.flatMap(({ config: { policy, masking }, identity, listeners }) => {
      if (policy.policy.needsKey && !isSameKey(masking.key, started.masking.key))
        return stays('`masking.key` is not what it was when the gateway was started; start it anew')
      gateway.useIdentity(identity)
      gateway.usePolicy(policy.policy)
      const kept = gateway.useTls(listeners).map(addressOf)
      return Effect.andThen(
        Console.log(
          `policy ${policy.policy.version} is in force, and principals and certificates were read again`,
        ),
        Effect.forEach(kept, keeps),
      )
    }),
    Effect.catch((errors) => stays(errors.message)),
  )

const stays = (why: string): Effect.Effect<void> =>
  Console.error(`policy, principals and certificates stay as they were:\n${why}`)

const keeps = (listener: string): Effect.Effect<void> =>
  Console.error(
    `listener \`${listener}\` keeps its certificate: more of its \`tls\` is new, or the listener is gone; start the gateway anew`,
  )

const isSameKey = (one: Secret | undefined, other: Secret | undefined): boolean =>
  one !== undefined && other !== undefined && Redacted.value(one.loaded) === Redacted.value(other.loaded)

/** One at a time: a read that took long would put what is older in force again. */
const onHangup = (action: Effect.Effect<void>) => {
  const turn = Semaphore.makeUnsafe(1)
  const listener = (): void => {
    Effect.runFork(turn.withPermit(action))
  }
  return Effect.acquireRelease(
    Effect.sync(() => process.on('SIGHUP', listener)),
    () => Effect.sync(() => process.off('SIGHUP', listener)),
  )
}
