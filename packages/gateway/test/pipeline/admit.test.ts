import { describe, expect, test } from '@jest/globals'
import type { Analysis } from '@sluice/core/analysis/context'
import type { Effect } from '@sluice/core/analysis/facts'
import type { Allow } from '@sluice/core/policy/decision'
import type { JournalEntry } from '@sluice/core/record/record'
import {
  closedEntry,
  openedEntry,
  type StatementClosing,
  type StatementOpening,
  type StatementResult,
} from '@sluice/core/record/statement'
import { admit, closeRecord, NO_VALUES, openRecord } from '@sluice/gateway/pipeline/admit'
import { JournalUnavailable } from '@sluice/gateway/ports/audit-sink'
import type { Governance, SessionIdentity } from '@sluice/gateway/session/governance'

const allow: Allow = {
  kind: 'allow',
  rules: [{ id: 'use', effect: 'allow', mode: 'enforce' }],
  errors: [],
  obligations: { masks: { any: false, forColumn: () => undefined } },
  policyVersion: 'v1',
}

const who: SessionIdentity = {
  principal: { id: 'ana', kind: 'human', groups: [], provider: 'staff' },
  facts: { id: 's1', clientAddress: '', applicationName: '', tls: true },
}

const analysisOf = (...effects: Effect[]): Analysis =>
  ({
    facts: {
      functions: [],
      canonical: 'select ?',
      fingerprint: 'f',
      verb: 'select',
      effects,
      tables: [{ schema: 'public', name: 't', access: ['read'], labels: [], known: true }],
    },
    changes: [],
  }) as unknown as Analysis

/** Governance of which only the journal is asked; `release` says that everything is on disk, `fail` that nothing will be. */
function held() {
  const entries: JournalEntry[] = []
  const disk = Promise.withResolvers<void>()
  disk.promise.catch(() => undefined)
  let durable = 0
  const counted: unknown[] = []
  const governance = {
    database: { name: 'shop', system: 'postgresql', environment: 'test' },
    audit: {
      open: (opening: StatementOpening) => entries.push(openedEntry(opening)),
      close: (closing: StatementClosing) => entries.push(closedEntry(closing)),
      isDurable: (position: number) => position <= durable,
      durable: () => disk.promise,
      isWritten: () => false,
    },
    metrics: { statement: (ended: unknown) => counted.push(ended) },
    now: () => 1_000,
  } as unknown as Governance
  return {
    governance,
    entries,
    counted,
    release: () => {
      durable = entries.length
      disk.resolve()
    },
    fail: () => disk.reject(new JournalUnavailable('full')),
  }
}

const opened = (governance: Governance, ...effects: Effect[]) => ({
  ...openRecord(governance, who, analysisOf(...effects), allow, NO_VALUES, undefined),
  decision: allow,
})

describe('INVARIANT (record-before-effect): a permit', () => {
  test.each<Effect>(['write', 'ddl', 'dcl', 'session', 'admin', 'file', 'network', 'program', 'unknown'])(
    'for the effect `%s` is given once the record is on disk',
    async (effect) => {
      const { governance, release } = held()
      const permit = admit(governance, who, opened(governance, 'read', effect))
      expect(permit).toBeInstanceOf(Promise)
      let given = false
      void Promise.resolve(permit).then(() => {
        given = true
      })
      await new Promise((resolve) => setImmediate(resolve))
      expect(given).toBe(false)
      release()
      expect(await permit).toMatchObject({ position: 1 })
    },
  )

  test('for a pure read is given at once, with the record’s position', () => {
    const { governance } = held()
    expect(admit(governance, who, opened(governance, 'read'))).toMatchObject({ position: 1 })
  })

  test('is not given where the journal cannot be written', async () => {
    const { governance, fail } = held()
    const permit = admit(governance, who, opened(governance, 'write'))
    fail()
    await expect(permit).rejects.toBeInstanceOf(JournalUnavailable)
  })
})

test('a record says what was asked and decided, and then what became of it', () => {
  const { governance, entries, counted } = held()
  const execution = opened(governance, 'read')
  const result: StatementResult = { outcome: 'failed', code: '42703', exposed: [], masked: [] }
  closeRecord(governance, who, execution, result, 0, 0)
  expect(entries).toMatchObject([
    {
      type: 'statement.opened',
      session: 's1',
      principal: 'ana',
      canonical: 'select ?',
      decision: 'allow',
      rules: [{ id: 'use' }],
      tables: [{ name: 'public.t', access: ['read'] }],
      policyVersion: 'v1',
    },
    {
      type: 'statement.closed',
      session: 's1',
      statement: execution.statement,
      outcome: 'failed',
      code: '42703',
    },
  ])
  expect(counted).toMatchObject([{ verb: 'select', decision: 'allow', rows: 0, code: '42703' }])
})

test('a statement takes as long as it takes, whatever the time of day is set to meanwhile', async () => {
  const { governance, entries, counted } = held()
  let time = 1_700_000_000_000
  const set = { ...governance, now: () => (time -= 3_600_000) }
  const execution = opened(set, 'read')
  await new Promise((resolve) => setTimeout(resolve, 2))
  closeRecord(set, who, execution, { outcome: 'completed', exposed: [], masked: [] }, 0, 0)
  const [, closed] = entries
  const durationMs = closed?.type === 'statement.closed' ? closed.durationMs : Number.NaN
  expect(durationMs).toBeGreaterThan(0)
  expect(Math.round(durationMs * 1000) / 1000).toBe(durationMs)
  expect(counted).toMatchObject([{ durationMs }])
})
