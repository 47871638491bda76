import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { defaultLimits } from '@sluice/reading/limits'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import * as fc from 'fast-check'
import { Client } from 'pg'
import { canonicalStatements } from '../../src/dialect/canonical/canonical.ts'
import { Kind } from '../../src/dialect/lexer/kind.ts'
import { Lexer } from '../../src/dialect/lexer/lexer.ts'
import { stringValue } from '../../src/dialect/lexer/value.ts'
import { majorOf } from '../../src/dialect/major.ts'
import { VERSIONS } from '../analysis/servers.ts'

/** Values of string constants, or undefined where we refuse the text or it is more than one constant. */
const ourValue = (text: string, standard: boolean, verticalTab: boolean): string | undefined => {
  try {
    const lexer = new Lexer(text, standard)
    const kind = lexer.next()
    const value = stringValue(text, kind, lexer.start, lexer.end, { verticalTab })
    return lexer.next() === Kind.end ? value : undefined
  } catch {
    return undefined
  }
}

describe.each(VERSIONS)('a real server: %s', (version) => {
  let major: number
  let server: RunningPostgres
  let client: Client
  beforeAll(async () => {
    server = await startPostgres({ version, superuserPassword: 'secret', auth: 'trust' })
    client = new Client({ connectionString: server.connectionString('postgres') })
    await client.connect()
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
    major = majorOf(rows[0]?.server_version)
  }, 60_000)
  afterAll(async () => {
    await client.end()
    await server.stop()
  })

  const theirValue = async (constant: string): Promise<string | undefined> => {
    try {
      const { rows, fields } = await client.query<[unknown]>({ text: `select ${constant}`, rowMode: 'array' })
      // Another name is an alias: the text was a string and something else.
      if (fields[0]?.name !== '?column?') return undefined
      return typeof rows[0]?.[0] === 'string' ? rows[0][0] : undefined
    } catch {
      return undefined
    }
  }

  const inside = fc.constantFrom(
    'a',
    "''",
    '\\',
    'x',
    '41',
    'u',
    '0061',
    'n',
    'v',
    'é',
    '+',
    "'\n'",
    "'--c\n'",
    "' -- c\n\t'",
    '$',
    '"',
  )
  const opening = fc.constantFrom(["'", "'"], ["E'", "'"], ["U&'", "'"], ['$a$', '$a$'], ["e'", "'"])

  test.each([
    ['on', true],
    ['off', false],
  ])(
    'reads the same strings as the lexer while standard_conforming_strings is %s',
    async (setting, standard) => {
      await client.query(`set standard_conforming_strings = ${setting}; set escape_string_warning = off`)
      let compared = 0
      await fc.assert(
        fc.asyncProperty(
          opening,
          fc.array(inside, { maxLength: 8 }),
          async ([open = '', close = ''], parts) => {
            const constant = open + parts.join('') + close
            const theirs = await theirValue(constant)
            // Where the server finds one string, it is the one that we find.
            if (theirs === undefined) return
            compared++
            expect(ourValue(constant, standard, major >= 17)).toBe(theirs)
          },
        ),
        { numRuns: 1500 },
      )
      expect(compared).toBeGreaterThan(300)
      await client.query('set standard_conforming_strings = on')
    },
    60_000,
  )

  test('folds and cuts names as the canonical text does', async () => {
    const name = fc.array(
      fc.constantFrom('A', 'b', 'É', 'ß', 'I', '_', '1', '$', '€', 'xxxxxxxxxxxxxxxxxxxx'),
      { minLength: 1, maxLength: 8 },
    )
    await fc.assert(
      fc.asyncProperty(name, fc.boolean(), async (parts, quoted) => {
        const written = quoted ? `"${parts.join('')}"` : `n${parts.join('')}`
        const { fields } = await client.query(`select 1 as ${written}`)
        const [statement] = canonicalStatements(`select 1 as ${written}`, true, defaultLimits)
        const shown = statement?.canonical.slice('select 1 as '.length).replaceAll('"', '')
        expect(shown).toBe(fields[0]?.name)
      }),
      { numRuns: 300 },
    )
  }, 60_000)
})
