import { describe, expect, test } from '@jest/globals'
import { defaultLimits } from '@sluice/reading/limits'
import { matches } from '@sluice/reading/pattern'
import { provenPattern } from '@sluice/reading/proven-pattern'
import { readCorpus } from '@sluice/testkit/corpora'
import { withOtherConstants } from '@sluice/testkit/other-constants'
import { constantsOf } from '../../src/dialect/constants.ts'
import { splitter } from '../../src/dialect/split.ts'

const splitOf = splitter(defaultLimits)
const split = (text: string) => splitOf(text, true)
const constants = (text: string) => constantsOf(text, true)

const corpus = readCorpus('sqlserver')
const suite = corpus === undefined ? describe.skip : describe

/** What a text is read as, or why it is not. */
const keysOf = (text: string): string => {
  try {
    return JSON.stringify(split(text).map((part) => [part.text, part.literals]))
  } catch (error) {
    return String(error)
  }
}

suite('the pattern of a statement', () => {
  test('stands for texts that the lexer reads as the same, over the corpus', () => {
    const wrong: string[] = []
    let tried = 0
    for (const { sql } of (corpus ?? []).filter((_statement, index) => index % 5 === 0)) {
      const keys = keysOf(sql)
      if (!keys.startsWith('[')) continue
      const pattern = provenPattern(sql, split(sql), { split, constants: () => constants(sql) })
      for (const text of pattern.kinds.length === 0 ? [] : withOtherConstants(pattern)) {
        if (!matches(pattern, text)) continue
        tried++
        if (keysOf(text) !== keys) wrong.push(text)
      }
    }
    expect(wrong).toEqual([])
    expect(tried).toBeGreaterThan(5_000)
  })

  test.each([
    ["select a as 'b' from t"],
    [`select a as '${'b'.repeat(129)}' from t`],
    ["exec ('select 1')"],
    ['select 0x1f, 1.5, 1e5, $1'],
  ])('has no gap where the reading hangs on it: %s', (sql) => {
    const pattern = provenPattern(sql, split(sql), { split, constants: () => constants(sql) })
    expect(pattern.kinds).toEqual([])
  })
})
