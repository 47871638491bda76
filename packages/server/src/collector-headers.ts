import { validateHeaderValue } from 'node:http'
import type { Secret } from '@sluice/config/config'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'

/** Headers by their names. */
type Headers = Readonly<Record<string, string>>

/** What goes with each request to the collector. */
type CollectorHeaders = {
  /** As it was last read. */
  readonly current: () => Headers
  /** Reads it again. What cannot be read stays as it was. Never rejects. */
  readonly renew: () => Promise<Headers>
}

/** Node throws amid a request for a value that is none. */
const isHeaderValue = (name: string, value: string): boolean => {
  try {
    validateHeaderValue(name, value)
    return true
  } catch {
    return false
  }
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
  const kept = (name: string, problem: string): readonly [string, string] => {
    if (!unread.has(name))
      failed(`the header \`${name}\` of \`telemetry.headers\` cannot be read again: ${problem}`)
    unread.add(name)
    return [name, headers[name] ?? '']
  }
  const readAgain = ([name, secret]: readonly [string, Secret]): Effect.Effect<readonly [string, string]> =>
    Effect.match(secret.secret(), {
      onSuccess: (secret) => {
        const value = Redacted.value(secret)
        if (!isHeaderValue(name, value)) return kept(name, 'it holds a character that no header may have')
        unread.delete(name)
        return [name, value] as const
      },
      onFailure: ({ message }) => kept(name, message),
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
