import { describe, expect, test } from '@jest/globals'
import { defaultLimits } from '@sluice/reading/limits'
import { matches } from '@sluice/reading/pattern'
import { provenPattern } from '@sluice/reading/proven-pattern'
import { readCorpus } from '@sluice/testkit/corpora'
import { withOtherConstants } from '@sluice/testkit/other-constants'
import { canonicalStatements } from '../../src/dialect/canonical/canonical.ts'
import { constantsOf } from '../../src/dialect/constants.ts'

const split = (text: string) => canonicalStatements(text, true, defaultLimits)
const constants = (text: string) => constantsOf(text, true)

const corpus = readCorpus('postgres')
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
    ["select set_config('role', 'a', false)"],
    ["set search_path to 'a'"],
    ["select U&'d!0061' uescape '!'"],
    ["select E'a', B'1', X'1F', 1.5, 0x1f, 1e5"],
  ])('has no gap where the reading hangs on it: %s', (sql) => {
    const pattern = provenPattern(sql, split(sql), { split, constants: () => constants(sql) })
    expect(pattern.kinds).toEqual([])
  })
})
