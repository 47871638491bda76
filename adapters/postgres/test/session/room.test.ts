import { beforeEach, expect, test } from '@jest/globals'
import { encodeBind } from '../../src/messages/bind.ts'
import { encodeBindComplete } from '../../src/messages/bind-complete.ts'
import { encodeClose } from '../../src/messages/close.ts'
import { encodeCloseComplete } from '../../src/messages/close-complete.ts'
import { encodeCommandComplete } from '../../src/messages/command-complete.ts'
import { encodeErrorResponse } from '../../src/messages/error-response.ts'
import { encodeExecute } from '../../src/messages/execute.ts'
import { encodeParse } from '../../src/messages/parse.ts'
import { encodeParseComplete } from '../../src/messages/parse-complete.ts'
import { decodeQuery, encodeQuery } from '../../src/messages/query.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { encodeSync } from '../../src/messages/sync.ts'
import { MAX_CURSORS, MAX_STATEMENTS } from '../../src/session/room.ts'
import { CHARS_COUNTED_ONCE } from '../../src/session/statement-weight.ts'
import type { Carried } from './carried.ts'
import type { Heard } from './peer.ts'
import { shopSessions } from './shop-sessions.ts'

const shop = shopSessions()
let session: Carried

beforeEach(async () => {
  session = await shop.carried(shop.governed(), server())
})

/** A server that does as it is told; what it is sent to fail on fails. */
const server = (): ((message: Heard) => Buffer | undefined) => {
  let skipping = false
  let status: 'I' | 'T' = 'I'
  return (message) => {
    if (message.name === 'Sync') {
      skipping = false
      return encodeReadyForQuery({ status })
    }
    if (skipping) return undefined
    skipping = message.name === 'Parse' && /sluice_refused|failing/.test(message.payload.toString())
    if (skipping) return failed
    if (message.name !== 'Query') return answers[message.name]
    const { sql } = decodeQuery(message.payload, 'utf8')
    if (sql.startsWith('BEGIN')) status = 'T'
    if (sql.startsWith('COMMIT')) status = 'I'
    const words = sql.split(';').map((one) => one.trim().split(' ')[0] ?? '')
    const done = words.map((tag) => (tag === 'SELECT' ? failed : encodeCommandComplete({ tag })))
    return Buffer.concat([...done, encodeReadyForQuery({ status })])
  }
}

const failed = encodeErrorResponse({
  fields: new Map([
    ['S', 'ERROR'],
    ['C', '42601'],
    ['M', 'refused by sluice'],
  ]),
})

const answers: Readonly<Record<string, Buffer>> = {
  Parse: encodeParseComplete(),
  Close: encodeCloseComplete(),
  Bind: encodeBindComplete(),
  Execute: encodeCommandComplete({ tag: 'PREPARE' }),
}

const parse = (name: string, sql = 'SELECT 1'): Buffer => encodeParse({ name, sql, parameterTypes: [] })
const close = (name: string): Buffer => encodeClose({ target: 'statement', name })

/** Says something and waits for all that is owed; tells the error, if that was the answer. */
const told = async (...messages: readonly Buffer[]): Promise<string | undefined> => {
  const { client } = session
  const from = client.heard.length
  client.say(...messages)
  const heard = await client.until((names) => names.indexOf('ReadyForQuery', from) >= 0)
  return heard.indexOf('ErrorResponse', from) < 0 ? undefined : client.error
}

const query = (sql: string): Promise<string | undefined> => told(encodeQuery({ sql }))

/** Prepares as many as a session may have, less `room`. */
const prepareAll = async (room = 0): Promise<void> => {
  const names = Array.from({ length: MAX_STATEMENTS - room }, (_, i) => parse(`s${i}`))
  expect(await told(...names, encodeSync())).toBeUndefined()
}

const declare = (i: number): string => `DECLARE c${i} CURSOR WITH HOLD FOR SELECT 1`

const PREPARE = 'PREPARE more AS SELECT 1'

test('INVARIANT (hostile-both-sides): a statement more than a session may have is refused before the database hears of it', async () => {
  await prepareAll()
  expect(await told(parse(''), encodeSync())).toBeUndefined()
  session.database.heard.length = 0
  expect(await told(parse('more'), encodeSync())).toBe('54000')
  expect(await query(PREPARE)).toBe('54000')
  expect(session.database.names).toEqual(['Sync'])
  // What needs no more room goes on, and what is there already is the database's to refuse.
  expect(await told(parse(''), encodeSync())).toBeUndefined()
  expect(await told(parse('s1'), encodeSync())).toBeUndefined()
  expect(await query('PREPARE s2 AS SELECT 1')).toBeUndefined()
  expect(session.database.names).toEqual(['Sync', 'Parse', 'Sync', 'Parse', 'Sync', 'Query'])
})

test('Close, DEALLOCATE and DISCARD ALL make room for as many as they take away', async () => {
  await prepareAll()
  expect(await told(close('none'), parse('more'), encodeSync())).toBe('54000')
  expect(await told(close('s0'), parse('more'), encodeSync())).toBeUndefined()
  expect(await told(parse('s0'), encodeSync())).toBe('54000')
  expect(await query('DEALLOCATE more')).toBeUndefined()
  expect(await query(PREPARE)).toBeUndefined()
  expect(await told(parse('s0'), encodeSync())).toBe('54000')
  expect(await query('DEALLOCATE ALL')).toBeUndefined()
  await prepareAll()
  expect(await query(PREPARE)).toBe('54000')
  expect(await query('DISCARD ALL')).toBeUndefined()
  expect(await query(PREPARE)).toBeUndefined()
}, 20_000)

test('what the database refused takes no room', async () => {
  await prepareAll(1)
  expect(await told(parse('failing'), encodeSync())).toBe('42601')
  expect(await told(parse('more'), parse('other'), encodeSync())).toBe('54000')
  expect(await told(close('more'), parse('failing'), encodeSync())).toBe('42601')
  expect(await told(parse('other'), encodeSync())).toBeUndefined()
  expect(await told(parse('more'), encodeSync())).toBe('54000')
})

test('a long statement takes the room of several, and gives it back', async () => {
  const long = `SELECT ${Array.from({ length: CHARS_COUNTED_ONCE / 4 }, () => '1').join(' + ')}`
  const literal = `SELECT set_config('application_name', '${'y'.repeat(2 * CHARS_COUNTED_ONCE)}', true)`
  await prepareAll(2)
  expect(await told(parse('more', literal), encodeSync())).toBe('54000')
  expect(await query(`PREPARE more AS ${literal}`)).toBe('54000')
  expect(await told(parse('more', long), encodeSync())).toBeUndefined()
  expect(await told(parse('other'), encodeSync())).toBe('54000')
  expect(await query('DEALLOCATE more')).toBeUndefined()
  expect(await query(`PREPARE more AS ${long}`)).toBeUndefined()
  expect(await told(parse('other'), encodeSync())).toBe('54000')
  expect(await told(close('more'), parse('one'), parse('other'), encodeSync())).toBeUndefined()
  expect(await told(close('other'), parse('more', long), encodeSync())).toBe('54000')
})

test('one text may prepare what there is room for, and no more', async () => {
  await prepareAll(1)
  expect(await query('DEALLOCATE s0; PREPARE a AS SELECT 1; PREPARE b AS SELECT 1')).toBe('54000')
  expect(await query('PREPARE c AS SELECT 1; DEALLOCATE c')).toBeUndefined()
})

test('a PREPARE of the extended protocol is refused too', async () => {
  await prepareAll(1)
  const bind = encodeBind({ portal: '', statement: '', parameterFormats: [], values: [], resultFormats: [] })
  const execute = encodeExecute({ portal: '', maxRows: 0 })
  expect(await told(parse('', PREPARE), bind, execute, encodeSync())).toBeUndefined()
  expect(await told(parse('', 'PREPARE other AS SELECT 1'), bind, execute, encodeSync())).toBe('54000')
})

test('a cursor more than a session may have is refused, until one is closed or their transaction ends', async () => {
  expect(await query('BEGIN')).toBeUndefined()
  const many = Array.from({ length: MAX_CURSORS / 100 }, (_, ten) =>
    Array.from({ length: 100 }, (_one, i) => declare(ten * 100 + i)).join(';'),
  )
  for (const text of many) expect(await query(text)).toBeUndefined()
  expect(await query('COMMIT')).toBeUndefined()
  expect(await query(declare(MAX_CURSORS))).toBe('54000')
  expect(await query('CLOSE c0')).toBeUndefined()
  expect(await query('BEGIN')).toBeUndefined()
  expect(await query('DECLARE short CURSOR FOR SELECT 1')).toBeUndefined()
  expect(await query('COMMIT')).toBeUndefined()
  expect(await query(declare(0))).toBeUndefined()
  expect(await query(declare(MAX_CURSORS))).toBe('54000')
  expect(await query('CLOSE ALL')).toBeUndefined()
  expect(await query(declare(MAX_CURSORS))).toBeUndefined()
})
