import { afterAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import { buildCatalog } from '@sluice/core/catalog/build'
import type { Statement } from '@sluice/core/statement/command'
import { visit } from '@sluice/core/statement/walk'
import { defaultLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import { readCorpus } from '@sluice/testkit/corpora'
import { bareTree } from '@sluice/testkit/trees/bare'
import type { TreeGrammar, TreeStyle } from '@sluice/testkit/trees/grammar'
import { TreePrinter } from '@sluice/testkit/trees/print'
import { sqlSoup } from '@sluice/testkit/trees/soup'
import { statementTrees } from '@sluice/testkit/trees/statements'
import fc, { type Arbitrary } from 'fast-check'
import { sqlserverTraits } from '../../src/analysis-traits/traits.ts'
import { readBatch } from '../../src/dialect/canonical/batch.ts'
import { canonicalKey } from '../../src/dialect/canonical/key.ts'
import { writeTokens } from '../../src/dialect/canonical/write.ts'
import { sqlserverDialect } from '../../src/dialect/dialect.ts'
import { lowerSource } from '../../src/dialect/lower/source.ts'
import { splitter } from '../../src/dialect/split.ts'

const types = [
  { sql: 'int', name: ['sys', 'int'] },
  { sql: 'nvarchar(max)', name: ['sys', 'nvarchar'] },
  { sql: 'dbo.phone', name: ['dbo', 'phone'] },
]

const grammar: TreeGrammar = {
  names: ['a', 'b', 'orders', 'id', 'select', 'x y', 'old', 'a]b', 'key', 'value', 'ä'],
  functions: ['lower', 'count', 'f', 'coalesce', 'left'],
  types,
  valueOperators: ['+', '-', '*', '/', '%', '&', '|', '^'],
  comparisons: ['=', '<>', '<', '<=', '>', '>=', 'like', 'not like', 'is distinct from'],
  conditionsAreValues: false,
  joins: ['inner', 'left', 'right', 'full', 'cross'],
  joinUsing: false,
  naturalJoin: false,
  lateral: false,
  distinctOn: false,
  filter: false,
  windows: true,
  rows: false,
  arrays: false,
  valuesQueries: false,
  setOperations: ['union', 'intersect', 'except'],
  allOfAnySet: false,
  limit: false,
  freeOffset: false,
  orderedSubqueries: false,
  with: true,
  recursive: false,
  booleans: false,
  params: false,
  returning: false,
  onConflict: false,
  updateFrom: false,
  deleteUsing: false,
  tupleAssignments: false,
  defaults: true,
  merge: true,
}

const style: TreeStyle = {
  name: (name) => (/^(?:a|b|orders|id)$/.test(name) ? name : `[${name.replaceAll(']', ']]')}]`),
  param: (index) => `@p${index}`,
  type: (name) => types.find((type) => type.name.join() === name.join())?.sql ?? name.join('.'),
  call: (name) => name.join('.'),
  limit: () => '',
  with: () => 'WITH',
  row: (fields) => `(${fields})`,
}

/** What the reader knows of itself: functions of the system, the rows of OUTPUT, whether a WITH reads itself. */
const told = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(told)
  if (typeof value !== 'object' || value === null) return value
  const node = Object.fromEntries(Object.entries(value).map(([key, field]) => [key, told(field)]))
  delete node['returningNames']
  delete node['recursive']
  const { kind, name } = node
  return kind === 'call' && Array.isArray(name) && name.length === 1
    ? { ...node, name: ['sys', ...name] }
    : node
}

/** A WITH query that names a later one, and a write into a WITH query, mean something else here. */
const isPlain = (tree: Statement): boolean => {
  const ctes = 'with' in tree && tree.with ? tree.with.ctes.map(({ name }) => name) : []
  if (ctes.length === 0) return true
  let clashes = new Set(ctes).size < ctes.length || !('from' in tree)
  visit(tree, (node) => {
    if (node.kind === 'table-ref' && ctes.includes(node.name[0] ?? '')) clashes = true
  })
  return !clashes
}

const trees: Arbitrary<Statement> = statementTrees(grammar).filter(isPlain)

const limits = { ...defaultLimits, parseTimeoutMs: 10_000, nesting: 200, tokens: 100_000 }

describe('random trees', () => {
  test('printed, then read, are what they were', () => {
    const printer = new TreePrinter(style)
    fc.assert(
      fc.property(trees, (tree) => {
        // MERGE ends with a `;`.
        const sql = `${printer.statement(tree)};`
        const read = splitter(limits)(sql, true).map(({ source }) => lowerSource(source).statement)
        expect({ sql, tree: told(bareTree(read)) }).toEqual({ sql, tree: [told(bareTree(tree))] })
      }),
      { numRuns: 500 },
    )
  }, 60_000)
})

/** Pieces that Transact-SQL's lexer and grammar treat in ways of their own. */
const SOUP = [
  '@@rowcount',
  '@p',
  '#t',
  "N'",
  '[a',
  ']]',
  '0x',
  '$1',
  '$action',
  '::',
  '+=',
  '!=',
  'top (1)',
  'exec',
  'begin',
  'end',
  'if',
  'while',
  'declare @x int',
  'output inserted.a',
  'merge t using u on',
  'go',
  'pivot (',
  '.nodes(',
  '.value(',
  'for json path',
  'cross apply',
  'openjson(',
  'print',
  'go',
  'values (1), (1)',
  'in (1, 1)',
  "as 'x'",
  'é',
  '\u2028',
  '\r',
]

/** The canonical text by the lexer; undefined where the batch is not read, or read with its literals. */
const slowly = (text: string, quotedIdentifier: boolean): string | undefined => {
  try {
    const { tokens, literals } = readBatch(text, quotedIdentifier, defaultLimits)
    return literals ? undefined : writeTokens(tokens, false)
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

const agree = (text: string, quotedIdentifier: boolean): boolean => {
  const quick = canonicalKey(text, quotedIdentifier, defaultLimits)
  if (quick === undefined) return true
  const slow = slowly(text, quotedIdentifier)
  // A key under which only batches with literals are kept is found by none.
  if (slow === undefined) return /\.(?:exist|modify|nodes|query|value)\(/.test(quick)
  return quick === slow
}

describe('texts, however odd', () => {
  const dialect = sqlserverDialect({ limits: { parseTimeoutMs: 10_000 } })
  afterAll(() => dialect.close())

  test('are read or Opaque: none throws and none hangs', async () => {
    const catalog = buildCatalog(1, { database: 'd', relations: [], columns: [], routines: [] }, () => [])
    const context = { database: 'd', searchPath: ['dbo', 'sys'] }
    await fc.assert(
      fc.asyncProperty(sqlSoup(SOUP), fc.boolean(), async (text, quotedIdentifier) => {
        for (const read of await dialect.read(text, { quotedIdentifier })) {
          const { facts } = analyse(read, catalog, context, NO_NAMES, sqlserverTraits)
          expect(facts.opaque === undefined || facts.effects.includes('unknown')).toBe(true)
        }
      }),
      { numRuns: 3_000 },
    )
  }, 60_000)

  test('have one key, found the quick way or the slow', () => {
    fc.assert(
      fc.property(sqlSoup(SOUP), fc.boolean(), (text, quotedIdentifier) => {
        expect({
          text,
          agree: agree(`select ${text}`, quotedIdentifier) && agree(text, quotedIdentifier),
        }).toEqual({
          text,
          agree: true,
        })
      }),
      { numRuns: 10_000 },
    )
  }, 60_000)

  const corpus = readCorpus('sqlserver')
  ;(corpus === undefined ? test.skip : test)(
    'of the corpus too',
    () => {
      const differ = (corpus ?? []).filter(({ sql }) => !agree(sql, true) || !agree(sql, false))
      expect(differ.map(({ sql }) => sql)).toEqual([])
    },
    60_000,
  )
})
