import { mysqlAdapter } from '@sluice/adapter-mysql/adapter'
import { mysqlTraits } from '@sluice/adapter-mysql/analysis-traits/traits'
import { rsaKeyOnce } from '@sluice/adapter-mysql/auth/rsa-key'
import type { CatalogKeeper } from '@sluice/adapter-mysql/catalog/keeper'
import { sampleValues } from '@sluice/adapter-mysql/catalog/sample'
import { mysqlCatalogSource } from '@sluice/adapter-mysql/catalog/source'
import { mysqlDialect } from '@sluice/adapter-mysql/dialect/dialect'
import { ConnectionRegister } from '@sluice/adapter-mysql/session/connections'
import { type UpstreamOptions, upstreamSource } from '@sluice/adapter-mysql/upstream/source'
import { maskerFor } from '@sluice/adapter-mysql/values/masker'
import type { Database } from '@sluice/config/config'
import { analyse } from '@sluice/core/analysis/analyse'
import { keyedHash } from '@sluice/core/mask/transforms/hash'
import type { IdentityProvider } from '@sluice/gateway/ports/identity-provider'
import type { Governance } from '@sluice/gateway/session/governance'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { clientTls } from './client-tls.ts'
import type { Shared } from './gateway.ts'
import { labelBook, labellerOf } from './labels.ts'
import { sampleAtStart } from './start-sample.ts'
import type { DatabaseSystem, Labelling, ReadDatabase, ServedDatabase } from './system.ts'

const isTemporarySchema = (schema: string): boolean => mysqlTraits.isTemporarySchema(schema)

const read = (database: Database, labelling: Labelling) =>
  Effect.gen(function* () {
    const dialect = yield* Effect.acquireRelease(
      Effect.sync(() => mysqlDialect()),
      (running) => Effect.promise(() => running.close()),
    )
    const keeper = yield* mysqlCatalogSource({
      connect: () => catalogConnection(database),
      database: database.upstream.database,
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
      Effect.sync(() => mysqlDialect({ limits: { parseTimeoutMs: config.limits.statementParseMs } })),
      (running) => Effect.promise(() => running.close()),
    )
    const labeller = labellerOf(config.labels)
    const book = yield* labelBook(shared.store, database, labeller, isTemporarySchema, () =>
      catalog.relabel(),
    )
    const catalog: CatalogKeeper = yield* mysqlCatalogSource({
      connect: () => catalogConnection(database),
      database: database.upstream.database,
      dialect,
      labeller,
      relabel: (base, version) => book.apply(base, version),
      onFailure: (error) => shared.log(`catalog of \`${database.name}\` could not be read`, error),
      refreshMs: database.catalogRefreshSeconds * 1000,
    })
    yield* sampleAtStart(shared, database, { catalog, sample: sampling(database), book })
    const governance: Governance = {
      database: { name: database.name, system: database.system, environment: database.environment },
      dialect,
      analyse: (read_, known, context, names) => analyse(read_, known, context, names, mysqlTraits),
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
    const { limits } = config
    const common = {
      governance,
      upstream: upstreamSource(upstreamOptions(database), limits),
      connections: new ConnectionRegister(),
      rsaKey: rsaKeyOnce(),
      maskerFor: maskerFor(keys.mask),
      // No rule lets files of clients through.
      localFiles: false,
      unixSocket: false,
      limits,
      log: shared.log,
    }
    const served: ServedDatabase = {
      name: database.name,
      adapter: ({ tls }) =>
        mysqlAdapter({ ...common, ...(tls === undefined ? {} : { tls: clientTls(tls) }) }),
    }
    return served
  })

const upstreamOptions = ({ upstream }: Database): UpstreamOptions => ({
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

/** How the catalog is read: through the ordinary driver, as the gateway's own login. */
const catalogConnection = async ({ upstream }: Database) => ({
  ...(upstream.host.startsWith('/')
    ? { socketPath: upstream.host }
    : { host: upstream.host, port: upstream.port }),
  user: upstream.user,
  password: Redacted.value(await Effect.runPromise(upstream.password.secret())),
  charset: 'utf8mb4',
  connectAttributes: { program_name: 'sluice catalog' },
  ...(upstream.tls === 'disable' || upstream.host.startsWith('/')
    ? {}
    : {
        ssl: {
          rejectUnauthorized: upstream.tls === 'verify-full',
          verifyIdentity: upstream.tls === 'verify-full',
          ...(upstream.ca === undefined ? {} : { ca: upstream.ca }),
          ...(upstream.identity === undefined
            ? {}
            : { cert: upstream.identity.certificate, key: Redacted.value(upstream.identity.key) }),
        },
      }),
})

/** MySQL and MariaDB. */
export const mysqlSystem: DatabaseSystem = { isTemporarySchema, read, serve }
