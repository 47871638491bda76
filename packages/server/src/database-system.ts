import type { Database } from '@sluice/config/config'
import { analyse } from '@sluice/core/analysis/analyse'
import type { DialectTraits } from '@sluice/core/analysis/traits'
import type { Blessing } from '@sluice/core/catalog/blessing'
import { keyedHash } from '@sluice/core/mask/transforms/hash'
import type { KeepingOptions, SnapshotKeeper } from '@sluice/gateway/catalog/keeper'
import type { Sample } from '@sluice/gateway/catalog/sample'
import { catalogSource } from '@sluice/gateway/catalog/source'
import type { Dialect } from '@sluice/gateway/ports/dialect'
import type { Governance } from '@sluice/gateway/session/governance'
import * as Effect from 'effect/Effect'
import type { Scope } from 'effect/Scope'
import type { Shared } from './gateway.ts'
import { labelBook, labelFile, labellerOf } from './labels.ts'
import { sampleAtStart } from './start-sample.ts'
import type { AdapterFor, DatabaseSystem } from './system.ts'

/** A dialect and the threads behind it. */
type Closable = Dialect & { close(): Promise<void> }

/** What a keeper needs beside the database and its dialect. */
type Keeping = KeepingOptions & { readonly blessings: readonly Blessing[] }

/** What is particular to databases of one system. */
type SystemParts<Reads extends Closable, Snapshot extends { readonly hash: string }> = {
  readonly traits: DialectTraits
  /** Starts what reads statements. `parseTimeoutMs`: absent, the dialect's own. */
  readonly dialect: (limits: { readonly parseTimeoutMs?: number }) => Reads
  readonly keeper: (database: Database, dialect: Reads, keeping: Keeping) => SnapshotKeeper<Snapshot>
  readonly sample: (database: Database) => Sample
  readonly functions?: DatabaseSystem['functions']
  /** What stands in front of a database, for each of its listeners. */
  readonly adapters: (
    shared: Shared,
    database: Database,
    governance: Governance,
  ) => Effect.Effect<AdapterFor, never, Scope>
}

/** Nobody's session waits behind a command, and what it takes for unknown would mask for everybody: it may take its time. */
const COMMAND_LIMITS = { parseTimeoutMs: 10_000 }

/** What the server does with databases of a system, made of what is particular to it. */
export const databaseSystem = <Reads extends Closable, Snapshot extends { readonly hash: string }>(
  parts: SystemParts<Reads, Snapshot>,
): DatabaseSystem => ({
  isTemporarySchema: (schema) => parts.traits.isTemporarySchema(schema),
  read: (database, labelling) =>
    Effect.gen(function* () {
      const dialect = yield* running(() => parts.dialect(COMMAND_LIMITS))
      const catalog = yield* catalogSource(() => parts.keeper(database, dialect, { ...labelling, tries: 1 }))
      return {
        catalog: () => catalog.settled(),
        relabel: () => catalog.relabel(),
        sample: parts.sample(database),
      }
    }),
  ...(parts.functions === undefined ? {} : { functions: parts.functions }),
  serve: (shared, database) =>
    Effect.gen(function* () {
      const parseTimeoutMs = shared.config.limits.statementParseMs
      const dialect = yield* running(() => parts.dialect({ parseTimeoutMs }))
      const { catalog, book } = yield* labelled(parts, shared, database, dialect)
      const governance: Governance = {
        database: { name: database.name, system: database.system, environment: database.environment },
        dialect,
        analyse: (read, known, context, names) => analyse(read, known, context, names, parts.traits),
        catalog,
        policy: shared.policy,
        // Another may take its place while sessions run.
        get identity() {
          return shared.identity()
        },
        audit: shared.audit,
        refusals: shared.refusals,
        readsWaitFor: database.readsWaitFor,
        metrics: shared.metricsOf(database),
        flows: book,
        budgets: shared.budgets,
        hashValue: keyedHash(shared.keys.values),
        now: Date.now,
      }
      return { name: database.name, adapter: yield* parts.adapters(shared, database, governance) }
    }),
})

const running = <Reads extends Closable>(dialect: () => Reads): Effect.Effect<Reads, never, Scope> =>
  Effect.acquireRelease(Effect.sync(dialect), (made) => Effect.promise(() => made.close()))

/** The catalog with its labels: what the configuration, the detectors, samples and flows say. */
const labelled = <Reads extends Closable, Snapshot extends { readonly hash: string }>(
  parts: SystemParts<Reads, Snapshot>,
  shared: Shared,
  database: Database,
  dialect: Reads,
) =>
  Effect.gen(function* () {
    const { config, log } = shared
    const labeller = labellerOf(config.labels, database.labelsOf)
    // What one connection to the file has written is news to another: so they hear of each other who share their labels.
    const isShared = database.labelsOf !== database.name
    const store = isShared ? yield* labelFile(config.store.path) : shared.store
    // Labels may change while the catalog is read for the first time.
    let keeper: SnapshotKeeper<Snapshot> | undefined
    const book = yield* labelBook(store, database, {
      labeller,
      isTemporarySchema: (schema) => parts.traits.isTemporarySchema(schema),
      onChange: () => keeper?.relabel(),
      log,
      news: shared.labelNews,
    })
    const catalog = yield* catalogSource(() => {
      keeper = parts.keeper(database, dialect, {
        labeller,
        blessings: config.functions,
        relabel: (base, version) => book.apply(base, version),
        onFailure: (error) => log(`catalog of \`${database.name}\` could not be read`, error),
        onRecovery: () => log(`catalog of \`${database.name}\` can be read again`, undefined),
        refreshMs: database.catalogRefreshSeconds * 1000,
      })
      return keeper
    })
    catalog.settled().then((known) => {
      for (const missing of shared.named.foundIn(database.labelsOf, known)) log(missing, undefined)
    }, unread)
    yield* sampleAtStart(shared, database, { catalog, sample: parts.sample(database), file: store, book })
    return { catalog, book }
  })

/** The keeper has told why. */
const unread = (): void => {}
