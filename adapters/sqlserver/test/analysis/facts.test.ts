import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { Analysis, SessionNames } from '@sluice/core/analysis/context'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { compared } from '@sluice/testkit/facts/lines'
import { readPairs } from '@sluice/testkit/facts/pairs'
import { sqlserverTraits } from '../../src/analysis-traits/traits.ts'
import { type SqlserverDialect, sqlserverDialect } from '../../src/dialect/dialect.ts'
import { CONTEXT, shopCatalog } from './shop.ts'

const FOLDER = new URL('./fixtures/', import.meta.url)

let dialect: SqlserverDialect
let catalog: Catalog

beforeAll(async () => {
  dialect = sqlserverDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})

afterAll(() => dialect.close())

/** The last statement of a batch: those before it declare what it uses. */
const lastOf = async (sql: string): Promise<Analysis> => {
  const cursors = new Map<string, Analysis>()
  const names: SessionNames = { prepared: () => undefined, cursor: (name) => cursors.get(name) }
  let last: Analysis | undefined
  for (const read of await dialect.read(sql, { quotedIdentifier: true })) {
    last = analyse(read, catalog, CONTEXT, names, sqlserverTraits)
    for (const change of last.changes)
      if (change.kind === 'declare') cursors.set(change.name, change.analysis)
  }
  if (last === undefined) throw new Error(`no statement: ${sql}`)
  return last
}

for (const file of readdirSync(FOLDER).sort()) {
  describe(file, () => {
    test.each(readPairs(new URL(file, FOLDER)))('$title', async ({ sql, expected }) => {
      const lines = compared(await lastOf(sql), expected)
      expect(lines.found).toEqual(lines.expected)
    })
  })
}
