import { describe, expect, test } from '@jest/globals'
import type { FlowLedger } from '@sluice/gateway/ports/flow-ledger'
import { encodeBind } from '../../src/messages/bind.ts'
import { encodeBindComplete } from '../../src/messages/bind-complete.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeErrorResponse } from '../../src/messages/error-response.ts'
import { encodeExecute } from '../../src/messages/execute.ts'
import { encodeFlush } from '../../src/messages/flush.ts'
import { encodeParse } from '../../src/messages/parse.ts'
import { encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeSync } from '../../src/messages/sync.ts'
import type { Carried } from './carried.ts'
import { described, type Heard, result } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const shop = shopSessions()
let session: Carried | undefined

const statement = (sql: string): Buffer =>
  Buffer.concat([
    encodeParse({ name: '', sql, parameterTypes: [] }),
    encodeBind({ portal: '', statement: '', parameterFormats: [], values: [], resultFormats: [] }),
    encodeExecute({ portal: '', maxRows: 0 }),
  ])

test('INVARIANT (no-unproven-column): tables changed by a COMMIT without a Sync are read again before others ask for them', async () => {
  let invalidated = 0
  const tags = ['BEGIN', 'ALTER TABLE', 'COMMIT']
  const answer = ({ name }: Heard): Buffer | undefined => {
    if (name === 'Parse') return encodeParseComplete()
    if (name === 'Bind') return encodeBindComplete()
    if (name === 'Query') return result([described('one')], [['1']])
    return name === 'Execute' ? encodeCommandComplete({ tag: tags.shift() ?? '' }) : undefined
  }
  const governed = shop.governed()
  const counting = {
    ...governed.catalog,
    invalidate: () => {
      invalidated += 1
    },
  }
  session = await shop.carried({ ...governed, catalog: counting }, answer)
  // Asks how names are looked up, which amid a pipeline takes other messages.
  session.client.say(encodeQuery({ sql: 'SELECT 1' }))
  await session.client.until((names) => names.includes('ReadyForQuery'))
  session.client.say(statement('BEGIN'), statement('ALTER TABLE orders RENAME TO old_orders'))
  await session.client.until((names) => names.filter((name) => name === 'CommandComplete').length === 3)
  expect(invalidated).toBe(0)
  session.client.say(statement('COMMIT'), encodeFlush())
  await session.client.until((names) => names.filter((name) => name === 'CommandComplete').length === 4)
  expect(invalidated).toBe(1)
})

test.each([
  ['ALTER TABLE orders RENAME TO old_orders', 0],
  ['CREATE TABLE orders (id integer)', 0],
  ['SELECT missing(1)', 0],
  ['CREATE INDEX CONCURRENTLY i ON orders (id)', 1],
  ["DO $$ BEGIN EXECUTE 'ALTER TABLE orders RENAME TO old_orders'; COMMIT; PERFORM 1/0; END $$", 1],
  ['CALL missing()', 1],
])(
  'of what fails outside of a transaction, tables are read again for what may have committed amid itself: %s',
  async (sql, times) => {
    let invalidated = 0
    const failed = Buffer.concat([
      encodeErrorResponse({
        fields: new Map([
          ['S', 'ERROR'],
          ['C', '55P03'],
          ['M', 'no'],
        ]),
      }),
      encodeReadyForQuery({ status: 'I' }),
    ])
    const governed = shop.governed()
    const counting = {
      ...governed.catalog,
      invalidate: () => {
        invalidated += 1
      },
    }
    session = await shop.carried({ ...governed, catalog: counting }, ({ name }) =>
      name === 'Query' ? failed : undefined,
    )
    session.client.say(encodeQuery({ sql }))
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(session.client.error).toBe('55P03')
    expect(invalidated).toBe(times)
  },
)

describe('INVARIANT (no-unproven-column): behind a tag that says ROLLBACK', () => {
  type Step = readonly [sql: string, tag: string]
  const copy: Step = ['CREATE TABLE copied AS SELECT email AS e FROM customers', 'SELECT 1']
  const prepare: Step = ["PREPARE TRANSACTION 'x'", 'ROLLBACK']
  const begin: Step = ['BEGIN', 'BEGIN']
  const rollback: Step = ['ROLLBACK', 'ROLLBACK']

  test.each<[string, 'undone' | 'kept', Step[]]>([
    ['is undone with its block', 'undone', [begin, copy, rollback]],
    // Servers before 2025 say so, and commit.
    ['stays where PREPARE TRANSACTION finds no block', 'kept', [copy, prepare]],
    ['stays where a procedure may have committed it', 'kept', [copy, ['CALL unknown()', 'CALL'], rollback]],
    ['stays where a block of code may have', 'kept', [copy, ['DO $$ BEGIN COMMIT; END $$', 'DO'], rollback]],
  ])('what was moved %s', async (_what, became, steps) => {
    const told: string[] = []
    const flows: FlowLedger = {
      follow: ({ facts }) => {
        const one = (what: string) => () => void (facts.flows.length > 0 && told.push(what))
        return { confirm: one('kept'), undo: one('undone') }
      },
      foreseen: () => undefined,
    }
    const tags = steps.map(([, tag]) => tag)
    session = await shop.carried({ ...shop.governed(), flows }, ({ name }) => {
      if (name === 'Parse') return encodeParseComplete()
      if (name === 'Bind') return encodeBindComplete()
      if (name === 'Execute') return encodeCommandComplete({ tag: tags.shift() ?? '' })
      return name === 'Sync' ? encodeReadyForQuery({ status: 'I' }) : undefined
    })
    session.client.say(...steps.map(([sql]) => statement(sql)), encodeSync())
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(new Set(told)).toEqual(new Set([became]))
  })
})
