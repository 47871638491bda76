import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { governedBy, type HeldJournal, instantJournal } from '@sluice/testkit/governed'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import { capability } from '../../src/messages/capabilities.ts'
import { encodeComPing } from '../../src/messages/com-ping.ts'
import { encodeComStmtPrepare } from '../../src/messages/com-stmt-prepare.ts'
import { encodeLocalInfileRequest } from '../../src/messages/local-infile-request.ts'
import { status } from '../../src/messages/status-flags.ts'
import { MAX_DROPPED_BYTES } from '../../src/session/client/local-file.ts'
import { shopCatalog } from '../analysis/shop.ts'
import { answerOf, type Carried, carried, columnOf, FLAGS, ok, queryOf, type Says } from './carried.ts'

const LOAD = "load data local infile 'a.csv' into table orders"
const WITH_FILES = (FLAGS | capability.LOCAL_FILES) >>> 0
const END = Buffer.alloc(0)

/** A rule lets files through, and another says how much of them. */
const files = (limit = ''): string => `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: files, effect: allow, when: statement.clientFile }
${limit}`

let dialect: MysqlDialect
let catalog: Catalog
let session: Carried
let journal: HeldJournal

beforeAll(async () => {
  dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})
afterAll(() => dialect.close())
afterEach(() => session?.close())

const begun = async (policy: string, says: Says = asksFor('a.csv'), flags = WITH_FILES): Promise<void> => {
  journal = instantJournal()
  const governance = governedBy({ dialect, traits: mysqlTraits, catalog, audit: journal, policy })
  session = await carried(governance, says, { flags })
}

/** A database that asks for a file at each text, and hears what it is sent for it in `#inbox`. */
const asksFor =
  (fileName: string, encoding: 'utf8' | 'latin1' = 'utf8'): Says =>
  (command, database) => {
    if (command[0] === 0x03) database.say(1, encodeLocalInfileRequest({ fileName }, encoding))
    else if (command[0] === 0x0e) database.say(1, ok())
    else heard.push(Buffer.from(command))
  }

/** What came of the file, packet by packet. */
const heard: Buffer[] = []
afterEach(() => {
  heard.length = 0
})

const closings = () => journal.entries.flatMap((entry) => (entry.type === 'statement.closed' ? [entry] : []))
const violation = expect.stringMatching(/^protocol violation by the upstream/)

const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise((resolve) => setImmediate(resolve))
}

describe('a file that a rule lets through', () => {
  test('goes on as it comes, and is counted and recorded', async () => {
    await begun(files())
    expect(await session.client.packets(queryOf(LOAD), 1)).toEqual([
      encodeLocalInfileRequest({ fileName: 'a.csv' }),
    ])
    session.client.say(2, Buffer.from('1\tx\n'), Buffer.from('2\ty\n'), END)
    await until(() => heard.length === 3)
    expect(Buffer.concat(heard).toString()).toBe('1\tx\n2\ty\n')
    session.database.say(5, ok())
    expect((await session.client.next())?.sequence).toBe(5)
    expect(closings()).toMatchObject([{ outcome: 'completed', bytes: 8 }])
    expect(await session.client.command(encodeComPing())).toMatchObject([{ kind: 'ok' }])
  })

  test('of many packets is numbered on both legs, past 255', async () => {
    await begun(files())
    await session.client.packets(queryOf(LOAD), 1)
    const pieces = Array.from({ length: 300 }, (_, i) => Buffer.from(`${i}\n`))
    session.client.say(2, ...pieces, END)
    await until(() => heard.length === 301)
    session.database.say((2 + 301) & 0xff, ok())
    expect((await session.client.next())?.sequence).toBe((2 + 301) & 0xff)
  })

  test.each([
    ["load data local infile 'a\\\\b\\'c' into table orders", "a\\b'c"],
    ['load data /* infile */ local infile "a""b" into table orders', 'a"b'],
    ["load xml local infile 'd\\0e' into table orders", 'd'],
  ])('%s', async (sql, fileName) => {
    await begun(files(), asksFor(fileName))
    expect(await session.client.packets(queryOf(sql), 1)).toEqual([encodeLocalInfileRequest({ fileName })])
  })

  test('a name in bytes that are no UTF-8', async () => {
    await begun(files(), asksFor('\xe9.csv', 'latin1'))
    const sql = Buffer.concat([
      Buffer.from([3]),
      Buffer.from("load data local infile '\xe9.csv' into table orders", 'latin1'),
    ])
    expect((await session.client.packets(sql, 1))[0]?.subarray(1).toString('latin1')).toBe('\xe9.csv')
  })
})

describe('INVARIANT (deny-by-default): no file of a client is sent', () => {
  test.each([
    [
      'where rules only allow everything else',
      'version: 1\nrules:\n  - { id: all, effect: allow }\n',
      WITH_FILES,
      LOAD,
      4166,
    ],
    ['where the client did not agree to it', files(), FLAGS, LOAD, 4166],
    ['for what is prepared by text', files(), WITH_FILES, `prepare p from "${LOAD}"`, 4166],
    ['for what runs inside of another statement', files(), WITH_FILES, `begin not atomic ${LOAD}; end`, 1290],
    ['for what runs at once from a text', files(), WITH_FILES, `execute immediate "${LOAD}"`, 4166],
  ])('%s', async (_what, policy, flags, sql, code) => {
    const commands: number[] = []
    await begun(policy, (command) => commands.push(command[0] ?? 0), flags)
    expect(await session.client.command(queryOf(sql))).toMatchObject([{ kind: 'error', code }])
    expect(commands).toEqual([])
    expect(closings()).toMatchObject([{ outcome: 'refused' }])
  })

  test('for what is prepared', async () => {
    const commands: number[] = []
    await begun(files(), (command) => commands.push(command[0] ?? 0))
    const replies = await session.client.command(encodeComStmtPrepare({ sql: LOAD }))
    expect(replies).toMatchObject([{ kind: 'error', code: 4166 }])
    expect(commands).toEqual([])
  })
})

/** All that the client still hears. */
const told = async (): Promise<string> => {
  const packets = await session.client.rest()
  return Buffer.concat(packets.map(({ payload }) => payload)).toString('latin1')
}

describe('INVARIANT (hostile-both-sides): a database is given no other file', () => {
  test.each(['/etc/LEAK', 'a.csvLEAK', 'a.cs', 'A.CSV', '', 'a.csv\0LEAK'])(
    'than the statement names: %j',
    async (fileName) => {
      await begun(files(), asksFor(fileName))
      session.client.say(0, queryOf(LOAD))
      expect((await session.live.ended).reason).toEqual(violation)
      expect(await told()).not.toMatch(/LEAK|\xfb/)
    },
  )

  test.each([
    ['for a SELECT', 'select note from orders'],
    ['for a LOAD DATA without LOCAL', "load data infile 'a.csv' into table orders"],
    ['for an INSERT that says its name', "insert into orders (note) values ('a.csv')"],
  ])('%s', async (_what, sql) => {
    await begun(files())
    session.client.say(0, queryOf(sql))
    expect((await session.live.ended).reason).toEqual(violation)
    expect(await told()).not.toMatch(/\xfba\.csv/)
  })

  test('twice for one statement', async () => {
    await begun(files())
    await session.client.packets(queryOf(LOAD), 1)
    session.client.say(2, Buffer.from('1\n'), END)
    await until(() => heard.length === 2)
    session.database.say(4, encodeLocalInfileRequest({ fileName: 'a.csv' }))
    expect((await session.live.ended).reason).toEqual(violation)
    expect(await told()).not.toMatch(/\xfba\.csv/)
  })

  test('behind a result of the statement', async () => {
    const request = encodeLocalInfileRequest({ fileName: 'a.csv' })
    await begun(files(), (_, database) => database.say(1, request))
    await session.client.packets(queryOf(LOAD), 1)
    session.client.say(2, END)
    await until(() => session.live.session.exchange?.state === 'local-file-end')
    session.database.say(3, ok(status.MORE_RESULTS_EXISTS), request)
    expect((await session.live.ended).reason).toEqual(violation)
  })

  test('for a statement whose file it has not asked for at first', async () => {
    const later = answerOf([columnOf('a')], ['1']).slice(0, -1)
    await begun(files(), (_, database) =>
      database.say(1, ...later, encodeLocalInfileRequest({ fileName: 'a.csv' })),
    )
    session.client.say(0, queryOf(LOAD))
    expect((await session.live.ended).reason).toEqual(violation)
  })

  test('that answers before the file is ended', async () => {
    await begun(files())
    await session.client.packets(queryOf(LOAD), 1)
    session.client.say(2, Buffer.from('1\n'))
    await until(() => heard.length === 1)
    session.database.say(3, ok())
    expect((await session.live.ended).reason).toEqual(violation)
    expect(closings()).toMatchObject([{ outcome: 'lost', bytes: 2 }])
  })
})

describe('INVARIANT (hostile-both-sides): a client’s file', () => {
  const LIMIT = '  - { id: small, effect: limit, bytes: 10 }\n'

  test('has as many bytes as a rule allows', async () => {
    await begun(files(LIMIT))
    await session.client.packets(queryOf(LOAD), 1)
    session.client.say(2, Buffer.from('12345'), Buffer.from('67890'), END)
    await until(() => heard.length === 3)
    session.database.say(5, ok())
    expect((await session.client.next())?.payload[0]).toBe(0)
    expect(closings()).toMatchObject([{ outcome: 'completed', bytes: 10 }])
  })

  test('and not one more: the database gets no end that it could take for the whole', async () => {
    await begun(files(LIMIT))
    await session.client.packets(queryOf(LOAD), 1)
    session.client.say(2, Buffer.from('1234567890'))
    await until(() => heard.length === 1)
    session.client.say(3, Buffer.from('1'), END)
    expect((await session.live.ended).reason).toMatch(/longer than rule `small` allows/)
    expect((await session.client.rest()).at(-1)?.payload.subarray(1, 3).readUInt16LE()).toBe(1317)
    await session.database.rest()
    expect(heard.map(String)).toEqual(['1234567890'])
    expect(closings()).toMatchObject([{ outcome: 'lost', code: '1317', bytes: 10 }])
  })

  test('goes on behind a limit for a while only', async () => {
    await begun(files(LIMIT))
    await session.client.packets(queryOf(LOAD), 1)
    const piece = Buffer.alloc(1_000_000, 120)
    for (let i = 0; i * piece.length <= MAX_DROPPED_BYTES; i += 1) session.client.say((2 + i) & 0xff, piece)
    expect((await session.live.ended).reason).toMatch(/longer than rule `small` allows/)
    expect(heard).toEqual([])
  })

  test('that is left in the middle is recorded as that, and not ended for the client', async () => {
    await begun(files())
    await session.client.packets(queryOf(LOAD), 1)
    session.client.say(2, Buffer.from('1\n'))
    await until(() => heard.length === 1)
    session.client.leave()
    expect((await session.live.ended).reason).toBe('the client left')
    await session.database.rest()
    expect(heard).toHaveLength(1)
    expect(closings()).toMatchObject([{ outcome: 'lost', code: '1158', bytes: 2 }])
  })

  test('without end is not kept: who does not take it slows the client', async () => {
    await begun(files())
    await session.client.packets(queryOf(LOAD), 1)
    session.database.deaf()
    const piece = Buffer.alloc(60_000, 120)
    for (let i = 0; i < 400; i += 1) session.client.say((2 + i) & 0xff, piece)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(session.held()).toBeLessThan(4 * 1024 * 1024)
    expect(closings()).toEqual([])
  })

  test('that skips a number ends the session', async () => {
    await begun(files())
    await session.client.packets(queryOf(LOAD), 1)
    session.client.say(4, Buffer.from('1\n'))
    expect((await session.live.ended).reason).toMatch(/^protocol violation by the client/)
  })

  test('that nobody asked for is no command', async () => {
    await begun(files(), (_, database) => database.say(1, ok()))
    session.client.say(0, queryOf(LOAD))
    session.client.say(2, Buffer.from('1\n'), END)
    expect((await session.live.ended).reason).toMatch(/^protocol violation by the client/)
  })
})
