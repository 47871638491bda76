import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { governedBy, instantJournal } from '@sluice/testkit/governed'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import { toPackets } from '../../src/framing/packets.ts'
import { columnType } from '../../src/messages/column-types.ts'
import { encodeComPing } from '../../src/messages/com-ping.ts'
import { encodeComStmtExecute } from '../../src/messages/com-stmt-execute.ts'
import { encodeComStmtPrepare } from '../../src/messages/com-stmt-prepare.ts'
import { encodeComStmtPrepareOk } from '../../src/messages/com-stmt-prepare-ok.ts'
import { encodeComStmtReset } from '../../src/messages/com-stmt-reset.ts'
import { encodeComStmtSendLongData } from '../../src/messages/com-stmt-send-long-data.ts'
import { shopCatalog } from '../analysis/shop.ts'
import {
  type Carried,
  carried,
  columnOf,
  count,
  definition,
  eof,
  FLAGS,
  MAX_FRAME_BYTES,
  ok,
  queryOf,
  rowOf,
} from './carried.ts'
import { maskPii } from './shop-server.ts'
import type { Talker } from './talker.ts'

let dialect: MysqlDialect
let catalog: Catalog
let session: Carried
/** Commands that reached the database, by their first byte; the gateway's own question is not among them. */
let heard: number[]

beforeAll(async () => {
  dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})
afterAll(() => dialect.close())
afterEach(() => session?.close())

/** A database that prepares what has one placeholder, and says OK to all that is answered. */
const agreeable = (command: Buffer, database: Talker): void => {
  heard.push(command[0] ?? -1)
  const [name] = command
  if (name === 0x16) {
    const prepared = encodeComStmtPrepareOk({ statementId: 1, columns: 0, parameters: 1, warnings: 0 })
    database.say(1, prepared, definition(columnOf('?')), eof())
  } else if (name !== 0x18 && name !== 0x19) database.say(1, ok())
}

const begun = async (): Promise<Talker> => {
  heard = []
  const governance = governedBy({
    dialect,
    traits: mysqlTraits,
    catalog,
    audit: instantJournal(),
    policy: maskPii,
  })
  session = await carried(governance, agreeable)
  return session.client
}

const violation = expect.stringMatching(/^protocol violation by the client/)
const PREPARE = encodeComStmtPrepare({ sql: 'update orders set note = ?' })

/** Value of one text, as an execution says it. */
const executeWith = (value: string, newTypes = true): Buffer =>
  encodeComStmtExecute(
    {
      statementId: 1,
      flags: 0,
      iterations: 1,
      newTypes,
      parameters: [{ type: columnType.VAR_STRING, unsigned: false, name: '', value: Buffer.from(value) }],
    },
    { flags: FLAGS, placeholders: 1, types: undefined, sent: () => false },
  )

describe('INVARIANT (hostile-both-sides): a client that breaks the protocol ends its session:', () => {
  test.each<[string, Buffer]>([
    ['a sequence id that is none of a command', toPackets(encodeComPing(), 1)],
    ['packets of 16 MiB that are joined without end', Buffer.of(0xff, 0xff, 0xff, 0)],
    ['a length beyond the limit', Buffer.of(0, 0, 0x20, 0)],
    ['a COM_PING that goes on', toPackets(Buffer.from('\x0eLEAK'), 0)],
    ['a COM_STMT_PREPARE of nothing but a half text', toPackets(Buffer.of(0x17, 1), 0)],
    ['a COM_SET_OPTION of an option nobody knows', toPackets(Buffer.of(0x1b, 9, 0), 0)],
  ])('%s', async (_what, bytes) => {
    const client = await begun()
    client.raw(bytes)
    expect((await session.live.ended).reason).toEqual(violation)
    expect((await client.rest()).at(-1)?.payload.subarray(0, 3)).toEqual(Buffer.of(0xff, 0x2b, 0x07))
    // COM_QUIT alone.
    expect(heard.filter((name) => name !== 1)).toEqual([])
    expect(session.held()).toBeLessThan(4096)
  })

  const lies: readonly (readonly [string, (execute: Buffer) => Buffer])[] = [
    [
      'a value longer than the packet',
      (execute) => Buffer.concat([execute.subarray(0, -4), Buffer.of(0xfd)]),
    ],
    ['bytes behind the last value', (execute) => Buffer.concat([execute, Buffer.of(1)])],
    ['no value', (execute) => execute.subarray(0, 14)],
    [
      'another number where a 1 says that types come along',
      (execute) => Buffer.concat([execute.subarray(0, 11), Buffer.of(2), execute.subarray(12)]),
    ],
  ]

  test.each(lies)('an execution with %s', async (_what, lie) => {
    const client = await begun()
    await client.packets(PREPARE, 3)
    client.say(0, lie(executeWith('abc')))
    expect((await session.live.ended).reason).toEqual(violation)
    expect(heard).not.toContain(0x17)
  })

  test('an execution whose types were never said', async () => {
    const client = await begun()
    await client.packets(PREPARE, 3)
    client.say(0, executeWith('abc', false))
    expect((await session.live.ended).reason).toEqual(violation)
  })

  test('an execution that leaves open whether it says the types again: the servers would read them from its values', async () => {
    const client = await begun()
    await client.packets(PREPARE, 3)
    expect(await client.command(executeWith('abc'))).toMatchObject([{ kind: 'ok' }])
    const again = executeWith('abc', false)
    client.say(0, Buffer.concat([again.subarray(0, 11), Buffer.of(2), again.subarray(12)]))
    expect((await session.live.ended).reason).toEqual(violation)
    expect(heard.filter((name) => name === 0x17)).toHaveLength(1)
  })
})

const MIB = 1024 * 1024
const piece = (bytes: number): Buffer =>
  toPackets(encodeComStmtSendLongData({ statementId: 1, parameter: 0, data: Buffer.alloc(bytes) }), 0)

describe('INVARIANT (hostile-both-sides): what waits for an execution is bounded:', () => {
  test.each([
    ['long pieces', MAX_FRAME_BYTES / 2, 130],
    ['empty pieces without end', 0, 300_000],
  ])(
    '%s: the execution is refused, and the next one runs',
    async (_what, bytes, pieces) => {
      const client = await begun()
      await client.packets(PREPARE, 3)
      const one = piece(bytes)
      const most = Math.max(1, Math.floor(MIB / one.length))
      for (let left = pieces; left > 0; left -= most) {
        client.raw(Buffer.concat(Array.from({ length: Math.min(left, most) }, () => one)))
        await new Promise((resolve) => setImmediate(resolve))
      }
      expect(await client.command(executeWith('abc'))).toMatchObject([{ kind: 'error', code: 1153 }])
      expect(session.live.session.prepared.longBudget.bytes).toBe(0)
      expect(await client.command(encodeComStmtReset({ statementId: 1 }))).toMatchObject([{ kind: 'ok' }])
      expect(await client.command(executeWith('abc'))).toMatchObject([{ kind: 'ok' }])
    },
    60_000,
  )
})

describe('INVARIANT (no-unread-bytes): what is not understood does not reach the database, and the session lives on:', () => {
  test.each<[string, Buffer, number]>([
    ['an unknown command', Buffer.of(0x7f, 1), 1047],
    ['replication', Buffer.from([0x12, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0]), 1047],
    ['a statement that was never prepared', executeWith('abc'), 1243],
    ['an empty text', queryOf(''), 1065],
    ['a text with a quote that does not end', queryOf("select 'abc"), 1290],
    ['two statements in one text', queryOf('select 1; drop table orders'), 1064],
    ['two statements that a comment hides', queryOf('select 1 /*! ; drop table orders */'), 1290],
    ['a file of the client', queryOf("load data local infile 'x' into table orders"), 4166],
  ])('%s', async (_what, command, code) => {
    const client = await begun()
    expect(await client.command(command)).toMatchObject([{ kind: 'error' }])
    session.close()
    const again = await begun()
    const [refused] = await again.command(command)
    expect(refused).toMatchObject({ code })
    expect(heard).toEqual([])
    expect(await again.command(encodeComPing())).toMatchObject([{ kind: 'ok' }])
  })
})

/** What the database of the slow client sends, in bytes. */
const MOST_SENT_BYTES = 64 * 1024 * 1024

/** Rows that a mask makes more of than the network's buffers and the gateway's own hold. */
const SHORT_ROWS = 40_000

describe('INVARIANT (relay-by-slice): a client that takes nothing', () => {
  test('slows the database, not the gateway', async () => {
    heard = []
    const governance = governedBy({ dialect, traits: mysqlTraits, catalog, audit: instantJournal() })
    const flood = { sent: 0 }
    const row = rowOf('x'.repeat(1000))
    session = await carried(governance, (_, database) => {
      database.say(1, count(1), definition(columnOf('note', 'orders', 'note')), eof())
      let sequence = 4
      const more = (): void => {
        for (let i = 0; i < 500; i++) {
          database.say(sequence, row)
          sequence = (sequence + 1) & 0xff
          flood.sent += row.length
        }
        if (flood.sent < MOST_SENT_BYTES) setImmediate(more)
      }
      more()
    })
    session.client.deaf()
    session.client.say(0, queryOf('select note from orders'))
    let most = 0
    while (flood.sent < MOST_SENT_BYTES) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      most = Math.max(most, session.held())
    }
    expect(most).toBeLessThan(16 * 1024 * 1024)
  }, 60_000)

  test('slows the masks of short rows, and gets all of them once it takes them', async () => {
    heard = []
    const policy = maskPii.replace('default: redact', `constant: ${'€'.repeat(256)}`)
    const governance = governedBy({ dialect, traits: mysqlTraits, catalog, audit: instantJournal(), policy })
    const email = columnOf('email', 'customers', 'email', { length: 1020 })
    session = await carried(governance, (_, database) => {
      database.say(1, count(1), definition(email), eof())
      for (let i = 0; i < SHORT_ROWS; i++) database.say((4 + i) & 0xff, rowOf('x'))
      database.say((4 + SHORT_ROWS) & 0xff, eof())
    })
    session.client.deaf()
    const answered = session.client.command(queryOf('select email from customers'))
    let most = 0
    for (let still = 0, before = 0; still < 20 || before === 0; ) {
      await new Promise((resolve) => setTimeout(resolve, 10))
      const now = session.held()
      still = now === before ? still + 1 : 0
      before = now
      most = Math.max(most, now)
    }
    expect(most).toBeLessThan(4 * MIB)
    session.client.hear()
    const [reply] = await answered
    if (reply?.kind !== 'rows') throw new Error('no rows came')
    expect(reply.rows).toHaveLength(SHORT_ROWS)
    expect(new Set(reply.rows.map((row) => row.subarray(3).toString()))).toEqual(new Set(['€'.repeat(255)]))
  }, 60_000)

  test('and one that asks and asks is not heard until it does', async () => {
    const client = await begun()
    for (let i = 0; i < 2000; i++) client.say(0, encodeComPing())
    const answers = []
    for (let i = 0; i < 2000; i++) answers.push((await client.next())?.payload[0])
    expect(answers.every((first) => first === 0)).toBe(true)
    expect(session.held()).toBeLessThan(4096)
  })
})
