import { connect, isIP, type Socket } from 'node:net'
import { mysqlAdapter } from '@sluice/adapter-mysql/adapter'
import { mysqlTraits } from '@sluice/adapter-mysql/analysis-traits/traits'
import { driverPlugins } from '@sluice/adapter-mysql/auth/driver-plugins'
import { rsaKeyOnce } from '@sluice/adapter-mysql/auth/rsa-key'
import { CatalogKeeper } from '@sluice/adapter-mysql/catalog/keeper'
import { sampleValues } from '@sluice/adapter-mysql/catalog/sample'
import { mysqlDialect } from '@sluice/adapter-mysql/dialect/dialect'
import { ConnectionRegister } from '@sluice/adapter-mysql/session/connections'
import { upstreamSource } from '@sluice/adapter-mysql/upstream/source'
import { maskerFor } from '@sluice/adapter-mysql/values/masker'
import type { Database } from '@sluice/config/config'
import { isLocal } from '@sluice/wire/socket/dial'
import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { databaseSystem } from './database-system.ts'
import type { DatabaseSystem } from './system.ts'
import { upstreamAccount } from './upstream-account.ts'

/** How the catalog is read: through the ordinary driver, as the gateway's own login. */
const catalogConnection = async ({ upstream }: Database) => {
  const { host, port, user } = upstream
  const unix = host.startsWith('/')
  const encrypted = upstream.tls !== 'disable' && !unix
  const password = Redacted.value(await Effect.runPromise(upstream.password.secret()))
  return {
    ...(unix ? { socketPath: host } : { host, port }),
    user,
    password,
    authPlugins: driverPlugins({ password, secure: unix || encrypted, local: isLocal(host) }),
    charset: 'utf8mb4',
    connectAttributes: { program_name: 'sluice catalog' },
    ...(encrypted ? { ssl: catalogTls(upstream) } : {}),
    ...(encrypted && isIP(host) !== 0 ? { stream: () => addressed(host, port) } : {}),
  }
}

/**
 * The driver names no server where it connects to an address, and Node then looks for `localhost` in the certificate, unless
 * the connection says where it leads.
 */
const addressed = (host: string, port: number): Socket =>
  Object.assign(connect({ host, port, noDelay: true, keepAlive: true }), { _host: host })

const catalogTls = ({ tls, ca, identity }: Database['upstream']) => ({
  rejectUnauthorized: tls === 'verify-full',
  verifyIdentity: tls === 'verify-full',
  ...(ca === undefined ? {} : { ca }),
  ...(identity === undefined ? {} : { cert: identity.certificate, key: Redacted.value(identity.key) }),
})

/** MySQL and MariaDB. */
export const mysqlSystem: DatabaseSystem = databaseSystem({
  traits: mysqlTraits,
  dialect: (limits) => mysqlDialect({ limits }),
  keeper: (database, dialect, keeping) =>
    new CatalogKeeper({
      ...keeping,
      connect: () => catalogConnection(database),
      database: database.upstream.database,
      dialect,
    }),
  sample: (database) => sampleValues(() => catalogConnection(database)),
  adapters: ({ config: { limits }, keys, log }, database, governance) =>
    Effect.sync(() => {
      const common = {
        governance,
        upstream: upstreamSource(upstreamAccount(database), limits),
        connections: new ConnectionRegister(),
        rsaKey: rsaKeyOnce(),
        maskerFor: maskerFor(keys.mask),
        localFiles: () => governance.policy().takesClientFiles,
        limits,
        log,
      }
      return ({ socketMode }, tls) =>
        mysqlAdapter({
          ...common,
          unixSocket: socketMode !== undefined,
          ...(tls === undefined ? {} : { tls }),
        })
    }),
})
