import * as Effect from 'effect/Effect'
import type { Config, Secret, Telemetry } from '../config.ts'
import type { ConfigFile } from '../schema/file.ts'
import { isInTheClear, type Resolving, splitAddress } from './context.ts'
import { resolveSecret } from './secrets.ts'

/** What is exported and where to, with what the collector wants to see. */
export const resolveTelemetry = Effect.fnUntraced(function* (resolving: Resolving, file: ConfigFile) {
  if (file.telemetry === undefined) return {}
  const { endpoint, headers: given, prometheus: address, serviceName = 'sluice' } = file.telemetry
  const prometheus = address === undefined ? undefined : splitAddress(address)
  if (address !== undefined && prometheus === undefined)
    resolving.wrong('telemetry.prometheus', 'has a port above 65535; use a lower one')
  const url = endpoint === undefined ? null : URL.parse(endpoint)
  if (endpoint !== undefined && url === null)
    resolving.wrong('telemetry.endpoint', 'has no host or port that can be; correct it')
  if (url !== null && given !== undefined && isInTheClear(url))
    resolving.wrong(
      'telemetry.endpoint',
      'must be an https address where `headers` are sent: whoever is on the way could read them',
    )
  const headers: Record<string, Secret> = {}
  for (const [name, reference] of Object.entries(given ?? {})) {
    const secret = yield* resolveSecret(resolving, `telemetry.headers.${name}`, reference)
    if (secret !== undefined) headers[name] = secret
  }
  const telemetry: Telemetry = {
    serviceName,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(given === undefined ? {} : { headers }),
    ...(prometheus === undefined ? {} : { prometheus }),
  }
  const resolved: Pick<Config, 'telemetry'> = { telemetry }
  return resolved
})
