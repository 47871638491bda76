import { analyse } from '@sluice/core/analysis/analyse'
import type { Analysis } from '@sluice/core/analysis/context'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type { Catalog, Labeller } from '@sluice/core/catalog/catalog'
import { debianPostgresBin, type PostgresVersion } from '@sluice/testkit/postgres-binaries'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { Client } from 'pg'
import { postgresTraits } from '../../src/analysis-traits/traits.ts'
import { CatalogKeeper } from '../../src/catalog/keeper.ts'
import { type PostgresDialect, postgresDialect } from '../../src/dialect/dialect.ts'

/** The servers a test runs against: the newest that npm brings, and the one of the system where there is one. */
export const VERSIONS: readonly PostgresVersion[] = debianPostgresBin()
  ? ['embedded', 'debian']
  : ['embedded']

/** A server with a schema, its catalog, and a client on it. */
export class Bench {
  readonly server: RunningPostgres
  readonly client: Client
  readonly dialect: PostgresDialect
  readonly keeper: CatalogKeeper

  private constructor(
    server: RunningPostgres,
    client: Client,
    dialect: PostgresDialect,
    keeper: CatalogKeeper,
  ) {
    this.server = server
    this.client = client
    this.dialect = dialect
    this.keeper = keeper
  }

  static async open(version: PostgresVersion, schema: string, labeller: Labeller = () => []): Promise<Bench> {
    const server = await startPostgres({
      version,
      superuserPassword: 'bench',
      auth: 'trust',
      settings: { jit: 'off' },
    })
    const connectionString = server.connectionString('postgres')
    const client = new Client({ connectionString })
    await client.connect()
    await client.query(schema)
    const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
    const keeper = new CatalogKeeper({ connect: () => ({ connectionString }), dialect, labeller })
    await keeper.start()
    return new Bench(server, client, dialect, keeper)
  }

  catalog(): Promise<Catalog> {
    return this.keeper.settled()
  }

  async analyse(sql: string, searchPath: readonly string[] = ['pg_catalog', 'public']): Promise<Analysis> {
    const [read] = await this.dialect.read(sql, { standardConformingStrings: true })
    if (!read) throw new Error(`no statement: ${sql}`)
    const context = { database: 'postgres', searchPath }
    return analyse(read, await this.catalog(), context, NO_NAMES, postgresTraits)
  }

  async close(): Promise<void> {
    await this.keeper.close()
    await this.dialect.close()
    await this.client.end()
    await this.server.stop()
  }
}
