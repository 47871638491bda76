import { readdirSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { compared } from '@sluice/testkit/facts/lines'
import { readPairs } from '@sluice/testkit/facts/pairs'
import { mariadb, mysql } from '../dialect/modes.ts'
import { shopStatements } from './shop-statements.ts'

const FOLDER = new URL('./fixtures/', import.meta.url)

const { analysed } = shopStatements()

for (const file of readdirSync(FOLDER).sort()) {
  describe(file, () => {
    const modes = file.startsWith('mysql') ? mysql : mariadb
    test.each(readPairs(new URL(file, FOLDER)))('$title', async ({ sql, expected }) => {
      const lines = compared(await analysed(sql, modes), expected)
      expect(lines.found).toEqual(lines.expected)
    })
  })
}
