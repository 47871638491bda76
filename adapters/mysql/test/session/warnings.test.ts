import { expect, test } from '@jest/globals'
import type { Facts } from '@sluice/core/analysis/facts'
import type { ColumnMasks } from '@sluice/core/policy/decision'
import type { Exchange } from '../../src/session/exchange.ts'
import { seenOk } from '../../src/session/server/session-track.ts'
import { isWarned, seenWarnings } from '../../src/session/server/warnings.ts'
import type { WireSession } from '../../src/session/wire-session.ts'

const masks: ColumnMasks = { any: true, forColumn: () => undefined }
const facts = {
  verb: 'select',
  tables: [{ schema: 'shop', name: 'unheard_of', access: ['read'] }],
  columns: [],
  functions: [],
  outputs: [],
  dynamic: false,
} as unknown as Facts
const owed = {
  run: { execution: { analysis: { facts }, decision: { obligations: { masks } } } },
} as unknown as Exchange

test('tables are gone through where the database warns, or its warnings are asked for', () => {
  let looked = 0
  const current = (): undefined => {
    looked += 1
  }
  const session = { governance: { catalog: { current } }, warner: undefined } as unknown as WireSession
  expect(seenWarnings(session, owed, 0)).toBe(0)
  expect(looked).toBe(0)
  // What a table holds that is not known may be masked.
  expect(isWarned(session)).toBe(true)
  expect(seenWarnings(session, owed, 3)).toBe(0)
  expect(looked).toBe(2)
})

/** What ends a write that warned so often. */
const said = (warnings: number) => ({
  header: 0 as const,
  affectedRows: 1n,
  lastInsertId: 0n,
  status: 2,
  warnings,
  info: `Records: 1  Duplicates: 0  Warnings: ${warnings}`,
  changes: [],
})

test('the words that end a statement say that there were no warnings', () => {
  expect(seenOk(said(3), 0, masks, facts)).toEqual(said(0))
  expect(seenOk(said(3), 3, masks, facts)).toEqual(said(3))
})
