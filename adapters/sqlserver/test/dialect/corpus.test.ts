import { afterAll, describe, expect, test } from '@jest/globals'
import { sqlserverDialect } from '../../src/dialect/dialect.ts'
import { readCorpus } from './corpora.ts'

const corpus = readCorpus()
const suite = corpus === undefined ? describe.skip : describe

/** Of what test suites send, one in so many is read: an error there is found in the others of its kind as well. */
const sampled = 3

suite('the corpus of SQL Server statements', () => {
  // Killing a slow parse is tested elsewhere; here a busy machine must not look like an unreadable statement.
  const dialect = sqlserverDialect({ limits: { parseTimeoutMs: 10_000 } })
  afterAll(() => dialect.close())

  test('is read: at least 97 % of what applications send, 70 % of the suites', async () => {
    const table = new Map<string, { kind: string; valid: number; opaque: number; reads: string }>()
    const chosen = (corpus ?? []).filter(
      ({ kind, valid }, index) => valid && (kind === 'app' || index % sampled === 0),
    )
    for (const { source, kind, sql } of chosen) {
      const reading = await dialect.read(sql, { quotedIdentifier: true })
      const row = table.get(source) ?? { kind, valid: 0, opaque: 0, reads: '' }
      table.set(source, row)
      row.valid++
      if (reading.some(({ statement }) => statement.kind === 'opaque')) row.opaque++
      row.reads = `${(100 - (100 * row.opaque) / row.valid).toFixed(2)} %`
    }
    const rate = (kind: string) => {
      const rows = [...table.values()].filter((row) => row.kind === kind)
      const valid = rows.reduce((sum, row) => sum + row.valid, 0)
      return (valid - rows.reduce((sum, row) => sum + row.opaque, 0)) / valid
    }
    console.table(Object.fromEntries(table))
    expect(rate('app')).toBeGreaterThanOrEqual(0.97)
    expect(rate('suite')).toBeGreaterThanOrEqual(0.7)
  }, 90_000)
})
