import { describe, expect, test } from '@jest/globals'
import { allowAll } from '@sluice/testkit/governed'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeCopyData } from '../../src/messages/copy-data.ts'
import { encodeCopyDone } from '../../src/messages/copy-done.ts'
import { encodeCopyInResponse } from '../../src/messages/copy-in-response.ts'
import { encodeCopyOutResponse } from '../../src/messages/copy-out-response.ts'
import { encodeDataRow } from '../../src/messages/data-row.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeRowDescription } from '../../src/messages/row-description.ts'
import type { Carried } from './carried.ts'
import { described } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const shop = shopSessions()
let session: Carried

const start = async (sql: string, policy = allowAll): Promise<void> => {
  session = await shop.carried(shop.governed({ policy }))
  session.client.say(encodeQuery({ sql }))
  await session.database.until((names) => names.includes('Query'))
}

const ended = [encodeCommandComplete({ tag: 'COPY 3' }), encodeReadyForQuery({ status: 'I' })]
const lines = ['1\tone\n', '2\ttwo\n', '3\tthree\n'].map((line) =>
  encodeCopyData({ data: Buffer.from(line) }),
)
const textOf = (heard: Carried['client']['heard']): string =>
  heard
    .filter(({ name }) => name === 'CopyData')
    .map(({ payload }) => payload.toString())
    .join('')

describe('INVARIANT (no-unread-bytes): a row that passes raw is read to its end', () => {
  const row = encodeDataRow({ values: [Buffer.from('1')] })
  const flawed = Buffer.from(row)
  flawed.writeInt32BE(2, 7)

  test.each([
    ['alone', [flawed]],
    ['behind others', [row, flawed]],
    ['and cut by the network', [row, flawed.subarray(0, 9), flawed.subarray(9)]],
  ])('a cell that is longer than its row, %s, ends the session', async (_title, pieces) => {
    await start('SELECT id FROM orders')
    session.database.say(encodeRowDescription({ fields: [described('id')] }))
    await session.client.until((names) => names.includes('RowDescription'))
    for (const piece of pieces) {
      session.database.say(piece)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    session.database.say(...ended)
    await session.client.until((names) => names.includes('ErrorResponse'))
    expect(session.client.error).toBe('08P01')
    const shown = session.client.heard.filter(({ name }) => name === 'DataRow')
    for (const { payload } of shown) expect(payload).toEqual(row.subarray(5))
  })
})

describe('COPY', () => {
  test('OUT goes on as it came, however it was cut', async () => {
    const stream = Buffer.concat(lines)
    for (let cut = 0; cut <= stream.length; cut += 1) {
      await start('COPY orders TO STDOUT')
      session.database.say(
        encodeCopyOutResponse({ format: 0, columnFormats: [0, 0] }),
        stream.subarray(0, cut),
      )
      await new Promise((resolve) => setImmediate(resolve))
      session.database.say(stream.subarray(cut), encodeCopyDone(), ...ended)
      await session.client.until((names) => names.includes('ReadyForQuery'))
      expect(textOf(session.client.heard)).toBe('1\tone\n2\ttwo\n3\tthree\n')
      session.close()
    }
  })

  test('OUT ends at the row limit of a rule', async () => {
    await start(
      'COPY orders TO STDOUT',
      'version: 1\nrules: [{ id: all, effect: allow }, { id: few, effect: limit, rows: 2 }]',
    )
    session.database.say(encodeCopyOutResponse({ format: 0, columnFormats: [0, 0] }), ...lines)
    session.database.say(encodeCopyDone(), ...ended)
    await session.client.until((names) => names.includes('ErrorResponse'))
    expect(textOf(session.client.heard)).toBe('1\tone\n2\ttwo\n')
  })

  test('IN goes on as it came, and what comes behind its end does not', async () => {
    await start('COPY orders FROM STDIN')
    session.database.say(encodeCopyInResponse({ format: 0, columnFormats: [0, 0] }))
    await session.client.until((names) => names.includes('CopyInResponse'))
    session.client.say(...lines, encodeCopyDone(), ...lines)
    await session.database.until((names) => names.includes('CopyDone'))
    session.database.say(...ended)
    await session.client.until((names) => names.includes('ReadyForQuery'))
    session.client.say(...lines, encodeQuery({ sql: 'SELECT id FROM customers' }))
    await session.database.until((names) => names.filter((name) => name === 'Query').length === 2)
    expect(textOf(session.database.heard)).toBe('1\tone\n2\ttwo\n3\tthree\n')
  })

  test('data that no COPY asked for goes nowhere', async () => {
    await start('SELECT id FROM orders')
    session.client.say(...lines, encodeQuery({ sql: 'SELECT id FROM customers' }))
    await session.database.until((names) => names.filter((name) => name === 'Query').length === 2)
    expect(session.database.names).not.toContain('CopyData')
  })
})
