import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { SessionNames } from '@sluice/core/analysis/context'
import type { Facts } from '@sluice/core/analysis/facts'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import { mariadb } from '../dialect/modes.ts'
import { CONTEXT, shopCatalog } from './shop.ts'

const NO_NAMES: SessionNames = { prepared: () => undefined, cursor: () => undefined }

/** A statement, and on the line behind it `=> verb | effects | tables`. */
const table = readFileSync(new URL('./effects.txt', import.meta.url), 'utf8')
  .replace(/^#.*\n/gm, '')
  .trim()
  .split(/\n(?! )\n?/)
  .map((entry) => entry.split('\n  => ') as [sql: string, expected: string])

let dialect: MysqlDialect
let catalog: Catalog

beforeAll(async () => {
  dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})

afterAll(() => dialect.close())

const summary = ({ opaque, verb, effects, tables }: Facts): string => {
  if (opaque !== undefined) return `opaque: ${opaque}`
  const named = tables.map(({ schema, name, access }) => `${schema}.${name} ${access.join('+')}`).sort()
  return [verb, effects.join(' ') || '-', named.join(', ') || '-'].join(' | ')
}

describe('verb, effects and tables of', () => {
  test.each(table)('%s', async (sql, expected) => {
    const [read, ...others] = await dialect.read(sql, mariadb)
    if (!read || others.length > 0) throw new Error('not one statement')
    expect(summary(analyse(read, catalog, CONTEXT, NO_NAMES, mysqlTraits).facts)).toBe(expected)
  })
})
