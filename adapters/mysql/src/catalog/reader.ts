import { ConnectedReader } from '@sluice/gateway/catalog/reader'
import type { TableName } from '@sluice/gateway/ports/catalog-source'
import type { Connection, ConnectionOptions } from 'mysql2/promise'
import { dropDriver, openDriver } from './driver.ts'
import { reached, sameTables, withTables } from './known-tables.ts'
import { SETTINGS } from './queries.ts'
import { type About, type Ask, askBy, type Beside, readAbout, readBeside, type Snapshot } from './rows.ts'
import { readTables, type TablesFound } from './tables.ts'

/** How a reader connects. */
type ReaderOptions = {
  /** Asked for every connection, so that changed credentials take effect. */
  readonly connect: () => ConnectionOptions | Promise<ConnectionOptions>
  /** How long connecting, and each query, may take. */
  readonly timeoutMs: number
}

/** How old the part that came with the server may get, which only an upgrade or an administrator changes. */
const SYSTEM_AGE_MS = 600_000

/** Reads the catalog of a whole server. */
export class CatalogReader extends ConnectedReader<Connection, Snapshot> {
  constructor({ connect, timeoutMs }: ReaderOptions) {
    const parts = new KnownParts(timeoutMs)
    super({
      connect: async (made, lost) => {
        const connection = await openDriver({ connectTimeout: timeoutMs, ...(await connect()) })
        // Without a listener a connection that breaks between two queries would end the process.
        connection.on('error', () => lost(connection))
        made(connection)
        await connection.query({ sql: SETTINGS, timeout: timeoutMs })
        return connection
      },
      snapshot: (connection, changed) => parts.snapshotBy(connection, changed),
      disconnect: dropDriver,
    })
  }
}

/** The parts of a snapshot. */
type Parts = {
  readonly about: About
  /** What came with the server: thousands of columns, which need not be read again each time. */
  readonly system: TablesFound
  readonly systemReadAt: number
  readonly users: TablesFound
  readonly beside: Beside
}

/** What is kept between two readings, so that only what changed is read anew. */
class KnownParts {
  readonly #timeoutMs: number
  #before: (Parts & { readonly snapshot: Snapshot }) | undefined
  #snapshots = 0

  constructor(timeoutMs: number) {
    this.#timeoutMs = timeoutMs
  }

  /** The very same snapshot where all is as it was. `changed`: the tables that may not be; absent: anything. */
  async snapshotBy(connection: Connection, changed?: readonly TableName[]): Promise<Snapshot> {
    const ask = askBy(connection, this.#timeoutMs)
    const about = await readAbout(ask)
    const last = this.#before
    const before = last !== undefined && textOf(last.about) === textOf(about) ? last : undefined
    // Names that are kept as they were written stand in the server's lists otherwise than in statements.
    const some = before && changed && !about.keepsCase ? reached(before.users, changed) : undefined
    const parts =
      before === undefined || some === undefined
        ? await readParts(ask, about, before)
        : { ...before, users: withTables(before.users, some, await readTables(ask, about, some)) }
    const { system, users, beside } = parts
    if (before?.system === system && before.users === users && before.beside === beside)
      this.#before = { ...before, ...parts }
    else this.#before = { ...parts, snapshot: snapshotOf(parts, ++this.#snapshots) }
    return this.#before.snapshot
  }
}

const readParts = async (ask: Ask, about: About, before: Parts | undefined): Promise<Parts> => {
  const young = before !== undefined && performance.now() - before.systemReadAt < SYSTEM_AGE_MS
  const system = young ? before.system : sameTables(await readTables(ask, about, 'system'), before?.system)
  const systemReadAt = young ? before.systemReadAt : performance.now()
  const users = sameTables(await readTables(ask, about, 'users'), before?.users)
  const beside = await readBeside(ask, about)
  const same = before !== undefined && textOf(before.beside) === textOf(beside)
  return { about, system, systemReadAt, users, beside: same ? before.beside : beside }
}

const snapshotOf = ({ about, system, users, beside }: Parts, number: number): Snapshot => {
  const tables = [...system.values(), ...users.values()]
  return {
    about,
    relations: tables.map(({ relation }) => relation),
    columns: tables.flatMap(({ columns }) => columns),
    triggers: tables.flatMap(({ triggers }) => triggers),
    references: tables.flatMap(({ references }) => references),
    tests: tables.flatMap(({ tests }) => tests),
    ...beside,
    hash: String(number),
  }
}

const textOf = (part: About | Beside): string => JSON.stringify(part)
