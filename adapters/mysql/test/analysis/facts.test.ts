import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { SessionNames } from '@sluice/core/analysis/context'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { compared } from '@sluice/testkit/facts/lines'
import { readPairs } from '@sluice/testkit/facts/pairs'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import { mariadb, mysql } from '../dialect/modes.ts'
import { CONTEXT, shopCatalog } from './shop.ts'

const FOLDER = new URL('./fixtures/', import.meta.url)
const NO_NAMES: SessionNames = { prepared: () => undefined, cursor: () => undefined }

let dialect: MysqlDialect
let catalog: Catalog

beforeAll(async () => {
  dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})

afterAll(() => dialect.close())

for (const file of readdirSync(FOLDER).sort()) {
  describe(file, () => {
    const modes = file.startsWith('mysql') ? mysql : mariadb
    test.each(readPairs(new URL(file, FOLDER)))('$title', async ({ sql, expected }) => {
      const [read, ...others] = await dialect.read(sql, modes)
      if (!read || others.length > 0) throw new Error(`not one statement: ${sql}`)
      const lines = compared(analyse(read, catalog, CONTEXT, NO_NAMES, mysqlTraits), expected)
      expect(lines.found).toEqual(lines.expected)
    })
  })
}
