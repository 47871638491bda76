import { setTimeout as delay } from 'node:timers/promises'
import type { MadeTables } from '@sluice/core/catalog/build'
import type { Catalog, Labeller } from '@sluice/core/catalog/catalog'
import type { CatalogSource, TableName } from '../ports/catalog-source.ts'
import { remembering } from './remembering.ts'

/** Reads a database's own catalogs, one reading at a time. */
export type SnapshotReader<Snapshot> = {
  /**
   * Rejects where the database cannot be reached, or does not answer in time. `changed`: since the last snapshot that was
   * read no other tables have changed, nor anything but what hangs on them; absent: anything may have.
   */
  read(changed?: readonly TableName[]): Promise<Snapshot>
  /** Ends for good: what is being read is cut short. */
  end(): Promise<void>
}

/** A catalog, and how many definitions of it could not be read. */
export type Built = { readonly catalog: Catalog; readonly unread: number }

/** What is common to the catalogs of all databases. */
export type KeepingOptions = {
  readonly labeller: Labeller
  /** Labels a catalog with what is known beside it. Asked for every reading, and by `relabel`. Default: nothing is. */
  readonly relabel?: (base: Catalog, version: number) => Catalog
  /** How often the catalog is read anew without being asked. Default 30 s. */
  readonly refreshMs?: number
  /** How old a catalog may get while reading it anew fails. Default 5 min. */
  readonly maxAgeMs?: number
  /** How often `settled` tries before it rejects. Default 3. */
  readonly tries?: number
  /** Hears of every reading that failed; never of values. */
  readonly onFailure?: (error: unknown) => void
  /** Hears of the first reading that did not fail behind some that did. */
  readonly onRecovery?: () => void
}

/** How a keeper is set up. `hash`: two snapshots with equal ones are equal. */
type KeeperOptions<Snapshot extends { readonly hash: string }> = KeepingOptions & {
  readonly reader: SnapshotReader<Snapshot>
  /** Makes the catalog of a snapshot; `tables` are those that the last ones were made of. */
  readonly build: (
    version: number,
    snapshot: Snapshot,
    labeller: Labeller,
    tables: MadeTables,
  ) => Promise<Built>
}

/** The catalog cannot be read. Fault: upstream. May be retried: nothing was forwarded. */
export class CatalogUnavailable extends Error {
  override readonly name = 'CatalogUnavailable'
}

/** What an invalidation said; `tables` absent: anything may have changed. */
type Stale = { readonly tables?: readonly TableName[] | undefined }

const REFRESH_MS = 30_000

const RETRY_DELAYS_MS: readonly number[] = [100, 400, 1_000]

/** How often definitions that could not be read are tried again: the parser may have been too busy. */
const REREADINGS = 3

/**
 * Keeps the newest catalog. Equal readings keep the very same `Catalog`, so what was cached for it stays valid.
 * INVARIANT (deny-by-default): a catalog that was stale when it was asked for is not handed out; who needs one waits
 * or is refused.
 */
export class SnapshotKeeper<Snapshot extends { readonly hash: string }> implements CatalogSource {
  readonly #options: KeeperOptions<Snapshot>
  readonly #tables: MadeTables = new WeakMap()
  /** As it was read, with the labels that columns have by themselves. */
  #base: Catalog | undefined
  #catalog: Catalog | undefined
  /** The last version that was given. Labels can change while a catalog is built: no two may have the same. */
  #version = 0
  #hash: string | undefined
  /** Definitions of the catalog that could not be read, and how often that is tried again. */
  #unread = 0
  #rereadings = 0
  /** Counts invalidations: a reading that began before the last one does not make the catalog fresh. */
  #generation = 0
  #freshGeneration = -1
  /** What is to be read anew, until a reading that began behind it has succeeded. */
  #stale: readonly Stale[] = [{}]
  /** When the last reading of everything began, in milliseconds of the clock that nobody sets; none: never. */
  #readAt = Number.NEGATIVE_INFINITY
  /** Readings that somebody waits for: one under way, the generation that it began in, and the one behind it. */
  #settling: Promise<Catalog> | undefined
  #settlingSince = 0
  #next: Promise<Catalog> | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false
  /** The last reading did. */
  #failed = false

  constructor(options: KeeperOptions<Snapshot>) {
    this.#options = { ...options, labeller: remembering(options.labeller) }
  }

  /** Tries to read once and starts the timer. Does not reject: an unreachable database shows in `settled`. */
  async start(): Promise<void> {
    await this.#refresh()
    if (this.#closed) return
    const timer = setInterval(() => void this.#refresh(), this.#refreshMs)
    this.#timer = timer.unref()
  }

  current(): Catalog | undefined {
    return this.#freshGeneration === this.#generation ? this.#catalog : undefined
  }

  last(): Catalog | undefined {
    return this.#catalog
  }

  /**
   * A reading that began before the last `invalidate` serves nobody who asks behind it: all of them wait for the one
   * after it, however much is invalidated while that one reads. They all asked before it began.
   */
  settled(): Promise<Catalog> {
    const fresh = this.current()
    if (fresh) return Promise.resolve(fresh)
    const running = this.#settling
    return running !== undefined && this.#settlingSince === this.#generation ? running : this.#readNext()
  }

  reread(): Promise<Catalog> {
    this.#note({})
    return this.#readNext()
  }

  #readNext(): Promise<Catalog> {
    const running = this.#settling
    if (running === undefined) return this.#next ?? this.#settle()
    this.#next ??= running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined
        return this.#settle()
      })
    return this.#next
  }

  invalidate(tables?: readonly TableName[]): void {
    this.#generation++
    this.#note({ tables })
  }

  /** A reading that is under way does not serve what is noted now. */
  #note(stale: Stale): void {
    this.#stale = stale.tables === undefined ? [stale] : [...this.#stale, stale]
  }

  /** What is known of labels has changed: it counts for the next statement. */
  relabel(): void {
    const base = this.#base
    if (base === undefined || this.#options.relabel === undefined) return
    this.#catalog = this.#options.relabel(base, ++this.#version)
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#options.reader.end()
    await this.#settling?.catch(() => undefined)
    await this.#next?.catch(() => undefined)
  }

  /** On the timer: a failure leaves the catalog as it is until it is too old. */
  async #refresh(): Promise<void> {
    if (this.#settling || this.#closed) return
    try {
      await this.#read(true)
    } catch {
      if (performance.now() - this.#readAt > (this.#options.maxAgeMs ?? 300_000)) this.invalidate()
    }
  }

  #settle(): Promise<Catalog> {
    this.#settling = this.#readUntilRead().finally(() => {
      this.#settling = undefined
    })
    return this.#settling
  }

  async #readUntilRead(): Promise<Catalog> {
    const tries = this.#options.tries ?? RETRY_DELAYS_MS.length
    for (let failures = 0; failures < tries && !this.#closed; failures++) {
      if (failures > 0) await delay(RETRY_DELAYS_MS[Math.min(failures, RETRY_DELAYS_MS.length) - 1])
      this.#settlingSince = this.#generation
      try {
        await this.#read()
      } catch {
        continue
      }
      if (this.#catalog) return this.#catalog
    }
    throw new CatalogUnavailable('the catalog of the database cannot be read; try again when it is reachable')
  }

  async #read(whole = false): Promise<void> {
    const generation = this.#generation
    const stale = this.#stale
    const began = performance.now()
    const changed = whole ? undefined : this.#changed(stale)
    try {
      const snapshot = await this.#options.reader.read(changed)
      if (snapshot.hash !== this.#hash) await this.#build(snapshot, REREADINGS)
      else if (this.#unread > 0 && this.#rereadings > 0) await this.#build(snapshot, this.#rereadings - 1)
      this.#freshGeneration = generation
      this.#stale = this.#stale.filter((one) => !stale.includes(one))
      if (changed === undefined) this.#readAt = began
      if (this.#failed) this.#options.onRecovery?.()
      this.#failed = false
    } catch (error) {
      this.#failed = true
      if (!this.#closed) this.#options.onFailure?.(error)
      throw error
    }
  }

  /** Undefined: everything, which is read as often as without being asked, however much is invalidated. */
  #changed(stale: readonly Stale[]): readonly TableName[] | undefined {
    if (performance.now() - this.#readAt >= this.#refreshMs) return undefined
    const tables: TableName[] = []
    for (const one of stale) {
      if (one.tables === undefined) return undefined
      tables.push(...one.tables)
    }
    return tables
  }

  get #refreshMs(): number {
    return this.#options.refreshMs ?? REFRESH_MS
  }

  /** Builds a catalog. One that is no better than the one of the same snapshot does not replace it. */
  async #build(snapshot: Snapshot, rereadings: number): Promise<void> {
    const { build, labeller } = this.#options
    const { catalog, unread } = await build(++this.#version, snapshot, labeller, this.#tables)
    this.#rereadings = rereadings
    if (snapshot.hash === this.#hash && unread >= this.#unread) return
    this.#base = catalog
    this.#catalog = this.#options.relabel?.(catalog, ++this.#version) ?? catalog
    this.#hash = snapshot.hash
    this.#unread = unread
  }
}
