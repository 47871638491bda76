import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { analyse } from '@sluice/core/analysis/analyse'
import type { Facts } from '@sluice/core/analysis/facts'
import { NO_NAMES } from '@sluice/core/analysis/names-after'
import { buildCatalog } from '@sluice/core/catalog/build'
import { readCorpus } from '@sluice/testkit/corpora'
import { type GateRow, printGate } from '@sluice/testkit/gate-table'
import { loadModule, parsePlPgSQLSync, parseSync } from 'libpg-query'
import { builtinFunction } from '../../src/analysis-traits/functions.ts'
import { postgresTraits } from '../../src/analysis-traits/traits.ts'
import { postgresDialect } from '../../src/dialect/dialect.ts'
import { type Node, type Truth, truthOf } from './libpg-truth.ts'

const corpus = readCorpus('postgres')
const suite = corpus === undefined ? describe.skip : describe

const catalog = buildCatalog(1, { database: 'd', relations: [], columns: [], routines: [] }, () => [])
const context = { database: 'd', searchPath: ['pg_catalog', 'public'] }

/** What functions make of a statement, by the database's own word for what they are. */
const OF_FUNCTIONS: Readonly<Record<string, string>> = {
  reads: 'read',
  writes: 'write',
  sequence: 'write',
  session: 'session',
  file: 'file',
  admin: 'admin',
  network: 'network',
  program: 'program',
  dynamic: 'unknown',
}

/** Statements that keep what they call for later. */
const KEEPS = /^(?:create|alter) (?:view|function|procedure|rule|trigger|policy)$|^prepare$/

/** Effects beside `unknown`, and whether it is unknown. */
type Effects = { readonly known: readonly string[]; readonly unknown: boolean }

const trueEffects = (truth: Truth): Effects => {
  const known = new Set(truth.effects)
  const functions = KEEPS.test(truth.verb) || truth.keeps ? [] : truth.functions
  let unknown = known.delete('unknown')
  for (const name of functions) {
    const builtin = builtinFunction(name)
    if (builtin === undefined || builtin.effect === 'unknown' || builtin.effect === 'dynamic') unknown = true
    else known.add(OF_FUNCTIONS[builtin.effect] ?? '')
  }
  known.delete('')
  return { known: [...known].toSorted(), unknown }
}

/** The facts in the same words. Unqualified names are looked up in `public`. */
const said = (facts: Facts) => {
  const named = (access: 'read' | 'write'): string[] =>
    facts.tables
      .filter((table) => table.access.includes(access))
      .map(({ schema, name }) => `${schema}.${name}`)
      .toSorted()
  return {
    verb: facts.verb,
    effects: facts.effects.filter((effect) => effect !== 'unknown'),
    read: named('read'),
    written: named('write'),
  }
}

/** Blocks of DO that were held against libpg's reading of them. */
let blocks = 0

suite('what the analysis says of the corpus, held against libpg’s own tree', () => {
  const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
  beforeAll(() => loadModule())
  afterAll(() => dialect.close())

  test('verb, effects, tables and write targets of every statement are the same', async () => {
    const wrong: unknown[] = []
    const rows = new Map<string, { valid: number; understood: number; wrong: number }>()
    for (const { sql, valid, kind } of corpus ?? []) {
      const statements = valid ? parsed(sql) : undefined
      if (statements === undefined) continue
      const row = rows.get(kind) ?? { valid: 0, understood: 0, wrong: 0 }
      rows.set(kind, row)
      const reading = await dialect.read(sql, { standardConformingStrings: true })
      row.valid += 1
      const facts = reading.map((read) => analyse(read, catalog, context, NO_NAMES, postgresTraits).facts)
      if (facts.some(({ opaque }) => opaque !== undefined)) continue
      row.understood += 1
      const differing = statements.flatMap((stmt, i) =>
        'DoStmt' in stmt
          ? blockDifference(facts[i], statements.length === 1 ? sql : undefined)
          : difference(stmt, facts[i], sql),
      )
      if (statements.length !== facts.length && statements.length > 0)
        differing.push({ sql, count: facts.length })
      if (differing.length > 0) row.wrong += 1
      wrong.push(...differing)
    }
    printGate([...rows].map(([name, row]): GateRow => ({ dialect: 'postgresql', corpus: name, ...row })))
    expect(wrong.slice(0, 10)).toEqual([])
    expect([...rows.values()].reduce((sum, row) => sum + row.understood, 0)).toBeGreaterThan(20_000)
    expect(blocks).toBeGreaterThan(20)
  }, 180_000)
})

const difference = (stmt: Node, facts: Facts | undefined, sql: string): unknown[] => {
  const truth = truthOf(stmt)
  if (truth === undefined || facts === undefined) return []
  const { known, unknown } = trueEffects(truth)
  const expected = { verb: truth.verb, effects: known, read: truth.read, written: truth.written }
  const found = said(facts)
  // Operators and types of the users' own run code as well: more may be unknown than functions tell.
  const missed = unknown && !facts.effects.includes('unknown')
  return missed || JSON.stringify(found) !== JSON.stringify(expected)
    ? [{ sql, found, expected, missed }]
    : []
}

/**
 * DO, where it is understood: all that libpg finds in the statements and expressions of its body. A text that is run
 * is not among them.
 */
const blockDifference = (facts: Facts | undefined, sql: string | undefined): unknown[] => {
  if (facts === undefined || facts.dynamic || sql === undefined) return []
  const json = JSON.stringify(parsePlPgSQLSync(sql))
  if (/"PLpgSQL_stmt_(?:dyn|open|fetch)|"dynquery"/.test(json)) return []
  const truths = textsOf(json).flatMap((text) => (parsed(text) ?? [{}]).map(truthOf))
  const all = (of: (truth: Truth) => readonly string[]): string[] =>
    [...new Set(truths.flatMap((truth) => (truth ? of(truth) : ['not parsed'])))].toSorted()
  const expected = {
    verb: 'do',
    // libpg has every expression as a SELECT, which alone reads nothing.
    effects: all((truth) => trueEffects(truth).known).filter((effect) => effect !== 'read'),
    read: all(({ read }) => read),
    written: all(({ written }) => written),
  }
  const ours = said(facts)
  const found = { ...ours, effects: ours.effects.filter((effect) => effect !== 'read') }
  blocks += 1
  return JSON.stringify(found) === JSON.stringify(expected) ? [] : [{ sql, found, expected }]
}

/** The texts of a body, each as a statement. */
const textsOf = (json: string): readonly string[] => {
  const texts: string[] = []
  JSON.parse(json, (_key, value: { query?: string; parseMode?: number } | null) => {
    if (typeof value?.query === 'string' && value.parseMode === 0) texts.push(value.query)
    else if (typeof value?.query === 'string')
      texts.push(`SELECT ${value.parseMode === 2 ? value.query : value.query.replace(/^.*?:?=/s, '')}`)
    return value
  })
  return texts
}

/** The statements of a text; undefined where libpg rejects it. */
const parsed = (sql: string): Node[] | undefined => {
  try {
    const { stmts } = parseSync(sql) as { stmts?: { stmt?: Node }[] }
    return (stmts ?? []).flatMap(({ stmt }) => (stmt === undefined ? [] : [stmt]))
  } catch {
    return undefined
  }
}
