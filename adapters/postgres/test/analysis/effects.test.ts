import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { postgresTraits } from '../../src/analysis-traits/traits.ts'
import { postgresDialect } from '../../src/dialect/dialect.ts'
import { shopCatalog } from './shop.ts'

const dialect = postgresDialect()
let catalog: Catalog
beforeAll(async () => {
  catalog = await shopCatalog(dialect)
})
afterAll(() => dialect.close())

const CONTEXT = { database: 'shop', searchPath: ['pg_catalog', 'public'] }
const NO_NAMES = { prepared: () => undefined, cursor: () => undefined }

/** Lines in pairs: a statement, and `--> verb [effects] table:access …`. */
const pairs = readFileSync(new URL('./effects.sql', import.meta.url), 'utf8')
  .trim()
  .split(/\n(?!--> )/)
  .map((pair) => pair.split('\n--> ') as [sql: string, expected: string])

test.each(pairs)('%s', async (sql, expected) => {
  const [read] = await dialect.read(sql, { standardConformingStrings: true })
  if (!read) throw new Error('no statement')
  const { facts } = analyse(read, catalog, CONTEXT, NO_NAMES, postgresTraits)
  const tables = facts.tables.map(({ schema, name, access }) => ` ${schema}.${name}:${access.join('+')}`)
  const opaque = facts.opaque === undefined ? '' : ` opaque`
  expect(`${facts.verb} [${facts.effects.join(' ')}]${tables.join('')}${opaque}`).toBe(expected)
})
