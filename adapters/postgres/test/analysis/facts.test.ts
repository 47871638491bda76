import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { Analysis, ContextChange, SessionNames } from '@sluice/core/analysis/context'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { compared } from '@sluice/testkit/facts/lines'
import { readPairs } from '@sluice/testkit/facts/pairs'
import { postgresTraits } from '../../src/analysis-traits/traits.ts'
import { type PostgresDialect, postgresDialect } from '../../src/dialect/dialect.ts'
import { shopCatalog } from './shop.ts'

const CONTEXT = { database: 'shop', searchPath: ['pg_catalog', 'public'] }
const FOLDER = new URL('./fixtures/', import.meta.url)

let dialect: PostgresDialect
let catalog: Catalog

beforeAll(async () => {
  dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})

afterAll(() => dialect.close())

/** A session that has run `given`. */
const namesAfter = async (given: readonly string[]): Promise<SessionNames> => {
  const prepared = new Map<string, Extract<ContextChange, { kind: 'prepare' }>>()
  const cursors = new Map<string, Analysis>()
  const names: SessionNames = {
    prepared: (n) => prepared.get(n)?.analysis,
    preparedText: (n) => prepared.get(n)?.read,
    cursor: (n) => cursors.get(n),
  }
  for (const sql of given) {
    for (const change of (await analysed(sql, names)).changes) {
      if (change.kind === 'prepare') prepared.set(change.name, change)
      if (change.kind === 'declare') cursors.set(change.name, change.analysis)
    }
  }
  return names
}

const analysed = async (sql: string, names: SessionNames): Promise<Analysis> => {
  const [read, ...others] = await dialect.read(sql, { standardConformingStrings: true })
  if (!read || others.length > 0) throw new Error(`not one statement: ${sql}`)
  return analyse(read, catalog, CONTEXT, names, postgresTraits)
}

for (const file of readdirSync(FOLDER).sort()) {
  describe(file, () => {
    test.each(readPairs(new URL(file, FOLDER)))('$title', async ({ given, sql, expected }) => {
      const analysis = await analysed(sql, await namesAfter(given))
      const lines = compared(analysis, expected)
      expect(lines.found).toEqual(lines.expected)
    })
  })
}
