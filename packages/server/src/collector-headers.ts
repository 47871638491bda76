import type { Secret } from '@sluice/config/config'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'

/** Headers by their names. */
export type Headers = Readonly<Record<string, string>>

/** What goes with each request to the collector. */
export type CollectorHeaders = {
  /** As it was last read. */
  readonly current: () => Headers
  /** Reads it again. What cannot be read stays as it was. Never rejects. */
  readonly renew: () => Promise<Headers>
}

/** The headers that these secrets are. `failed` hears of one that cannot be read again, once until it can. */
export const collectorHeaders = (
  secrets: Readonly<Record<string, Secret>>,
  failed: (message: string) => void,
): CollectorHeaders => {
  const unread = new Set<string>()
  let headers: Headers = Object.fromEntries(
    Object.entries(secrets).map(([name, { loaded }]) => [name, Redacted.value(loaded)]),
  )
  const readAgain = ([name, secret]: readonly [string, Secret]): Effect.Effect<readonly [string, string]> =>
    Effect.match(secret.secret(), {
      onSuccess: (value) => {
        unread.delete(name)
        return [name, Redacted.value(value)] as const
      },
      onFailure: ({ message }) => {
        if (!unread.has(name))
          failed(`the header \`${name}\` of \`telemetry.headers\` cannot be read again: ${message}`)
        unread.add(name)
        return [name, headers[name] ?? ''] as const
      },
    })
  const all = Effect.forEach(Object.entries(secrets), readAgain, { concurrency: 'unbounded' })
  return {
    current: () => headers,
    renew: async () => {
      headers = Object.fromEntries(await Effect.runPromise(all))
      return headers
    },
  }
}
