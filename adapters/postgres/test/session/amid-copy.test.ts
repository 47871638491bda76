import { describe, expect, test } from '@jest/globals'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeCopyBothResponse } from '../../src/messages/copy-both-response.ts'
import { encodeCopyData } from '../../src/messages/copy-data.ts'
import { encodeCopyDone } from '../../src/messages/copy-done.ts'
import { encodeCopyInResponse } from '../../src/messages/copy-in-response.ts'
import { encodeErrorResponse } from '../../src/messages/error-response.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import type { ReplicationMode } from '../../src/replication/command.ts'
import type { Carried } from './carried.ts'
import { shopSessions } from './shop-sessions.ts'

/** Refuses what reads customers: a refusal waits until all before it is answered. */
const policy = `
version: 1
rules:
  - { id: all, effect: allow, when: "statement.opaque == '' || statement.opaque != ''" }
  - { id: none, effect: deny, when: "statement.tables.exists(t, t.name == 'customers')" }
`

const shop = shopSessions()
let session: Carried

const start = async (replication?: ReplicationMode): Promise<void> => {
  const governance = shop.governed({ policy })
  session = await shop.carried(governance, undefined, replication)
}

const copy = encodeQuery({ sql: 'COPY orders FROM STDIN' })
const denied = encodeQuery({ sql: 'SELECT id FROM customers' })
const begun = encodeCopyInResponse({ format: 0, columnFormats: [0, 0] })
const data = encodeCopyData({ data: Buffer.from('1\tone\n') })

/** What a database says that hears a statement where data is due, before it goes. */
const broken = (severity: string): Buffer =>
  encodeErrorResponse({
    fields: new Map([
      ['S', severity],
      ['V', severity],
      ['C', '08P01'],
      ['M', 'unexpected message'],
    ]),
  })

/** The database takes data, and then ends the session for what it hears instead. */
const breaksOff = async (response = begun): Promise<void> => {
  session.database.say(response)
  await session.database.until((names) => names.filter((name) => name === 'Query').length === 2)
  expect(session.database.heard.at(-1)?.payload).toEqual(Buffer.of(0))
  session.database.say(broken('ERROR'), broken('FATAL'))
  await session.live.ended
}

describe('a statement amid the data of a COPY, for which the database would wait for good', () => {
  test('is left to the database, which ends the session', async () => {
    await start()
    session.client.say(copy)
    await session.database.until((names) => names.includes('Query'))
    session.database.say(begun)
    await session.client.until((names) => names.includes('CopyInResponse'))
    session.client.say(data, denied)
    await breaksOff(Buffer.alloc(0))
    await session.client.until((names) => names.length === 3)
    expect(session.client.error).toBe('08P01')
  })

  test('is so too where it was sent before the database said that it takes data', async () => {
    await start()
    session.client.say(copy, denied)
    await session.database.until((names) => names.includes('Query'))
    await breaksOff()
    await session.client.until((names) => names.length === 3)
    expect(session.client.error).toBe('08P01')
  })

  test.each([
    ['refused', denied],
    ['allowed', encodeQuery({ sql: 'SELECT id FROM orders' })],
  ])('is dropped where the database ends the COPY alone, as PostgreSQL 13 does: %s', async (_name, amid) => {
    await start()
    session.client.say(copy, amid, encodeQuery({ sql: 'SELECT 1' }))
    await session.database.until((names) => names.includes('Query'))
    session.database.say(begun)
    await session.database.until((names) => names.filter((name) => name === 'Query').length === 2)
    expect(session.database.heard.at(-1)?.payload).toEqual(Buffer.of(0))
    session.database.say(broken('ERROR'), encodeReadyForQuery({ status: 'I' }))
    await session.database.until((names) => names.filter((name) => name === 'Query').length === 3)
    expect(session.database.heard.at(-1)?.payload.toString()).toBe('SELECT 1\0')
    const names = await session.client.until((all) => all.includes('ReadyForQuery'))
    expect(names).toEqual(['CopyInResponse', 'ErrorResponse', 'ReadyForQuery'])
  })

  test('leaves no session behind when its client goes', async () => {
    await start()
    session.client.say(copy, denied)
    await session.database.until((names) => names.includes('Query'))
    session.client.stream.destroy()
    await breaksOff()
  })

  test('ends a replication stream as well', async () => {
    await start('physical')
    session.client.say(encodeQuery({ sql: 'START_REPLICATION 0/0' }), encodeQuery({ sql: 'SELECT 1' }))
    await session.database.until((names) => names.includes('Query'))
    await breaksOff(encodeCopyBothResponse({ format: 0, columnFormats: [] }))
  })
})

test('a statement behind data that was sent ahead has its turn', async () => {
  await start()
  session.client.say(copy, data, encodeCopyDone(), denied)
  await session.database.until((names) => names.includes('CopyDone'))
  const ready = encodeReadyForQuery({ status: 'I' })
  session.database.say(begun, encodeCommandComplete({ tag: 'COPY 1' }), ready)
  await session.client.until((names) => names.filter((name) => name === 'ReadyForQuery').length === 2)
  expect(session.client.error).toBe('42501')
})
