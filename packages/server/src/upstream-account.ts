import type { Database } from '@sluice/config/config'
import type { UpstreamAccount } from '@sluice/gateway/ports/upstream'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'

/** Where a database is, and the gateway's own login there, as adapters take them. */
export const upstreamAccount = ({ upstream }: Database): UpstreamAccount => ({
  host: upstream.host,
  port: upstream.port,
  database: upstream.database,
  user: upstream.user,
  password: () => Effect.runPromise(Effect.map(upstream.password.secret(), Redacted.value)),
  tls: upstream.tls,
  ...(upstream.ca === undefined ? {} : { ca: upstream.ca }),
  ...(upstream.identity === undefined
    ? {}
    : { certificate: upstream.identity.certificate, key: Redacted.value(upstream.identity.key) }),
})
