import type { Config, Secret } from '@sluice/config/config'
import { loadConfig } from '@sluice/config/load'
import * as Console from 'effect/Console'
import * as Command from 'effect/cli/Command'
import * as Effect from 'effect/Effect'
import * as Queue from 'effect/Queue'
import * as Redacted from 'effect/Redacted'
import { loadedListeners } from '../client-tls.ts'
import { nowSeconds, type RunningGateway, runGateway } from '../gateway.ts'
import { identityOf } from '../identity.ts'
import { addressOf } from '../listen.ts'
import { configFlag } from './flags.ts'

/** `sluice up`: runs the gateway until it is stopped. SIGHUP reads policy, principals and the listeners' certificates again. */
export const up = Command.make('up', { config: configFlag }, ({ config: file }) =>
  Effect.scoped(
    Effect.gen(function* () {
      goesOnUnread()
      const hangups = yield* hangupsTaken
      const config = yield* loadConfig(file, process.env)
      const gateway = yield* runGateway(config, endsBadly)
      yield* Effect.forkScoped(
        Effect.forever(Queue.take(hangups).pipe(Effect.andThen(reload(file, gateway, config)))),
      )
      if (gateway.isStoreNew) yield* Console.log(beginsAnew(config.store.path))
      for (const listener of gateway.listeners) yield* Console.log(`sluice listens on ${addressOf(listener)}`)
      return yield* Effect.never
    }),
  ),
).pipe(
  Command.withDescription('Run the gateway; at SIGHUP it reads policy, principals and certificates again'),
)

/** However it is stopped: not everything that happened is on the record. */
const endsBadly = (): void => {
  process.exitCode = 1
}

/** Whoever read what it prints may be gone: that is no reason to break sessions off, with their records open. */
const goesOnUnread = (): void => {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined)
}

/** Who gave the journal another name in the file may not have meant it. */
const beginsAnew = (path: string): string =>
  `labels that were set or followed, and budgets, begin anew in \`${path}\`, which had none; at a first start that is right, and if they were kept in another file, name that in \`store.path\``

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
    Effect.flatMap(({ config, identity, listeners }) => {
      const { policy, masking } = config
      if (policy.policy.needsKey && !isSameKey(masking.key, started.masking.key))
        return stays('`masking.key` is not what it was when the gateway was started; start it anew')
      gateway.useIdentity(identity)
      gateway.usePolicy(policy.policy)
      const kept = gateway.useTls(listeners).map(addressOf)
      return Effect.andThen(
        Console.log(
          `policy ${policy.policy.version} is in force, and principals and certificates were read again`,
        ),
        Effect.forEach([...kept.map(keeps), ...notTaken(config, started)], (told) => Console.error(told)),
      )
    }),
    Effect.catch((errors) => stays(errors.message)),
    Effect.catchDefect((defect) =>
      Console.error(`what SIGHUP asked for was not done, or not all of it: ${String(defect)}`),
    ),
  )

const stays = (why: string): Effect.Effect<void> =>
  Console.error(`policy, principals and certificates stay as they were:\n${why}`)

const keeps = (listener: string): string =>
  `listener \`${listener}\` keeps its certificate: more of its \`tls\` is new, or the listener is gone; start the gateway anew`

/** What counts from a start on alone. */
const settled = [
  'databases',
  'labels',
  'functions',
  'masking',
  'journal',
  'store',
  'instances',
  'telemetry',
  'limits',
] as const satisfies readonly (keyof Config)[]

/** Whoever changed it would take it for in force. Of secrets only the masking key is compared: others are read when needed. */
const notTaken = (now: Config, started: Config): readonly string[] =>
  [
    ...settled.filter((key) => JSON.stringify(now[key]) !== JSON.stringify(started[key])),
    ...(isOtherKey(now.masking.key, started.masking.key) ? ['masking'] : []),
    ...(placesOf(now) === placesOf(started) ? [] : ['listeners']),
  ].map((key) => `\`${key}\` stays as it was, though it is another in the file; start the gateway anew`)

/** Where it listens and whether with TLS: what TLS shows is told by listener. */
const placesOf = ({ listeners }: Config): string =>
  JSON.stringify(listeners.map(({ tls, ...place }) => ({ ...place, hasTls: tls !== undefined })))

const isOtherKey = (one: Secret | undefined, other: Secret | undefined): boolean =>
  one?.origin === other?.origin && one !== undefined && !isSameKey(one, other)

const isSameKey = (one: Secret | undefined, other: Secret | undefined): boolean =>
  one !== undefined && other !== undefined && Redacted.value(one.loaded) === Redacted.value(other.loaded)

/**
 * SIGHUPs, from before the start until the process is gone: the signal would end the process, records and goodbyes with it. One
 * that comes amid the start counts when the gateway runs, and those that come while one is followed count as one.
 */
const hangupsTaken = Effect.gen(function* () {
  const hangups = yield* Queue.sliding<'hangup'>(1)
  process.on('SIGHUP', () => Queue.offerUnsafe(hangups, 'hangup'))
  return hangups
})
