import { describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import { issueCertificates } from '@sluice/testkit/certificates'
import { chanceFrom } from '@sluice/testkit/chance'
import { hasMariadb, startMariadb } from '@sluice/testkit/mariadb-server'
import { startMysql } from '@sluice/testkit/mysql-server'
import { serverBinaries } from '@sluice/testkit/server-binaries'
import { type Connection, createConnection } from 'mysql2/promise'
import { BUILTIN_SCHEMA, mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { catalogOf } from '../../src/catalog/catalog-of.ts'
import { CatalogReader } from '../../src/catalog/reader.ts'
import type { Snapshot } from '../../src/catalog/rows.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import { definedTables } from '../../src/session/defined-tables.ts'
import { BEFORE, definition } from './generated-definitions.ts'

type Server = { readonly socket: string; stop(): Promise<void> }

const servers: readonly {
  readonly name: string
  readonly there: boolean
  readonly start: () => Promise<Server>
}[] = [
  { name: 'MariaDB', there: hasMariadb, start: () => startMariadb({ accounts: true }) },
  ...(['MariaDB 10.5', 'MariaDB 11.8'] as const).map((version) => ({
    name: version,
    there: serverBinaries(version) !== undefined,
    start: () => startMariadb({ version, accounts: true }),
  })),
  {
    name: 'MySQL 9',
    there: serverBinaries('MySQL 9') !== undefined,
    start: async () => startMysql((await issueCertificates()).leaf),
  },
]

const SEEDS = [2, 4]
const LENGTH = 30

/** The tables that a definition names, as a session finds them. */
const namedBy = async (sql: string, before: Snapshot, dialect: MysqlDialect) => {
  const { mariadb, version, folds: lowerCaseTableNames } = before.about
  const quotes = { ansiQuotes: false, noBackslashEscapes: false, pipesAsConcat: false }
  const [read] = await dialect.read(sql, { ...quotes, lowerCaseTableNames, mariadb, version })
  if (read === undefined) return undefined
  const { catalog } = await catalogOf(1, 'shop', before, dialect, () => [], new WeakMap())
  const context = { database: 'shop', searchPath: [BUILTIN_SCHEMA, 'shop'] }
  return definedTables(read.statement, analyse(read, catalog, context, NO_NAMES, mysqlTraits))
}

const rowsOf = ({ hash: _hash, ...rest }: Snapshot) => rest

type Readers = { readonly some: CatalogReader; readonly whole: CatalogReader }

/** Runs definitions, one after the other; how often what they named was read alone. */
const runAll = async (admin: Connection, seed: number, { some, whole }: Readers, dialect: MysqlDialect) => {
  const chance = chanceFrom(seed)
  const script: string[] = []
  let before = await some.read()
  let partly = 0
  for (let i = 0; i < LENGTH; i++) {
    const sql = definition(chance)
    const named = await namedBy(sql, before, dialect)
    // Some fail, and may have done half of it.
    const done = await admin.query(sql).then(
      () => 'done',
      (error: Error) => error.message,
    )
    script.push(`${sql} -- ${done}`)
    if (named !== undefined) partly++
    before = await some.read(named)
    expect({ ...rowsOf(before), script }).toEqual({ ...rowsOf(await whole.read()), script })
  }
  return partly
}

describe.each(servers)('on $name', ({ there, start }) => {
  const perhaps = there ? test : test.skip

  perhaps(
    'behind any definition, what is read of the tables that it names makes the whole',
    async () => {
      const server = await start()
      const connect = () => ({ socketPath: server.socket, user: 'root' })
      const dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
      const [some, whole] = [
        new CatalogReader({ connect, timeoutMs: 30_000 }),
        new CatalogReader({ connect, timeoutMs: 30_000 }),
      ]
      let partly = 0
      try {
        for (const seed of SEEDS) {
          const admin = await createConnection(connect())
          for (const sql of BEFORE) await admin.query(sql)
          partly += await runAll(admin, seed, { some, whole }, dialect)
          for (const name of ['shop', 'other']) await admin.query(`DROP DATABASE IF EXISTS ${name}`)
          await admin.end()
        }
      } finally {
        await some.end()
        await whole.end()
        await dialect.close()
        await server.stop()
      }
      expect(partly).toBeGreaterThan((SEEDS.length * LENGTH) / 2)
    },
    300_000,
  )
})
