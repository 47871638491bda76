import { afterAll, afterEach, beforeAll } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { Governance } from '@sluice/gateway/session/governance'
import { type GovernedBy, instantJournal } from '@sluice/testkit/governed'
import { type PostgresDialect, postgresDialect } from '../../src/dialect/dialect.ts'
import { shopCatalog } from '../analysis/shop.ts'
import { type Carried, carried } from './carried.ts'
import { governedBy } from './governed.ts'

/** Sessions on the shop, for the tests of one file. */
type ShopSessions = {
  readonly catalog: Catalog
  /** What governs them: the shop's catalog, and a journal that is never waited for, unless another is given. */
  governed(by?: Partial<Omit<GovernedBy, 'traits' | 'dialect'>>): Governance
  /** Starts one, which ends with the test. */
  carried(...start: Parameters<typeof carried>): Promise<Carried>
}

/** To be called once in a file: what reads the shop is there while its tests run. */
export function shopSessions(): ShopSessions {
  let dialect: PostgresDialect
  let catalog: Catalog
  const open: Carried[] = []
  beforeAll(async () => {
    dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
    catalog = await shopCatalog(dialect)
  })
  afterAll(() => dialect.close())
  afterEach(() => {
    for (const session of open.splice(0)) session.close()
  })
  return {
    get catalog() {
      return catalog
    },
    governed: (by) => governedBy({ dialect, catalog, audit: instantJournal(), ...by }),
    carried: async (...start) => {
      const session = await carried(...start)
      open.push(session)
      return session
    },
  }
}
