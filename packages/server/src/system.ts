import type { Database, Listener } from '@sluice/config/config'
import type { Blessing, Definition } from '@sluice/core/catalog/blessing'
import type { Catalog, Labeller } from '@sluice/core/catalog/catalog'
import type { Sample } from '@sluice/gateway/catalog/sample'
import type { Adapter } from '@sluice/gateway/ports/adapter'
import type { LabelFileError } from '@sluice/store/label-file'
import type { ClientTls } from '@sluice/wire/socket/client-tls'
import type * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { Shared } from './gateway.ts'

/** One database that is governed, and an adapter for each listener in front of it. */
export type ServedDatabase = { readonly name: string; readonly adapter: AdapterFor }

/** Makes the adapter of a listener. `tls`: absent, no TLS towards its clients. */
export type AdapterFor = (listener: Listener, tls: ClientTls | undefined) => Adapter

/** How columns of a catalog that is read for a command get their labels. */
type Labelling = {
  readonly labeller: Labeller
  readonly relabel: (base: Catalog, version: number) => Catalog
  /** What reviewers say of functions. */
  readonly blessings: readonly Blessing[]
  /** Told why the catalog could not be read. */
  readonly onFailure: (error: unknown) => void
}

/** A function as a reviewer reads it: with the text that its definition's hash is of. */
export type WrittenFunction = Definition & {
  readonly id: number
  readonly language: string
  readonly text: string | null
}

/** A database whose catalog is read for a command. */
type ReadDatabase = {
  /** Rejects where the database cannot be read. */
  readonly catalog: () => Promise<Catalog>
  /** What is known of labels has changed. */
  readonly relabel: () => void
  readonly sample: Sample
}

/** What the server does with databases of one system. */
export type DatabaseSystem = {
  readonly isTemporarySchema: (schema: string) => boolean
  /** For a command: no session is served. */
  readonly read: (database: Database, labelling: Labelling) => Effect.Effect<ReadDatabase, never, Scope>
  /** The users' functions: of these signatures, or all but extensions'. Absent: none can be blessed. */
  readonly functions?: (
    database: Database,
    signatures?: readonly string[],
  ) => Promise<readonly WrittenFunction[]>
  /** Prepares a database: its dialect, its catalog, what governs its sessions. */
  readonly serve: (shared: Shared, database: Database) => Effect.Effect<ServedDatabase, LabelFileError, Scope>
}
