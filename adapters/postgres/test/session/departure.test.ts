import { describe, expect, test } from '@jest/globals'
import { HeldJournal } from '@sluice/testkit/governed'
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
import { encodeTerminate } from '../../src/messages/terminate.ts'
import type { Carried, carried } from './carried.ts'
import { described, happened, result } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const shop = shopSessions()
let journal: HeldJournal
let session: Carried

const WRITE = "UPDATE orders SET note = 'x' WHERE id = 1"
const READ = 'SELECT id FROM orders'
const done = Buffer.concat([encodeCommandComplete({ tag: 'UPDATE 1' }), encodeReadyForQuery({ status: 'I' })])
const cancelled = Buffer.concat([
  encodeErrorResponse({
    fields: new Map([
      ['S', 'ERROR'],
      ['C', '57014'],
      ['M', 'cancelled'],
    ]),
  }),
  encodeReadyForQuery({ status: 'I' }),
])

const start = async (answer?: Parameters<typeof carried>[1]): Promise<void> => {
  journal = new HeldJournal()
  session = await shop.carried(shop.governed({ audit: journal }), answer)
}

/** A read is answered like that, and waits for its record. */
const answered = async (answer: Buffer): Promise<void> => {
  await start(({ name }) => (name === 'Query' ? answer : undefined))
  session.client.say(encodeQuery({ sql: READ }))
  await session.database.until((names) => names.includes('Query'))
  await happened(() => journal.awaited)
}

const outcomes = (): string[] =>
  journal.entries.flatMap((entry) => (entry.type === 'statement.closed' ? [entry.outcome] : []))

describe('a client that leaves right behind a write', () => {
  test.each([
    ['closes', () => session.client.stream.end()],
    ['breaks off', () => session.client.stream.destroy()],
    ['says Terminate', () => session.client.say(encodeTerminate(), encodeQuery({ sql: WRITE }))],
  ])(
    'and %s while its record is awaited: it runs once that is durable, as at the database',
    async (_how, leave) => {
      await start(({ name }) => (name === 'Query' ? done : undefined))
      session.client.say(encodeQuery({ sql: WRITE }))
      await happened(() => journal.awaited)
      leave()
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(session.database.names).toEqual([])
      journal.release(Number.POSITIVE_INFINITY)
      await session.live.ended
      await session.database.until((names) => names.includes('Terminate'))
      expect(session.database.names).toEqual(['Query', 'Terminate'])
      expect(outcomes()).toEqual(['completed'])
    },
  )

  test('while it runs: its outcome is awaited', async () => {
    await start()
    journal.release(Number.POSITIVE_INFINITY)
    session.client.say(encodeQuery({ sql: WRITE }))
    await session.database.until((names) => names.includes('Query'))
    session.client.stream.destroy()
    await session.database.until((names) => names.includes('Terminate'))
    expect(session.cancels()).toBe(0)
    session.database.say(done)
    await session.live.ended
    expect(outcomes()).toEqual(['completed'])
  })

  test('that may be a COPY IN, with its Sync: the Sync goes on before the client is gone', async () => {
    journal = new HeldJournal()
    journal.release(Number.POSITIVE_INFINITY)
    const policy =
      "version: 1\nrules: [{ id: all, effect: allow, when: \"statement.opaque == '' || statement.opaque != ''\" }]"
    session = await shop.carried(shop.governed({ audit: journal, policy }), ({ name }) => {
      if (name === 'Parse') return encodeParseComplete()
      if (name === 'Bind') return encodeBindComplete()
      return name === 'Sync' ? encodeReadyForQuery({ status: 'I' }) : undefined
    })
    session.client.say(
      encodeParse({ name: '', sql: 'what is this', parameterTypes: [] }),
      encodeBind({ portal: '', statement: '', parameterFormats: [], values: [], resultFormats: [] }),
      encodeExecute({ portal: '', maxRows: 0 }),
      encodeSync(),
      encodeTerminate(),
    )
    await session.database.until((names) => names.includes('Execute'))
    session.database.say(encodeCommandComplete({ tag: 'WHAT' }))
    await session.live.ended
    await session.database.until((names) => names.includes('Terminate'))
    const sent = session.database.names.filter((name) => name === 'Sync' || name === 'Terminate')
    expect(sent.slice(0, 2)).toEqual(['Sync', 'Terminate'])
    // Its Parse has a record of its own.
    expect(outcomes()).toEqual(['completed', 'completed'])
  })

  test('and the database never answers but ends: the record says lost', async () => {
    await start()
    journal.release(Number.POSITIVE_INFINITY)
    session.client.say(encodeQuery({ sql: WRITE }))
    await session.database.until((names) => names.includes('Query'))
    session.client.stream.destroy()
    await session.database.until((names) => names.includes('Terminate'))
    session.database.stream.end()
    expect((await session.live.ended).reason).toBe('the client left')
    expect(outcomes()).toEqual(['lost'])
  })
})

describe('a client that leaves while a read runs', () => {
  test('is heard, and the read is cancelled', async () => {
    await start()
    journal.release(Number.POSITIVE_INFINITY)
    session.client.say(encodeQuery({ sql: READ }))
    await session.database.until((names) => names.includes('Query'))
    session.client.stream.destroy()
    await happened(() => session.cancels() === 1)
    session.database.say(cancelled)
    await session.live.ended
    expect(outcomes()).toEqual(['failed'])
  })

  test('though it did not take its rows', async () => {
    const rows = Array.from({ length: 50_000 }, (_, i) => [`${i} ${'x'.repeat(100)}`])
    await start(({ name }) => (name === 'Query' ? result([described('id')], rows) : undefined))
    journal.release(Number.POSITIVE_INFINITY)
    session.client.stream.removeAllListeners('data')
    session.client.stream.pause()
    session.client.say(encodeQuery({ sql: READ }))
    await session.database.until((names) => names.includes('Query'))
    await happened(() => session.live.session.toClient.blocked)
    session.client.stream.destroy()
    await session.live.ended
    expect(outcomes()).toEqual(['completed'])
  })

  test('though more than is read ahead stands behind it', async () => {
    await start()
    journal.release(Number.POSITIVE_INFINITY)
    session.client.say(encodeQuery({ sql: "SET search_path = 'public'" }))
    await session.database.until((names) => names.includes('Query'))
    session.client.say(
      ...Array.from({ length: 5_000 }, () => encodeQuery({ sql: `SELECT '${'x'.repeat(80)}'` })),
    )
    await new Promise((resolve) => setTimeout(resolve, 50))
    session.client.stream.end()
    await happened(() => session.live.session.departing !== undefined)
  })
})

describe('a database that ends the connection behind its answer, which waits for the record of a read', () => {
  const shutdown = encodeErrorResponse({
    fields: new Map([
      ['S', 'FATAL'],
      ['V', 'FATAL'],
      ['C', '57P01'],
      ['M', 'terminating connection'],
    ]),
  })

  test('the client gets it once that is durable, and what the database said of its end', async () => {
    await answered(Buffer.concat([result([described('id')], [['1']]), shutdown]))
    session.database.stream.end()
    await new Promise((resolve) => setTimeout(resolve, 20))
    journal.release(Number.POSITIVE_INFINITY)
    expect((await session.live.ended).reason).toBe('the database ended the session')
    await session.client.until((names) => names.includes('ErrorResponse'))
    expect(session.client.names).toEqual([
      'RowDescription',
      'DataRow',
      'CommandComplete',
      'ReadyForQuery',
      'ErrorResponse',
    ])
    expect(outcomes()).toEqual(['completed'])
  })

  test('whose client has left: the record has its outcome', async () => {
    await answered(result([described('id')], [['1']]))
    session.client.stream.destroy()
    await session.database.until((names) => names.includes('Terminate'))
    session.database.stream.end()
    await new Promise((resolve) => setTimeout(resolve, 20))
    journal.release(Number.POSITIVE_INFINITY)
    expect((await session.live.ended).reason).toBe('the client left')
    expect(outcomes()).toEqual(['completed'])
  })

  test('and the record never gets there: the session ends all the same', async () => {
    await answered(result([described('id')], [['1']]))
    session.database.stream.end()
    expect((await session.live.ended).reason).toBe('the database left')
    expect(outcomes()).toEqual(['lost'])
  })
})
