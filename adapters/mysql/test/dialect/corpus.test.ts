import { afterAll, describe, expect, test } from '@jest/globals'
import { type CorpusStatement, readCorpus } from '@sluice/testkit/corpora'
import { type GateRow, printGate } from '@sluice/testkit/gate-table'
import { mysqlDialect } from '../../src/dialect/dialect.ts'
import { mariadb } from './modes.ts'

const corpus = readCorpus('mysql')
const suite = corpus === undefined ? describe.skip : describe

/** All that applications send, and every so-maniest of the suites: the two other parsers take a millisecond each. */
const suiteStep = 4
const sample = (statements: readonly CorpusStatement[]) =>
  statements.filter(({ kind, valid }, index) => valid && (kind === 'app' || index % suiteStep === 0))

type Counted = { readonly kind: string; readonly valid: number; readonly opaque: number }

const kinds = ['app', 'suite'] as const

const rowOf = (kind: (typeof kinds)[number], all: readonly Counted[]): GateRow => {
  const rows = all.filter((row) => row.kind === kind)
  const valid = rows.reduce((sum, row) => sum + row.valid, 0)
  const opaque = rows.reduce((sum, row) => sum + row.opaque, 0)
  return { dialect: 'mysql', corpus: kind, valid, understood: valid - opaque }
}

suite('the corpus of MySQL and MariaDB statements', () => {
  // Killing a slow parse is tested elsewhere; here a busy machine must not look like an unreadable statement.
  const dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  afterAll(() => dialect.close())

  test('is read: at least 99 % of what applications send, 85 % of the suites', async () => {
    const table = new Map<string, { kind: string; valid: number; opaque: number }>()
    const reasons = new Map<string, number>()
    for (const { source, kind, sql } of sample(corpus ?? [])) {
      const reading = await dialect.read(sql, mariadb)
      const row = table.get(source) ?? { kind, valid: 0, opaque: 0 }
      table.set(source, row)
      row.valid++
      const opaque = reading.find(({ statement }) => statement.kind === 'opaque')?.statement
      if (opaque?.kind !== 'opaque') continue
      row.opaque++
      reasons.set(opaque.reason, (reasons.get(opaque.reason) ?? 0) + 1)
    }
    const rate = (kind: (typeof kinds)[number]) => {
      const { valid, understood } = rowOf(kind, [...table.values()])
      return understood / valid
    }
    console.table(Object.fromEntries(table))
    printGate(kinds.map((kind) => rowOf(kind, [...table.values()])))
    console.table([...reasons].sort(([, a], [, b]) => b - a).slice(0, 12))
    expect(rate('app')).toBeGreaterThanOrEqual(0.99)
    expect(rate('suite')).toBeGreaterThanOrEqual(0.85)
  }, 180_000)
})
