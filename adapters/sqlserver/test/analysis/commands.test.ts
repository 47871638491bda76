import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { Facts, TableFact } from '@sluice/core/analysis/facts'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { sqlserverTraits } from '../../src/analysis-traits/traits.ts'
import { type SqlserverDialect, sqlserverDialect } from '../../src/dialect/dialect.ts'
import { CONTEXT, shopCatalog } from './shop.ts'

let dialect: SqlserverDialect
let catalog: Catalog

beforeAll(async () => {
  dialect = sqlserverDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})
afterAll(() => dialect.close())

const tableText = ({ schema, name, access }: TableFact): string =>
  `${schema === '' ? '' : `${schema}.`}${name}:${access.map((one) => one[0]).join('')}`

const factText = ({ verb, effects, tables, opaque }: Facts): string =>
  [
    verb,
    effects.join(' ') || '-',
    tables.map(tableText).join(' ') || '-',
    ...(opaque === undefined ? [] : ['opaque']),
  ].join(' | ')

const lines = readFileSync(new URL('./commands.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => line.split(' => ') as [string, string])

test.each(lines)('%s', async (sql, expected) => {
  const [read, ...others] = await dialect.read(sql, { quotedIdentifier: true })
  if (read === undefined || others.length > 0) throw new Error('one statement was expected')
  expect(factText(analyse(read, catalog, CONTEXT, NO_NAMES, sqlserverTraits).facts)).toBe(expected)
})
