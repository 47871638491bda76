import { type KeepingOptions, SnapshotKeeper } from '@sluice/gateway/catalog/keeper'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import type { ConnectionOptions } from 'mysql2/promise'
import type { MysqlModes } from '../dialect/modes.ts'
import { catalogOf } from './catalog-of.ts'
import { CatalogReader } from './reader.ts'
import type { Snapshot } from './rows.ts'

/** How a catalog source is set up. */
type CatalogOptions = KeepingOptions & {
  /** Asked for every connection, so that changed credentials take effect. */
  readonly connect: () => ConnectionOptions | Promise<ConnectionOptions>
  /** The database that a session begins in. The catalog is of the whole server. */
  readonly database: string
  /** Reads the definitions of views and routines. */
  readonly dialect: Dialect<MysqlModes>
}

/** How long connecting, and each query of a reading, may take. */
const READ_TIMEOUT_MS = 30_000

/** Keeps the newest catalog of a MySQL or MariaDB server. */
export class CatalogKeeper extends SnapshotKeeper<Snapshot> {
  constructor(options: CatalogOptions) {
    const { connect, database, dialect } = options
    super({
      ...options,
      reader: new CatalogReader({ connect, timeoutMs: READ_TIMEOUT_MS }),
      build: (version, snapshot, labeller, tables) =>
        catalogOf(version, database, snapshot, dialect, labeller, tables),
    })
  }
}
