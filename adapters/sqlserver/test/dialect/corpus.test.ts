import { afterAll, describe, expect, test } from '@jest/globals'
import { defaultLimits } from '@sluice/reading/limits'
import { readCorpus } from '@sluice/testkit/corpora'
import { sqlserverDialect } from '../../src/dialect/dialect.ts'
import { splitter } from '../../src/dialect/split.ts'

const corpus = readCorpus('sqlserver')
const suite = corpus === undefined ? describe.skip : describe

/** Of what test suites send, one in so many is read: an error there is found in the others of its kind as well. */
const sampled = 3

const split = (text: string): readonly string[] | undefined => {
  try {
    return splitter(defaultLimits)(text, true).map(({ canonical }) => canonical)
  } catch {
    return undefined
  }
}

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

  test('hides no statement that stands behind another without a `;`', () => {
    const routine = /^(?:create|alter) (?:or alter )?(?:procedure|proc|function|trigger) /
    const tails = [
      'delete from tail',
      'grant select on tail to u',
      'exec tail',
      'drop table tail',
      'select a from tail',
    ]
    const hidden: string[] = []
    for (const [index, { sql, valid }] of (corpus ?? []).entries()) {
      if (!valid || index % sampled !== 0) continue
      const alone = split(sql)
      // The body of a routine goes on to the end of the batch.
      if (alone === undefined || alone.length === 0 || alone.some((text) => routine.test(text))) continue
      for (const tail of tails) {
        const last = split(`${sql.replace(/;\s*$/, '')}\n${tail}`)
        if (last !== undefined && last.at(-1) !== tail) hidden.push(sql)
      }
    }
    expect(hidden).toEqual([])
  }, 90_000)
})
