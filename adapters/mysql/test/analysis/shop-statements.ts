import { afterAll, beforeAll } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { Analysis } from '@sluice/core/analysis/context'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import type { MysqlModes } from '../../src/dialect/modes.ts'
import { mariadb } from '../dialect/modes.ts'
import { CONTEXT, shopCatalog } from './shop.ts'

/** The shop's catalog and a dialect that reads for it, during the tests of the file that calls this. */
export const openShop = (): (() => { readonly dialect: MysqlDialect; readonly catalog: Catalog }) => {
  let dialect: MysqlDialect
  let catalog: Catalog
  beforeAll(async () => {
    dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
    catalog = await shopCatalog(dialect)
  })
  afterAll(() => dialect.close())
  return () => ({ dialect, catalog })
}

/** What single statements on the shop do, for the tests of the file that calls this. */
export const shopStatements = (): {
  readonly analysed: (sql: string, modes?: MysqlModes) => Promise<Analysis>
} => {
  const shop = openShop()
  return {
    analysed: async (sql, modes = mariadb) => {
      const { dialect, catalog } = shop()
      const [read, ...others] = await dialect.read(sql, modes)
      if (read === undefined || others.length > 0) throw new Error(`not one statement: ${sql}`)
      return analyse(read, catalog, CONTEXT, NO_NAMES, mysqlTraits)
    },
  }
}
