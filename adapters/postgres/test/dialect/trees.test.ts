import { afterAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import { buildCatalog } from '@sluice/core/catalog/build'
import { bareTree } from '@sluice/testkit/trees/bare'
import type { TreeGrammar, TreeStyle } from '@sluice/testkit/trees/grammar'
import { TreePrinter } from '@sluice/testkit/trees/print'
import { sqlSoup } from '@sluice/testkit/trees/soup'
import { statementTrees } from '@sluice/testkit/trees/statements'
import fc from 'fast-check'
import { postgresTraits } from '../../src/analysis-traits/traits.ts'
import { postgresDialect } from '../../src/dialect/dialect.ts'

const types = [
  { sql: 'integer', name: ['pg_catalog', 'int4'] },
  { sql: 'text', name: ['text'] },
  { sql: 'timestamp with time zone', name: ['pg_catalog', 'timestamptz'] },
  { sql: 'app.mood', name: ['app', 'mood'] },
]

const grammar: TreeGrammar = {
  names: ['a', 'b', 'orders', 'id', 'select', 'Order', 'x y', 'old', 'ä"ö'],
  functions: ['lower', 'count', 'set_size', 'f'],
  types,
  valueOperators: ['+', '-', '*', '/', '||', '->', '->>', '#>', '@>', '~~*'],
  comparisons: ['=', '<>', '<', '<=', '>', '>=', 'like', 'not ilike', 'is distinct from'],
  conditionsAreValues: true,
  joins: ['inner', 'left', 'right', 'full', 'cross'],
  joinUsing: true,
  naturalJoin: true,
  lateral: true,
  distinctOn: true,
  filter: true,
  windows: true,
  rows: true,
  arrays: true,
  valuesQueries: true,
  setOperations: ['union', 'intersect', 'except'],
  allOfAnySet: true,
  limit: true,
  freeOffset: true,
  orderedSubqueries: true,
  with: true,
  recursive: true,
  booleans: true,
  params: true,
  returning: true,
  onConflict: true,
  updateFrom: true,
  deleteUsing: true,
  tupleAssignments: true,
  defaults: true,
  merge: true,
}

const style: TreeStyle = {
  name: (name) => (/^(?:a|b|orders|id)$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`),
  param: (index) => `$${index}`,
  type: (name) => types.find((type) => type.name.join() === name.join())?.sql ?? name.join('.'),
  call: (name) => name.join('.'),
  limit: (limit, offset) =>
    [limit && `LIMIT ${limit}`, offset && `OFFSET ${offset}`].filter(Boolean).join(' '),
  with: (recursive) => (recursive ? 'WITH RECURSIVE' : 'WITH'),
  row: (fields) => `ROW(${fields})`,
}

describe('random trees', () => {
  const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000, nesting: 200, tokens: 100_000 } })
  afterAll(() => dialect.close())

  test('printed, then read, are what they were', async () => {
    const printer = new TreePrinter(style)
    await fc.assert(
      fc.asyncProperty(statementTrees(grammar), async (tree) => {
        const sql = printer.statement(tree)
        const reading = await dialect.read(sql, { standardConformingStrings: true })
        expect({ sql, tree: bareTree(reading.map(({ statement }) => statement)) }).toEqual({
          sql,
          tree: [bareTree(tree)],
        })
      }),
      { numRuns: 600 },
    )
  }, 120_000)

  test('of texts, however odd, none throws and none hangs', async () => {
    const catalog = buildCatalog(1, { database: 'd', relations: [], columns: [], routines: [] }, () => [])
    const context = { database: 'd', searchPath: ['pg_catalog', 'public'] }
    await fc.assert(
      fc.asyncProperty(sqlSoup(SOUP), fc.boolean(), async (text, standardConformingStrings) => {
        for (const read of await dialect.read(text, { standardConformingStrings })) {
          const { facts } = analyse(read, catalog, context, NO_NAMES, postgresTraits)
          expect(facts.opaque === undefined || facts.effects.includes('unknown')).toBe(true)
        }
      }),
      { numRuns: 3_000 },
    )
  }, 60_000)
})

/** Pieces that PostgreSQL's scanner treats in ways of its own. */
const SOUP = [
  '$1',
  '$$',
  '$a$',
  "E'",
  "U&'",
  'UESCAPE',
  '\\',
  '::',
  '->>',
  'begin atomic',
  'copy',
  'do',
  'RETURNING',
]
