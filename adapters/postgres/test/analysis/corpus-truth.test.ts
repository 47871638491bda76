import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { Facts } from '@sluice/core/analysis/facts'
import { buildCatalog } from '@sluice/core/catalog/build'
import { readCorpus } from '@sluice/testkit/corpora'
import { loadModule, parseSync } from 'libpg-query'
import { postgresTraits } from '../../src/analysis-traits/traits.ts'
import { postgresDialect } from '../../src/dialect/dialect.ts'
import { type Touched, touchedBy } from './libpg-truth.ts'

const corpus = readCorpus('postgres')
const suite = corpus === undefined ? describe.skip : describe

const catalog = buildCatalog(1, { database: 'd', relations: [], columns: [], routines: [] }, () => [])
const context = { database: 'd', searchPath: ['pg_catalog', 'public'] }
const noNames = { prepared: () => undefined, cursor: () => undefined }

/** The tables of the facts, as the truth has them: unqualified names are looked up in `public`. */
const tablesOf = (facts: Facts): Touched => {
  const named = (access: 'read' | 'write'): string[] =>
    facts.tables
      .filter((table) => table.access.includes(access))
      .map(({ schema, name }) => `${schema}.${name}`)
  return { read: named('read').toSorted(), written: named('write').toSorted() }
}

suite('what the analysis says of the corpus, held against libpg’s own tree', () => {
  const dialect = postgresDialect()
  beforeAll(() => loadModule())
  afterAll(() => dialect.close())

  test('the tables and the write targets of every query and write are the same', async () => {
    const wrong: unknown[] = []
    let compared = 0
    for (const { sql, valid } of corpus ?? []) {
      if (!valid) continue
      const reading = await dialect.read(sql, { standardConformingStrings: true })
      const truth = trueTables(sql)
      if (truth === undefined || truth.length !== reading.length) continue
      for (const [i, read] of reading.entries()) {
        const expected = truth[i]
        const { facts } = analyse(read, catalog, context, noNames, postgresTraits)
        if (expected === undefined || facts.opaque !== undefined) continue
        compared += 1
        const found = tablesOf(facts)
        if (JSON.stringify(found) !== JSON.stringify(expected)) wrong.push({ sql, found, expected })
      }
    }
    console.log(`${compared} queries and writes compared, ${wrong.length} differ`)
    expect(wrong.slice(0, 10)).toEqual([])
    expect(compared).toBeGreaterThan(10_000)
  }, 180_000)
})

/** One entry per statement; undefined for those that are neither query nor write. Undefined where libpg rejects. */
const trueTables = (sql: string): (Touched | undefined)[] | undefined => {
  try {
    const { stmts } = parseSync(sql) as { stmts?: { stmt?: Record<string, unknown> }[] }
    return (stmts ?? []).map(({ stmt }) => (stmt === undefined ? undefined : touchedBy(stmt)))
  } catch {
    return undefined
  }
}
