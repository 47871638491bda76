import { expect, test } from '@jest/globals'
import type { StatementClosing } from '@sluice/core/record/statement'
import { type Running, settle } from '../../src/session/running.ts'
import type { WireSession } from '../../src/session/wire-session.ts'

test('a statement that is over is recorded as such whatever becomes of what it moved', () => {
  const closed: string[] = []
  const session = {
    governance: {
      database: {},
      audit: { close: ({ result }: StatementClosing) => closed.push(result.outcome) },
      metrics: { statement: () => undefined },
      now: () => 2,
    },
    who: { principal: {}, facts: {} },
    moves: {
      settle: () => {
        throw new Error('database is locked')
      },
    },
  } as unknown as WireSession
  const execution = { analysis: { facts: { verb: 'insert' } }, decision: { kind: 'allow' }, startedAt: 1 }
  const run = { execution, rows: 0, bytes: 0, resultRows: 0, closed: false } as unknown as Running
  expect(() => settle(session, run, 'completed')).toThrow('locked')
  expect(closed).toEqual(['completed'])
})
