import type { Blessing } from '@sluice/core/catalog/blessing'
import { type KeepingOptions, SnapshotKeeper } from '@sluice/gateway/catalog/keeper'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import { catalogOf } from './catalog-of.ts'
import type { Connect } from './driver.ts'
import { CatalogReader } from './reader.ts'
import type { Snapshot } from './rows.ts'

/** How a catalog source is set up. */
type CatalogOptions = KeepingOptions & {
  readonly connect: Connect
  /** Reads the definitions of views and functions. */
  readonly dialect: Dialect
  /** What reviewers say of functions. Absent: nothing. */
  readonly blessings?: readonly Blessing[]
}

/** How long connecting, and each query of a reading, may take. */
const READ_TIMEOUT_MS = 30_000

/** Keeps the newest catalog of a PostgreSQL database. */
export class CatalogKeeper extends SnapshotKeeper<Snapshot> {
  constructor(options: CatalogOptions) {
    const { connect, dialect, blessings = [] } = options
    const blessed = [...new Set(blessings.map(({ signature }) => signature))]
    super({
      ...options,
      reader: new CatalogReader({ connect, timeoutMs: READ_TIMEOUT_MS, blessed }),
      build: (version, snapshot, labeller, tables) =>
        catalogOf(version, snapshot, { dialect, labeller, blessings }, tables),
    })
  }
}
