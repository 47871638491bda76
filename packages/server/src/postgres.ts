import { postgresAdapter } from '@sluice/adapter-postgres/adapter'
import { postgresTraits } from '@sluice/adapter-postgres/analysis-traits/traits'
import { loggedIn } from '@sluice/adapter-postgres/catalog/driver'
import { CatalogKeeper } from '@sluice/adapter-postgres/catalog/keeper'
import { sampleValues } from '@sluice/adapter-postgres/catalog/sample'
import { writtenFunctions } from '@sluice/adapter-postgres/catalog/written'
import { postgresDialect } from '@sluice/adapter-postgres/dialect/dialect'
import { type UpstreamOptions, upstreamSource } from '@sluice/adapter-postgres/upstream/source'
import { maskersFor } from '@sluice/adapter-postgres/values/masker'
import type { Database } from '@sluice/config/config'
import * as Effect from 'effect/Effect'
import { databaseSystem } from './database-system.ts'
import type { DatabaseSystem } from './system.ts'
import { upstreamAccount } from './upstream-account.ts'

const upstreamOptions = (database: Database): UpstreamOptions => ({
  ...upstreamAccount(database),
  channelBinding: database.upstream.channelBinding,
  ...(database.pool && {
    pool: { ready: database.pool.ready, maxAgeMs: database.pool.maxAgeSeconds * 1000 },
  }),
})

/** Bounds of the login that reads the catalog: it is no client who waits. */
const CATALOG_LIMITS = { authenticationTimeoutMs: 30_000, maxFrameBytes: 1024 * 1024 }

/** How the catalog is read: as the gateway's own login, by the ordinary driver. */
const catalogConnection = (database: Database) =>
  loggedIn(upstreamSource({ ...upstreamOptions(database), pool: undefined }, CATALOG_LIMITS))

/** PostgreSQL. */
export const postgresSystem: DatabaseSystem = databaseSystem({
  traits: postgresTraits,
  dialect: (limits) => postgresDialect({ limits }),
  keeper: (database, dialect, keeping) =>
    new CatalogKeeper({ ...keeping, connect: catalogConnection(database), dialect }),
  sample: (database) => sampleValues(catalogConnection(database)),
  functions: (database, signatures) => writtenFunctions(catalogConnection(database), signatures),
  adapters: ({ config, keys, log, cancelDesk }, database, governance) =>
    Effect.gen(function* () {
      const upstream = yield* Effect.acquireRelease(
        Effect.sync(() => upstreamSource(upstreamOptions(database), config.limits)),
        (source) => Effect.sync(() => source.close()),
      )
      const common = {
        governance,
        upstream,
        cancelDesk,
        maskers: maskersFor(keys.mask),
        mockKey: keys.logins,
        limits: config.limits,
        log,
      }
      return ({ socketMode }, tls) =>
        postgresAdapter({
          ...common,
          unixSocket: socketMode !== undefined,
          ...(tls === undefined ? {} : { tls }),
        })
    }),
})
