import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { CatalogUnavailable } from '@sluice/gateway/catalog/keeper'
import { EXPIRY_CHECK_MS, ExpiryWatch } from '@sluice/gateway/session/expiry-watch'
import type { Governance } from '@sluice/gateway/session/governance'
import { ana, HeldJournal, instantJournal } from '@sluice/testkit/governed'
import { encodeBind } from '../../src/messages/bind.ts'
import { encodeBindComplete } from '../../src/messages/bind-complete.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeErrorResponse } from '../../src/messages/error-response.ts'
import { encodeExecute } from '../../src/messages/execute.ts'
import { encodeParse } from '../../src/messages/parse.ts'
import { encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeSync } from '../../src/messages/sync.ts'
import type { Carried, carried } from './carried.ts'
import { happened } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const shop = shopSessions()
let journal: HeldJournal
let session: Carried

const WRITE = "UPDATE orders SET note = 'x' WHERE id = 1"
const extended = (sql: string): Buffer =>
  Buffer.concat([
    encodeParse({ name: '', sql, parameterTypes: [] }),
    encodeBind({ portal: '', statement: '', parameterFormats: [], values: [], resultFormats: [] }),
    encodeExecute({ portal: '', maxRows: 0 }),
    encodeSync(),
  ])

const failed = encodeErrorResponse({
  fields: new Map([
    ['S', 'ERROR'],
    ['C', '42601'],
    ['M', 'refused by sluice'],
  ]),
})

/** A server that behaves: poison fails, what follows up to Sync is passed over. */
const server = (): Parameters<typeof carried>[1] => {
  let skipping = false
  return ({ name, payload }) => {
    if (name === 'Sync') {
      skipping = false
      return encodeReadyForQuery({ status: 'I' })
    }
    if (skipping) return undefined
    if (name === 'Parse' && payload.includes('sluice_refused')) {
      skipping = true
      return failed
    }
    if (name === 'Parse') return encodeParseComplete()
    if (name === 'Bind') return encodeBindComplete()
    const done = encodeCommandComplete({ tag: 'UPDATE 1' })
    if (name === 'Query') {
      const each = payload
        .toString()
        .split(';')
        .map(() => done)
      return Buffer.concat([...each, encodeReadyForQuery({ status: 'I' })])
    }
    return name === 'Execute' ? done : undefined
  }
}

const start = async (change: (governance: Governance) => Governance = (same) => same): Promise<void> => {
  session = await shop.carried(change(shop.governed({ audit: journal })), server())
}

const watched = async (valid: () => boolean): Promise<() => void> => {
  journal = instantJournal()
  const governance = shop.governed({ audit: journal })
  session = await shop.carried(governance, () => undefined)
  const identity = { ...governance.identity, stillValid: valid }
  const watch = new ExpiryWatch({ identity, now: Date.now })
  const { expire } = session.live
  return watch.add({ who: ana, expire: (told) => expire({ code: '57P01', ...told }) })
}

const outcomes = (): unknown[] =>
  journal.entries.flatMap((entry) => (entry.type === 'statement.closed' ? [[entry.outcome, entry.code]] : []))

const ready =
  (many: number) =>
  (names: readonly string[]): boolean =>
    names.filter((name) => name === 'ReadyForQuery').length === many

test('a statement behind a cancel reaches the database once that has been told, and is not the one cancelled', async () => {
  journal = instantJournal()
  session = await shop.carried(shop.governed({ audit: journal }), () => undefined)
  const told = Promise.withResolvers<void>()
  let cancels = 0
  const cancelUpstream = (): Promise<void> => {
    cancels += 1
    return told.promise
  }
  Object.assign(session.live.session, { cancelUpstream })
  session.client.say(encodeQuery({ sql: WRITE }))
  await session.database.until((names) => names.length === 1)
  void session.live.cancel()
  void session.live.cancel()
  expect(cancels).toBe(1)
  session.database.say(Buffer.concat([failed, encodeReadyForQuery({ status: 'I' })]))
  await session.client.until(ready(1))
  session.client.say(encodeQuery({ sql: WRITE }))
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  expect(session.database.names).toEqual(['Query'])
  told.resolve()
  await session.database.until((names) => names.length === 2)
})

describe('a cancel ends a statement that is still in the gateway', () => {
  beforeEach(() => {
    journal = new HeldJournal()
  })

  test('waiting for its record: it never reaches the database, and the session goes on', async () => {
    await start()
    session.client.say(encodeQuery({ sql: WRITE }))
    await happened(() => journal.awaited)
    await session.live.cancel()
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(session.client.names).toEqual(['ErrorResponse', 'ReadyForQuery'])
    expect(session.client.error).toBe('57014')
    expect(outcomes()).toEqual([['refused', '57014']])
    journal.release(Number.POSITIVE_INFINITY)
    session.client.say(encodeQuery({ sql: WRITE }))
    await session.client.until((names) => names.length === 4)
    expect(session.client.names.slice(2)).toEqual(['CommandComplete', 'ReadyForQuery'])
    expect(session.database.names).toEqual(['Query'])
    expect(session.cancels()).toBe(0)
  })

  test('an Execute waiting for its record, up to Sync', async () => {
    await start()
    session.client.say(extended(WRITE))
    await happened(() => journal.awaited)
    await session.live.cancel()
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(session.client.names.filter((name) => name === 'ErrorResponse')).toHaveLength(1)
    expect(session.client.error).toBe('57014')
    journal.release(Number.POSITIVE_INFINITY)
    session.client.say(extended(WRITE))
    await session.client.until(
      (names) => names.at(-1) === 'ReadyForQuery' && names.includes('CommandComplete'),
    )
    expect(session.database.names.filter((name) => name === 'Execute')).toHaveLength(1)
  })

  test.each([
    ['a Query', encodeQuery({ sql: 'SELECT 1' })],
    [
      'a Parse',
      Buffer.concat([encodeParse({ name: '', sql: 'SELECT 1', parameterTypes: [] }), encodeSync()]),
    ],
  ])('%s being read, while the catalog cannot be had', async (_name, message) => {
    const { promise, resolve } = Promise.withResolvers<Catalog>()
    let asked = false
    await start((governance) => ({
      ...governance,
      catalog: {
        current: () => undefined,
        last: () => shop.catalog,
        settled: () => {
          asked = true
          return promise
        },
        reread: () => promise,
        invalidate: () => undefined,
      },
    }))
    session.client.say(message)
    await happened(() => asked)
    await session.live.cancel()
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(session.client.error).toBe('57014')
    resolve(shop.catalog)
    await new Promise((after) => setTimeout(after, 20))
    expect(session.client.names).toEqual(['ErrorResponse', 'ReadyForQuery'])
    expect(session.database.names).not.toContain('Query')
    expect(session.database.names.filter((name) => name === 'Parse').length).toBeLessThan(2)
  })

  test('nothing, where the statements name nothing that a catalog has: they do not wait for one', async () => {
    await start((governance) => ({
      ...governance,
      catalog: {
        current: () => undefined,
        last: () => shop.catalog,
        settled: () => Promise.reject(new CatalogUnavailable('it was asked for')),
        reread: () => Promise.reject(new CatalogUnavailable('it was asked for')),
        invalidate: () => undefined,
      },
    }))
    journal.release(Number.POSITIVE_INFINITY)
    session.client.say(encodeQuery({ sql: 'BEGIN; SET work_mem = 64; COMMIT' }))
    await session.client.until(ready(1))
    expect(session.client.error).toBeUndefined()
    session.client.say(encodeQuery({ sql: 'SET work_mem = 64; SELECT 1' }))
    await session.client.until(ready(2))
    expect(session.client.error).toBe('57P03')
    expect(session.reports).toEqual([])
  })

  test('no more than the statement where the gateway fails at it, and its log is told why', async () => {
    const bug = new TypeError('a bug')
    await start((governance) => ({
      ...governance,
      catalog: {
        current: () => undefined,
        last: () => shop.catalog,
        settled: () => Promise.reject(bug),
        reread: () => Promise.reject(bug),
        invalidate: () => undefined,
      },
    }))
    session.client.say(encodeQuery({ sql: 'SELECT 1' }))
    await session.client.until(ready(1))
    expect(session.client.error).toBe('XX000')
    expect(session.reports).toEqual([bug])
    expect(session.database.names).not.toContain('Query')
  })

  test('and with nothing under way does nothing', async () => {
    await start()
    await session.live.cancel()
    journal.release(Number.POSITIVE_INFINITY)
    session.client.say(encodeQuery({ sql: WRITE }))
    await session.client.until((names) => names.includes('ReadyForQuery'))
    expect(session.client.names).toEqual(['CommandComplete', 'ReadyForQuery'])
    expect(session.cancels()).toBe(0)
  })
})

test('INVARIANT (no-unproven-column): what is set behind a question that a cancel left alone counts more than its answer', async () => {
  journal = instantJournal()
  await start()
  const { live, client, database } = session
  // What the database says from here on comes in one piece.
  database.stream.cork()
  client.say(extended('SELECT 1'))
  await happened(() => database.stream.writableLength > 0)
  await live.cancel()
  client.say(encodeQuery({ sql: 'SET search_path = quiet' }))
  await happened(() => database.names.includes('Query'))
  expect(live.session.contextStale).toBe(true)
  database.stream.uncork()
  await client.until(ready(2))
  expect(live.session.contextStale).toBe(true)
})

describe('INVARIANT (identity-bound): a principal that ends', () => {
  test('takes the statement that runs and the session along within a second, and the record says so', async () => {
    let valid = true
    const unwatch = await watched(() => valid)
    session.client.say(encodeQuery({ sql: 'SELECT 1' }))
    await session.database.until((names) => names.includes('Query'))
    valid = false
    await session.client.until((names) => names.includes('ErrorResponse'))
    expect(session.client.error).toBe('57P01')
    expect(session.cancels()).toBe(1)
    expect(outcomes()).toEqual([['lost', '57P01']])
    expect((await session.live.ended).reason).toMatch(/has expired; what ran was cancelled/)
    unwatch()
  })

  test('takes a session along that only waits for its client, and no other', async () => {
    let valid = true
    const unwatch = await watched(() => valid)
    await new Promise((resolve) => setTimeout(resolve, 3 * EXPIRY_CHECK_MS))
    expect(session.live.session.over).toBe(false)
    valid = false
    await session.client.until((names) => names.includes('ErrorResponse'))
    expect(session.client.error).toBe('57P01')
    expect(session.cancels()).toBe(0)
    await session.live.ended
    unwatch()
  })
})

describe('a session that ends while a message waits for a name that is not answered yet: nothing waits any more', () => {
  const bound = Buffer.concat([
    encodeBind({ portal: '', statement: 's', parameterFormats: [], values: [], resultFormats: [] }),
    encodeExecute({ portal: '', maxRows: 0 }),
    encodeSync(),
  ])

  test.each<[string, () => void]>([
    ['the database ends it', () => void session.database.stream.end()],
    ['it is stopped', () => session.live.stop({ code: '57P01', message: 'over', hint: '' })],
  ])('%s', async (_how, end) => {
    journal = instantJournal()
    session = await shop.carried(shop.governed({ audit: journal }), () => undefined)
    session.client.say(encodeParse({ name: 's', sql: WRITE, parameterTypes: [] }), encodeSync(), bound)
    await session.database.until((names) => names.includes('Sync'))
    await happened(() => session.live.session.waiting !== undefined)
    end()
    await session.live.ended
    await session.client.until(() => false)
    expect(session.client.names).toEqual(['ErrorResponse'])
    expect(session.database.names.filter((name) => name !== 'Terminate')).toEqual(['Parse', 'Sync'])
    expect(outcomes()).toEqual([])
  })
})
