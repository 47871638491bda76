import { describe, expect, test } from '@jest/globals'
import { allowAll } from '@sluice/testkit/governed'
import { frameHeader } from '../../src/framing/frame-piece.ts'
import { backend } from '../../src/messages/codes.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeCopyData } from '../../src/messages/copy-data.ts'
import { encodeCopyDone } from '../../src/messages/copy-done.ts'
import { encodeCopyOutResponse } from '../../src/messages/copy-out-response.ts'
import { encodeDataRow } from '../../src/messages/data-row.ts'
import { encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeRowDescription } from '../../src/messages/row-description.ts'
import type { Carried } from './carried.ts'
import { described, happened } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const shop = shopSessions()
let session: Carried
/** Every byte that the client was sent. */
let came: Buffer[]

const start = async (policy: string, sql: string, answer: Buffer): Promise<void> => {
  session = await shop.carried(
    shop.governed({ policy }),
    ({ name }) => (name === 'Query' ? answer : undefined),
    'off',
    64 << 20,
  )
  came = []
  session.client.stream.on('data', (chunk: Buffer) => came.push(chunk))
  session.client.say(encodeQuery({ sql }))
  await session.client.until((names) => names.length > 0)
  came = []
}

const columns = encodeRowDescription({ fields: [described('id'), described('note')] })
const select = 'SELECT id, note FROM orders'
const long = Buffer.alloc(1_000_000, 'x')
const row = encodeDataRow({ values: [Buffer.from('1'), long] })
const done = (tag: string): Buffer =>
  Buffer.concat([encodeCommandComplete({ tag }), encodeReadyForQuery({ status: 'I' })])
const bytes = (): Buffer => Buffer.concat(came)

test('long rows among short ones arrive as they came, and what follows them too', async () => {
  await start(allowAll, select, columns)
  const short = encodeDataRow({ values: [Buffer.from('2'), null] })
  const answer = Buffer.concat([short, row, row, short, short, row, done('SELECT 6')])
  session.database.say(answer)
  await session.client.until((names) => names.includes('ReadyForQuery'))
  expect(bytes().equals(answer)).toBe(true)
})

test('so do long parts of a COPY', async () => {
  await start(
    allowAll,
    'COPY orders (id) TO STDOUT',
    encodeCopyOutResponse({ format: 0, columnFormats: [0] }),
  )
  const data = Buffer.concat([long, Buffer.from('\n')])
  const parts = [encodeCopyData({ data }), encodeCopyData({ data: Buffer.from('x\n') })]
  const answer = Buffer.concat([...parts, ...parts, encodeCopyDone(), done('COPY 4')])
  session.database.say(answer)
  await session.client.until((names) => names.includes('ReadyForQuery'))
  expect(bytes().equals(answer)).toBe(true)
})

test('over a limit of bytes nothing of a long row goes out', async () => {
  const limited =
    'version: 1\nrules: [{ id: all, effect: allow }, { id: few, effect: limit, bytes: 1500000 }]'
  await start(limited, select, columns)
  session.database.say(row, row, row, done('SELECT 3'))
  await session.client.until((names) => names.includes('ReadyForQuery'))
  expect(session.client.names).toEqual(['RowDescription', 'DataRow', 'ErrorResponse', 'ReadyForQuery'])
  expect(session.client.error).toBe('54000')
})

describe('INVARIANT (no-unread-bytes): a long row that is not what its description says ends the session:', () => {
  const header = frameHeader(backend.DataRow, row.length - 5)

  test.each<[string, Buffer]>([
    ['too many columns', Buffer.concat([header, Buffer.of(0, 3)])],
    ['a cell below nothing', Buffer.concat([header, Buffer.of(0, 2, 0xff, 0xff, 0xff, 0xfe)])],
    ['a cell beyond the row', Buffer.concat([header, Buffer.of(0, 2, 0x7f, 0, 0, 0)])],
  ])('%s, at once, and the client is told', async (_what, beginning) => {
    await start(allowAll, select, columns)
    session.database.say(beginning)
    await session.client.until(() => false)
    expect(session.client.names).toEqual(['RowDescription', 'ErrorResponse'])
    expect(session.client.error).toBe('08P01')
  })

  test('a last cell that leaves bytes behind it: none of it is sent', async () => {
    await start(allowAll, select, columns)
    const broken = encodeDataRow({ values: [long, long] })
    const second = 5 + 2 + 4 + long.length
    broken.writeInt32BE(long.length - 1, second)
    session.database.say(broken)
    await session.client.until(() => false)
    expect(bytes().length).toBeLessThan(second + 4)
    expect(bytes().equals(broken.subarray(0, bytes().length))).toBe(true)
  })
})

test.each<[string, () => void]>([
  ['is stopped', () => session.live.stop({ code: '57P01', message: 'bye', hint: 'bye' })],
  ['loses its database', () => session.database.stream.destroy()],
])('a session that %s amid a long row says nothing within it', async (_what, ends) => {
  await start(allowAll, select, columns)
  session.database.say(row.subarray(0, 600_000))
  await happened(() => bytes().length === 600_000)
  ends()
  await session.client.until(() => false)
  expect(bytes().equals(row.subarray(0, 600_000))).toBe(true)
})

const growing = `
version: 1
rules: [{ id: all, effect: allow }, { id: pii, effect: mask, columns: "true", with: { constant: ${'€'.repeat(256)} } }]
`
const masked = Buffer.from('€'.repeat(256))

test('short rows with a long mask all arrive, in their order', async () => {
  await start(growing.replace('"true"', `"column.name == 'note'"`), select, columns)
  const rows = Array.from({ length: 20_000 }, (_, i) => Buffer.from(String(i)))
  const note = Buffer.from('n')
  session.database.say(...rows.map((id) => encodeDataRow({ values: [id, note] })), done('SELECT 20000'))
  await session.client.until((names) => names.includes('ReadyForQuery'))
  const wanted = [...rows.map((id) => encodeDataRow({ values: [id, masked] })), done('SELECT 20000')]
  expect(bytes().equals(Buffer.concat(wanted))).toBe(true)
})

test('so do those of a COPY that come in one message', async () => {
  await start(growing, 'COPY orders (id) TO STDOUT', encodeCopyOutResponse({ format: 0, columnFormats: [0] }))
  const data = Buffer.from('x\n'.repeat(20_000))
  session.database.say(encodeCopyData({ data }), encodeCopyDone(), done('COPY 20000'))
  await session.client.until((names) => names.includes('ReadyForQuery'))
  const parts = session.client.heard.filter(({ name }) => name === 'CopyData').map(({ payload }) => payload)
  expect(parts.length).toBeGreaterThan(1)
  const wanted = Buffer.from(`${masked.toString()}\n`.repeat(20_000))
  expect(Buffer.concat(parts).equals(wanted)).toBe(true)
})
