import { afterAll, expect, test } from '@jest/globals'
import { postgresDialect } from '../../src/dialect/dialect.ts'
import { isLookedUpLate } from '../../src/session/looked-up-late.ts'

const dialect = postgresDialect({ limits: { parseTimeoutMs: 10_000 } })
afterAll(() => dialect.close())

test.each([
  ['SELECT a FROM t', false],
  ['SELECT a FROM t UNION SELECT a FROM t', false],
  ['SELECT a INTO made FROM t', true],
  ['SELECT a INTO made FROM t UNION SELECT a FROM t', true],
  ['EXECUTE p', true],
  ['COMMIT', false],
] as const)('whether the names of a portal are looked up when it is executed: %s', async (sql, late) => {
  const [first] = await dialect.read(sql, { standardConformingStrings: true })
  expect(first && isLookedUpLate(first)).toBe(late)
})
