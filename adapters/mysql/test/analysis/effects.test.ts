import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { Facts } from '@sluice/core/analysis/facts'
import { shopStatements } from './shop-statements.ts'

/** A statement, and on the line behind it `=> verb | effects | tables`. */
const table = readFileSync(new URL('./effects.txt', import.meta.url), 'utf8')
  .replace(/^#.*\n/gm, '')
  .trim()
  .split(/\n(?! )\n?/)
  .map((entry) => entry.split('\n  => ') as [sql: string, expected: string])

const { analysed } = shopStatements()

const summary = ({ opaque, verb, effects, tables }: Facts): string => {
  if (opaque !== undefined) return `opaque: ${opaque}`
  const named = tables.map(({ schema, name, access }) => `${schema}.${name} ${access.join('+')}`).sort()
  return [verb, effects.join(' ') || '-', named.join(', ') || '-'].join(' | ')
}

describe('verb, effects and tables of', () => {
  test.each(table)('%s', async (sql, expected) => {
    expect(summary((await analysed(sql)).facts)).toBe(expected)
  })
})
