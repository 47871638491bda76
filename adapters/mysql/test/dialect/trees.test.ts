import { afterAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import { buildCatalog } from '@sluice/core/catalog/build'
import type { Statement } from '@sluice/core/statement/command'
import { defaultLimits } from '@sluice/reading/limits'
import { bareTree } from '@sluice/testkit/trees/bare'
import type { TreeGrammar, TreeStyle } from '@sluice/testkit/trees/grammar'
import { TreePrinter } from '@sluice/testkit/trees/print'
import { sqlSoup } from '@sluice/testkit/trees/soup'
import { statementTrees } from '@sluice/testkit/trees/statements'
import fc, { type Arbitrary } from 'fast-check'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { canonicalStatements } from '../../src/dialect/canonical/canonical.ts'
import { mysqlDialect } from '../../src/dialect/dialect.ts'
import { readExpression } from '../../src/dialect/grammar/expression.ts'
import { readQuery } from '../../src/dialect/grammar/query.ts'
import { readStatement } from '../../src/dialect/grammar/statement.ts'
import { Tokens } from '../../src/dialect/grammar/tokens.ts'
import type { MysqlModes } from '../../src/dialect/modes.ts'
import { mariadb } from './modes.ts'

const types = ['char', 'signed', 'date', 'json'].map((name) => ({ sql: name, name: [name] }))

/** Names of columns are the same in any case, so all are in lower case here. A RIGHT JOIN by names is turned around. */
const grammar: TreeGrammar = {
  names: ['a', 'b', 'orders', 'id', 'select', 'x y', 'old', 'ä`ö', '1st', 'value'],
  functions: ['lower', 'count', 'set_size', 'f', 'concat'],
  types,
  valueOperators: ['+', '-', '*', '/', '%', 'div', '||', '|', '&', '<<', '^'],
  comparisons: [
    '=',
    '<>',
    '<',
    '<=',
    '>',
    '>=',
    '<=>',
    'like',
    'not like',
    'regexp',
    'not regexp',
    'sounds like',
  ],
  conditionsAreValues: true,
  joins: ['inner', 'left', 'cross'],
  joinUsing: true,
  naturalJoin: true,
  lateral: true,
  distinctOn: false,
  filter: false,
  windows: true,
  rows: true,
  arrays: false,
  valuesQueries: true,
  setOperations: ['union', 'intersect', 'except'],
  allOfAnySet: true,
  limit: true,
  freeOffset: false,
  orderedSubqueries: true,
  with: true,
  recursive: true,
  booleans: true,
  params: false,
  returning: false,
  onConflict: false,
  updateFrom: false,
  deleteUsing: false,
  tupleAssignments: false,
  defaults: true,
  merge: false,
}

const style: TreeStyle = {
  name: (name) => (/^(?:a|b|orders|id)$/.test(name) ? name : `\`${name.replaceAll('`', '``')}\``),
  param: () => '?',
  type: (name) => name.join('.'),
  call: (name) => name.join('.'),
  limit: (limit, offset) =>
    [limit && `LIMIT ${limit}`, offset && `OFFSET ${offset}`].filter(Boolean).join(' '),
  with: (recursive) => (recursive ? 'WITH RECURSIVE' : 'WITH'),
  row: (fields) => `ROW(${fields})`,
}

/** WITH stands before the query of an INSERT, not before the INSERT. */
const trees: Arbitrary<Statement> = statementTrees(grammar).filter(
  (tree) => tree.kind !== 'insert' || tree.with === undefined,
)

const concatenating: MysqlModes = { ...mariadb, pipesAsConcat: true }
const limits = { ...defaultLimits, parseTimeoutMs: 10_000, nesting: 200, tokens: 100_000 }

const nothingPrepared = (): never => {
  throw new Error('nothing is prepared here')
}

/** What our grammar reads, whatever others say. */
const readAlone = (sql: string): Statement => {
  const [only] = canonicalStatements(sql, concatenating, limits)
  const rules = { expression: readExpression, query: readQuery, statement: readStatement }
  return readStatement(new Tokens(only?.text ?? '', limits.treeDepth, rules, nothingPrepared))
}

const modes: Arbitrary<MysqlModes> = fc.record({
  ansiQuotes: fc.boolean(),
  noBackslashEscapes: fc.boolean(),
  pipesAsConcat: fc.boolean(),
  lowerCaseTableNames: fc.boolean(),
  mariadb: fc.boolean(),
  version: fc.constantFrom(50_500, 80_036, 101_119),
})

describe('random trees', () => {
  const dialect = mysqlDialect({ limits })
  afterAll(() => dialect.close())

  test('printed, then read by our grammar, are what they were', () => {
    const printer = new TreePrinter(style)
    fc.assert(
      fc.property(trees, (tree) => {
        const sql = printer.statement(tree)
        expect({ sql, tree: bareTree(readAlone(sql)) }).toEqual({ sql, tree: bareTree(tree) })
      }),
      { numRuns: 2_000 },
    )
  }, 120_000)

  // Other parsers do not know all of it: what they refuse is Opaque, and nothing is read as something else.
  test('printed, then read, are what they were, or Opaque', async () => {
    const printer = new TreePrinter(style)
    let read = 0
    await fc.assert(
      fc.asyncProperty(trees, async (tree) => {
        const sql = printer.statement(tree)
        const [only, ...more] = await dialect.read(sql, concatenating)
        expect(more).toEqual([])
        if (only?.statement.kind === 'opaque') {
          expect(only.statement.reason).toMatch(/other parser|polyglot|node-sql-parser|of WITH/)
          return
        }
        read++
        expect({ sql, tree: bareTree(only?.statement) }).toEqual({ sql, tree: bareTree(tree) })
      }),
      { numRuns: 300 },
    )
    expect(read).toBeGreaterThanOrEqual(100)
  }, 120_000)

  test('of texts, however odd, none throws and none hangs', async () => {
    const catalog = buildCatalog(1, { database: 'd', relations: [], columns: [], routines: [] }, () => [])
    const context = { database: 'd', searchPath: ['', 'd'] }
    await fc.assert(
      fc.asyncProperty(sqlSoup(SOUP), modes, async (text, mode) => {
        for (const read of await dialect.read(text, mode)) {
          const { facts } = analyse(read, catalog, context, NO_NAMES, mysqlTraits)
          expect(facts.opaque === undefined || facts.effects.includes('unknown')).toBe(true)
        }
      }),
      { numRuns: 3_000 },
    )
  }, 60_000)
})

/** Pieces that the servers' scanners treat in ways of their own. */
const SOUP = [
  '/*!50000',
  '/*M!',
  '--\t',
  '\\',
  "N'",
  "x'0g'",
  '0x',
  '1a',
  '@@',
  "@'",
  ':=',
  '->>',
  '&&',
  '||',
  'begin',
  'into outfile',
  'on duplicate key update',
  'delimiter',
  'interval',
]
