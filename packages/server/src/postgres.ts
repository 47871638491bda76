import { X509Certificate } from 'node:crypto'
import { postgresAdapter } from '@sluice/adapter-postgres/adapter'
import { postgresTraits } from '@sluice/adapter-postgres/analysis-traits/traits'
import { endPointBinding } from '@sluice/adapter-postgres/auth/end-point'
import type { CatalogKeeper } from '@sluice/adapter-postgres/catalog/keeper'
import { sampleValues } from '@sluice/adapter-postgres/catalog/sample'
import { postgresCatalogSource } from '@sluice/adapter-postgres/catalog/source'
import { writtenFunctions } from '@sluice/adapter-postgres/catalog/written'
import { postgresDialect } from '@sluice/adapter-postgres/dialect/dialect'
import type { ClientTls as PostgresTls } from '@sluice/adapter-postgres/startup/negotiate'
import {
  type UpstreamOptions,
  type UpstreamSource,
  upstreamSource,
} from '@sluice/adapter-postgres/upstream/source'
import { maskerFor } from '@sluice/adapter-postgres/values/masker'
import type { Database, Listener, ListenerTls } from '@sluice/config/config'
import { analyse } from '@sluice/core/analysis/analyse'
import { keyedHash } from '@sluice/core/mask/transforms/hash'
import type { Adapter } from '@sluice/gateway/ports/adapter'
import type { IdentityProvider } from '@sluice/gateway/ports/identity-provider'
import type { Governance } from '@sluice/gateway/session/governance'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { clientTls } from './client-tls.ts'
import type { Shared } from './gateway.ts'
import { labelBook, labellerOf } from './labels.ts'
import { sampleAtStart } from './start-sample.ts'
import type { DatabaseSystem, Labelling, ReadDatabase, ServedDatabase } from './system.ts'

const isTemporarySchema = (schema: string): boolean => postgresTraits.isTemporarySchema(schema)

const read = (database: Database, labelling: Labelling) =>
  Effect.gen(function* () {
    const dialect = yield* Effect.acquireRelease(
      Effect.sync(() => postgresDialect()),
      (running) => Effect.promise(() => running.close()),
    )
    const keeper = yield* postgresCatalogSource({
      connect: () => catalogConnection(database),
      dialect,
      ...labelling,
      tries: 1,
    })
    const found: ReadDatabase = {
      catalog: () => keeper.settled(),
      relabel: () => keeper.relabel(),
      sample: sampling(database),
    }
    return found
  })

const sampling =
  (database: Database): ReadDatabase['sample'] =>
  (catalog, options, take) =>
    sampleValues(catalog, { ...options, connect: () => catalogConnection(database) }, take)

const serve = (shared: Shared, database: Database, identity: IdentityProvider) =>
  Effect.gen(function* () {
    const { config, keys } = shared
    const dialect = yield* Effect.acquireRelease(
      Effect.sync(() => postgresDialect({ limits: { parseTimeoutMs: config.limits.statementParseMs } })),
      (running) => Effect.promise(() => running.close()),
    )
    const labeller = labellerOf(config.labels)
    const book = yield* labelBook(shared.store, database, labeller, isTemporarySchema, () =>
      catalog.relabel(),
    )
    const catalog: CatalogKeeper = yield* postgresCatalogSource({
      connect: () => catalogConnection(database),
      dialect,
      labeller,
      blessings: config.functions,
      relabel: (base, version) => book.apply(base, version),
      onFailure: (error) => shared.log(`catalog of \`${database.name}\` could not be read`, error),
      refreshMs: database.catalogRefreshSeconds * 1000,
    })
    yield* sampleAtStart(shared, database, { catalog, sample: sampling(database), book })
    const upstream = yield* Effect.acquireRelease(
      Effect.sync(() => upstreamSource(upstreamOptions(database), config.limits)),
      (source) => Effect.sync(() => source.close()),
    )
    const governance: Governance = {
      database: { name: database.name, system: 'postgresql', environment: database.environment },
      dialect,
      analyse: (read, known, context, names) => analyse(read, known, context, names, postgresTraits),
      catalog,
      policy: shared.policy,
      identity,
      audit: shared.audit,
      readsWaitFor: database.readsWaitFor,
      metrics: shared.metricsOf(database),
      flows: book,
      budgets: shared.budgets,
      hashValue: keyedHash(keys.values),
      now: Date.now,
    }
    const served: ServedDatabase = {
      name: database.name,
      adapter: (listener) => adapterFor(shared, upstream, governance, listener),
    }
    return served
  })

const upstreamOptions = ({ upstream, pool }: Database): UpstreamOptions => ({
  host: upstream.host,
  port: upstream.port,
  database: upstream.database,
  user: upstream.user,
  password: () => Effect.runPromise(Effect.map(upstream.password.secret(), Redacted.value)),
  tls: upstream.tls,
  channelBinding: upstream.channelBinding,
  ...(upstream.ca === undefined ? {} : { ca: upstream.ca }),
  ...(upstream.identity === undefined
    ? {}
    : { certificate: upstream.identity.certificate, key: Redacted.value(upstream.identity.key) }),
  ...(pool === undefined ? {} : { pool: { ready: pool.ready, maxAgeMs: pool.maxAgeSeconds * 1000 } }),
})

const adapterFor = (
  { config, keys, log, cancelDesk }: Shared,
  upstream: UpstreamSource,
  governance: Governance,
  listener: Listener,
): Adapter =>
  postgresAdapter({
    governance,
    upstream,
    unixSocket: listener.socketMode !== undefined,
    cancelDesk,
    ...(listener.tls === undefined ? {} : { tls: tlsOf(listener.tls) }),
    maskerFor: maskerFor(keys.mask),
    mockKey: keys.logins,
    limits: config.limits,
    log,
  })

const tlsOf = (tls: ListenerTls): PostgresTls => ({
  ...clientTls(tls),
  endPoint: endPointBinding(new X509Certificate(tls.certificate).raw),
})

/** How the catalog is read: through the ordinary driver, as the gateway's own login. */
const catalogConnection = async ({ upstream }: Database) => ({
  host: upstream.host,
  port: upstream.port,
  database: upstream.database,
  user: upstream.user,
  password: Redacted.value(await Effect.runPromise(upstream.password.secret())),
  application_name: 'sluice catalog',
  enableChannelBinding: true,
  ssl:
    upstream.tls === 'disable'
      ? false
      : {
          rejectUnauthorized: upstream.tls === 'verify-full',
          ...(upstream.ca === undefined ? {} : { ca: upstream.ca }),
          ...(upstream.identity === undefined
            ? {}
            : { cert: upstream.identity.certificate, key: Redacted.value(upstream.identity.key) }),
        },
})

/** PostgreSQL. */
export const postgresSystem: DatabaseSystem = {
  isTemporarySchema,
  read,
  functions: (database, signatures) => writtenFunctions(() => catalogConnection(database), signatures),
  serve,
}
