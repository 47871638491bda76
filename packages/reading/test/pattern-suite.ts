import { describe, expect, test } from '@jest/globals'
import { matches } from '@sluice/reading/pattern'
import { provenPattern } from '@sluice/reading/proven-pattern'
import type { CanonicalPart } from '@sluice/reading/reader'

/** How a dialect reads a text, as `Reader` asks it, and what it is tried on. */
type Tried = {
  readonly split: (text: string) => readonly CanonicalPart[]
  readonly constants: (text: string) => readonly number[]
  readonly corpus: readonly { readonly sql: string }[] | undefined
  /** Texts with other constants in the gaps of a pattern. */
  readonly othersOf: (pattern: ReturnType<typeof provenPattern>) => readonly string[]
  /** Statements whose reading hangs on each of their constants. */
  readonly hanging: readonly string[]
}

/** What holds for the patterns of every dialect. */
export function patternSuite({ split, constants, corpus, othersOf, hanging }: Tried): void {
  const suite = corpus === undefined ? describe.skip : describe
  const patternOf = (sql: string) =>
    provenPattern(sql, split(sql), { split, constants: () => constants(sql) })

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
        const pattern = patternOf(sql)
        for (const text of pattern.kinds.length === 0 ? [] : othersOf(pattern)) {
          if (!matches(pattern, text)) continue
          tried++
          if (keysOf(text) !== keys) wrong.push(text)
        }
      }
      expect(wrong).toEqual([])
      expect(tried).toBeGreaterThan(5_000)
    })

    test.each(hanging)('has no gap where the reading hangs on it: %s', (sql) => {
      expect(patternOf(sql).kinds).toEqual([])
    })
  })
}
