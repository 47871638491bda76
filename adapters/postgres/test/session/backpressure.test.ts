import type { Duplex } from 'node:stream'
import { expect, test } from '@jest/globals'
import { allowAll } from '@sluice/testkit/governed'
import { encodeCopyData } from '../../src/messages/copy-data.ts'
import { encodeCopyInResponse } from '../../src/messages/copy-in-response.ts'
import { encodeCopyOutResponse } from '../../src/messages/copy-out-response.ts'
import { encodeDataRow } from '../../src/messages/data-row.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeRowDescription } from '../../src/messages/row-description.ts'
import type { Carried } from './carried.ts'
import { described } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

/** The most that one session may make the gateway hold. */
const MOST_HELD_BYTES = 4 * 1024 * 1024
/** More than that and the buffers of the two connections in the kernel together. */
const POURED_BYTES = 64 * 1024 * 1024

const maskingTo = (constant: string): string => `
version: 1
rules: [{ id: all, effect: allow }, { id: pii, effect: mask, columns: "true", with: { constant: ${constant} } }]
`
const masking = maskingTo('y'.repeat(200))
/** The longest that a mask may be, in bytes that a text of one byte grows to. */
const growing = maskingTo('€'.repeat(256))

const shop = shopSessions()
let session: Carried

/** Writes as much as is taken, up to the bound; what the session held at most, and how much was taken. */
async function pour(stream: Duplex, message: Buffer): Promise<{ most: number; taken: number }> {
  const piece = Buffer.concat(Array.from({ length: Math.ceil(65_536 / message.length) }, () => message))
  let most = 0
  let taken = 0
  for (let idle = 0; taken < POURED_BYTES && idle < 20; ) {
    if (stream.writableNeedDrain) idle += 1
    else {
      idle = 0
      stream.write(piece)
      taken += piece.length
    }
    await new Promise((resolve) => setTimeout(resolve, stream.writableNeedDrain ? 10 : 0))
    most = Math.max(most, session.held())
  }
  return { most, taken: taken - stream.writableLength }
}

const start = async (policy: string, sql: string, answer: Buffer): Promise<void> => {
  session = await shop.carried(
    shop.governed({ policy }),
    ({ name }) => (name === 'Query' ? answer : undefined),
    'off',
    64 << 20,
  )
  session.client.say(encodeQuery({ sql }))
  await session.client.until((names) => names.length > 0)
}

const stopReading = (stream: Duplex): void => {
  stream.removeAllListeners('data')
  stream.pause()
}

const select = 'SELECT id FROM orders'
const value = Buffer.alloc(200, 'x')
const rows = encodeRowDescription({ fields: [described('id')] })
const twoColumns = encodeRowDescription({ fields: [described('id'), described('note')] })
const longValue = Buffer.alloc(8 << 20, 'x')
const copyOut = encodeCopyOutResponse({ format: 0, columnFormats: [0] })

test.each([
  ['rows that pass', allowAll, select, rows, encodeDataRow({ values: [value] })],
  ['rows that are masked', masking, select, rows, encodeDataRow({ values: [value] })],
  [
    'COPY OUT that passes',
    allowAll,
    'COPY orders (id) TO STDOUT',
    copyOut,
    encodeCopyData({ data: Buffer.concat([value, Buffer.from('\n')]) }),
  ],
  [
    'COPY OUT that is masked',
    masking,
    'COPY orders (id) TO STDOUT',
    copyOut,
    encodeCopyData({ data: Buffer.concat([value, Buffer.from('\n')]) }),
  ],
  [
    'short rows with a long mask',
    growing,
    'SELECT id, note FROM orders',
    twoColumns,
    encodeDataRow({ values: [Buffer.from('x'), Buffer.from('x')] }),
  ],
  [
    'COPY OUT of short rows, many in a message, with a long mask',
    growing,
    'COPY orders (id) TO STDOUT',
    copyOut,
    encodeCopyData({ data: Buffer.from('x\n'.repeat(30_000)) }),
  ],
  ['long rows that pass', allowAll, select, rows, encodeDataRow({ values: [longValue] })],
  [
    'COPY OUT of long rows that pass',
    allowAll,
    'COPY orders (id) TO STDOUT',
    copyOut,
    encodeCopyData({ data: Buffer.concat([longValue, Buffer.from('\n')]) }),
  ],
])(
  'INVARIANT (relay-by-slice): a client that takes nothing slows the database, with %s',
  async (_what, policy, sql, answer, message) => {
    await start(policy, sql, answer)
    stopReading(session.client.stream)
    const { most, taken } = await pour(session.database.stream, message)
    expect(most).toBeLessThanOrEqual(MOST_HELD_BYTES)
    expect(taken).toBeLessThan(POURED_BYTES)
  },
  60_000,
)

test('long rows that are masked wait whole: one row more is held', async () => {
  const policy = masking.replace('columns: "true"', `columns: "column.name == 'id'"`)
  const message = encodeDataRow({ values: [value, longValue] })
  await start(policy, 'SELECT id, note FROM orders', twoColumns)
  stopReading(session.client.stream)
  const { most, taken } = await pour(session.database.stream, message)
  expect(most).toBeLessThanOrEqual(MOST_HELD_BYTES + message.length)
  expect(taken).toBeLessThan(POURED_BYTES)
}, 60_000)

test.each([
  ['messages', 1_000],
  ['one message after the other that comes in pieces', 900_000],
])(
  'a database that takes nothing slows the client: COPY IN of %s',
  async (_what, bytes) => {
    await start(allowAll, 'COPY orders FROM STDIN', encodeCopyInResponse({ format: 0, columnFormats: [0] }))
    stopReading(session.database.stream)
    const message = encodeCopyData({ data: Buffer.alloc(bytes, 'x') })
    const { most, taken } = await pour(session.client.stream, message)
    expect(most).toBeLessThanOrEqual(MOST_HELD_BYTES)
    expect(taken).toBeLessThan(POURED_BYTES)
  },
  60_000,
)
