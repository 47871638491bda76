import { beforeAll, expect, test } from '@jest/globals'
import { defaultLimits } from '@sluice/reading/limits'
import { Unreadable } from '@sluice/reading/unreadable'
import { chanceFrom } from '@sluice/testkit/chance'
import { loadModule, parseSync } from 'libpg-query'
import { canonicalStatements } from '../../src/dialect/canonical/canonical.ts'
import { queryText, textHolding } from './text-generator.ts'

/** How many texts are tried, each by its number. */
const TEXTS = 6_000

beforeAll(loadModule)

const PLACES = /location$|^(?:list_start|list_end|rexpr_list_start|rexpr_list_end|stmt_len|version)$/

/** PostgreSQL's trees of the statements of a text, without their places; undefined where it finds none. */
const treesOf = (text: string): readonly string[] | undefined => {
  try {
    const { stmts = [] } = parseSync(text)
    return stmts.map(({ stmt }) =>
      JSON.stringify(stmt, (key, value: unknown) => (PLACES.test(key) ? undefined : value)),
    )
  } catch {
    return undefined
  }
}

/** The texts of the statements that we find; undefined where we refuse it. */
const readIn = (text: string, literals: boolean): readonly string[] | undefined => {
  try {
    return canonicalStatements(text, true, defaultLimits, { literals }).map((one) =>
      literals ? one.text : one.canonical,
    )
  } catch (error) {
    if (error instanceof Unreadable) return undefined
    throw error
  }
}

// INVARIANT (deny-by-default): what the parser is given to read is what the server reads.
test('a text means what its statements mean, written canonically one by one', () => {
  let compared = 0
  for (let seed = 1; seed <= TEXTS; seed++) {
    const text = queryText(chanceFrom(seed))
    const ours = readIn(text, true)
    const theirs = ours && treesOf(text)
    if (ours === undefined || theirs === undefined) continue
    compared++
    expect([seed, text, ours.flatMap((one) => treesOf(one) ?? ['none'])]).toEqual([seed, text, theirs])
  }
  // Else the texts are too odd to show anything.
  expect(compared).toBeGreaterThan(TEXTS / 5)
}, 60_000)

test('what stands in strings and comments is not recorded', () => {
  const secret = 'zq7hunter'
  let read = 0
  for (let seed = 1; seed <= TEXTS; seed++) {
    const text = textHolding(chanceFrom(seed), secret)
    const recorded = readIn(text, false)
    if (recorded === undefined) continue
    read++
    expect([seed, text, recorded.join('\n')]).toEqual([seed, text, expect.not.stringContaining(secret)])
  }
  expect(read).toBeGreaterThan(TEXTS / 2)
}, 60_000)
