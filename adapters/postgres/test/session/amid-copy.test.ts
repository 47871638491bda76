import { describe, expect, test } from '@jest/globals'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeCopyBothResponse } from '../../src/messages/copy-both-response.ts'
import { encodeCopyData } from '../../src/messages/copy-data.ts'
import { encodeCopyDone } from '../../src/messages/copy-done.ts'
import { encodeCopyInResponse } from '../../src/messages/copy-in-response.ts'
import { encodeErrorResponse } from '../../src/messages/error-response.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeSync } from '../../src/messages/sync.ts'
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

const failed = (severity: string, code: string, message: string): Buffer =>
  encodeErrorResponse({
    fields: new Map([
      ['S', severity],
      ['V', severity],
      ['C', code],
      ['M', message],
    ]),
  })

/** A database says this to CopyFail; `CopyGetData`. */
const givenUp = (): Buffer => {
  const last = session.database.heard.at(-1)
  expect(last?.name).toBe('CopyFail')
  return failed('ERROR', '57014', `COPY from stdin failed: ${last?.payload.toString().slice(0, -1)}`)
}

/** The database takes data, and hears that there is none, in place of what the client sent. */
const givesUp = async (response = begun): Promise<void> => {
  session.database.say(response)
  await session.database.until((names) => names.includes('CopyFail'))
  session.database.say(givenUp())
}

describe('a statement amid the data of a COPY, for which the database would wait for good', () => {
  test('ends the session, as the database would', async () => {
    await start()
    session.client.say(copy)
    await session.database.until((names) => names.includes('Query'))
    session.database.say(begun)
    await session.client.until((names) => names.includes('CopyInResponse'))
    session.client.say(data, denied)
    await givesUp(Buffer.alloc(0))
    await session.live.ended
    await session.client.until((names) => names.length === 3)
    expect(session.client.error).toBe('08P01')
  })

  test('does so too where it was sent before the database said that it takes data', async () => {
    await start()
    session.client.say(copy, denied)
    await session.database.until((names) => names.includes('Query'))
    await givesUp()
    await session.live.ended
    await session.client.until((names) => names.length === 3)
    expect(session.client.error).toBe('08P01')
  })

  test.each([
    ['refused', denied],
    ['allowed', encodeQuery({ sql: 'SELECT id FROM orders' })],
  ])('is dropped where the database ends the COPY alone, as PostgreSQL 13 does: %s', async (_name, amid) => {
    await start()
    session.live.session.modes = { ...session.live.session.modes, major: 13 }
    session.client.say(copy, amid, encodeQuery({ sql: 'SELECT 1' }))
    await session.database.until((names) => names.includes('Query'))
    await givesUp()
    session.database.say(encodeReadyForQuery({ status: 'I' }))
    await session.database.until((names) => names.filter((name) => name === 'Query').length === 2)
    expect(session.database.heard.at(-1)?.payload.toString()).toBe('SELECT 1\0')
    const names = await session.client.until((all) => all.includes('ReadyForQuery'))
    expect(names).toEqual(['CopyInResponse', 'ErrorResponse', 'ReadyForQuery'])
    expect(session.client.error).toBe('08P01')
  })

  test('has its turn where the COPY has failed for its data by then', async () => {
    await start()
    session.client.say(copy, data, denied)
    await session.database.until((names) => names.includes('Query'))
    session.database.say(begun)
    await session.database.until((names) => names.includes('CopyFail'))
    session.database.say(failed('ERROR', '22P02', 'invalid input'), encodeReadyForQuery({ status: 'I' }))
    await session.client.until((names) => names.filter((name) => name === 'ReadyForQuery').length === 2)
    expect(session.client.error).toBe('42501')
  })

  test.each(['the client', 'the database'] as const)('leaves no session behind when %s goes', async (who) => {
    await start()
    session.client.say(copy, denied)
    await session.database.until((names) => names.includes('Query'))
    session.database.say(begun)
    await session.database.until((names) => names.includes('CopyFail'))
    session[who === 'the client' ? 'client' : 'database'].stream.destroy()
    if (who === 'the client') session.database.say(givenUp())
    await session.live.ended
  })

  test('ends a replication stream as well', async () => {
    await start('physical')
    session.client.say(encodeQuery({ sql: 'START_REPLICATION 0/0' }), encodeQuery({ sql: 'SELECT 1' }))
    await session.database.until((names) => names.includes('Query'))
    session.database.say(encodeCopyBothResponse({ format: 0, columnFormats: [] }))
    await session.database.until((names) => names.filter((name) => name === 'Query').length === 2)
    expect(session.database.heard.at(-1)?.payload).toEqual(Buffer.of(0))
    const words = 'unexpected message'
    session.database.say(failed('ERROR', '08P01', words), failed('FATAL', '08P01', words))
    await session.live.ended
  })
})

test('a Sync amid the data of UPLOAD_MANIFEST is ignored, as by the database', async () => {
  await start('physical')
  session.client.say(encodeQuery({ sql: 'UPLOAD_MANIFEST' }))
  await session.database.until((names) => names.includes('Query'))
  session.database.say(begun)
  await session.client.until((names) => names.includes('CopyInResponse'))
  session.client.say(data, encodeSync(), encodeCopyDone())
  await session.database.until((names) => names.includes('CopyDone'))
  session.database.say(failed('ERROR', 'XX000', 'no manifest'), encodeReadyForQuery({ status: 'I' }))
  await session.client.until((names) => names.includes('ReadyForQuery'))
  session.client.say(encodeQuery({ sql: 'IDENTIFY_SYSTEM' }))
  await session.database.until((names) => names.filter((name) => name === 'Query').length === 2)
  expect(session.database.names).not.toContain('Sync')
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
