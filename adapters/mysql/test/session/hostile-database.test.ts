import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import type { Governance } from '@sluice/gateway/session/governance'
import { allowAll, governedBy, instantJournal } from '@sluice/testkit/governed'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import { toPackets } from '../../src/framing/packets.ts'
import { capability } from '../../src/messages/capabilities.ts'
import { columnType } from '../../src/messages/column-types.ts'
import { encodeComFieldList } from '../../src/messages/com-field-list.ts'
import { encodeComPing } from '../../src/messages/com-ping.ts'
import { encodeComSetOption, MULTI_STATEMENTS_ON } from '../../src/messages/com-set-option.ts'
import { encodeComStatistics } from '../../src/messages/com-statistics.ts'
import { encodeComStmtExecute } from '../../src/messages/com-stmt-execute.ts'
import { encodeComStmtPrepare } from '../../src/messages/com-stmt-prepare.ts'
import { encodeComStmtPrepareOk } from '../../src/messages/com-stmt-prepare-ok.ts'
import { decodeErrPacket, encodeErrPacket } from '../../src/messages/err-packet.ts'
import { encodeLocalInfileRequest } from '../../src/messages/local-infile-request.ts'
import { status } from '../../src/messages/status-flags.ts'
import { MAX_RESULTS } from '../../src/session/exchange.ts'
import { shopCatalog } from '../analysis/shop.ts'
import {
  answerOf,
  type Carried,
  carried,
  columnOf,
  count,
  definition,
  eof,
  FLAGS,
  ok,
  queryOf,
  rowOf,
  type Wish,
} from './carried.ts'
import { maskPii } from './shop-server.ts'
import type { Talker } from './talker.ts'

const PLAIN = 'select note from orders'
const MASKED = 'select email from customers'
const LEAK = /LEAK/

let dialect: MysqlDialect
let catalog: Catalog
let session: Carried

beforeAll(async () => {
  dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})
afterAll(() => dialect.close())
afterEach(() => session?.close())

const governed = (policy = maskPii, audit = instantJournal()): Governance =>
  governedBy({ dialect, traits: mysqlTraits, catalog, audit, policy })

/** Everything is allowed, as far as `most` goes. */
const limitedTo = (most: string): Governance =>
  governed(`version: 1
rules:
  - { id: all, effect: allow }
  - { id: cap, effect: limit, ${most} }
`)

const note = (changes = {}) => columnOf('note', 'orders', 'note', changes)
const described = [count(1), definition(note()), eof()]
const bytes = (...values: readonly (number | string)[]): Buffer =>
  Buffer.concat(values.map((value) => (typeof value === 'number' ? Buffer.of(value) : Buffer.from(value))))
const error = (code: number, message: string): Buffer => encodeErrPacket({ code, sqlState: 'HY000', message })

/** What came to the client by the end of the session, and why that was. */
async function ended(command: Buffer, said: (database: Talker) => void): Promise<[string, string]> {
  session.close()
  session = await carried(governed(), (_, database) => said(database))
  session.client.say(0, command)
  return await end()
}

async function end(): Promise<[string, string]> {
  const { reason } = await session.live.ended
  const packets = await session.client.rest()
  expect(packets.at(-1)?.payload.subarray(0, 3)).toEqual(bytes(0xff, 0x2b, 0x07))
  return [reason, Buffer.concat(packets.map(({ payload }) => payload)).toString('latin1')]
}

const violation = expect.stringMatching(/^protocol violation by the upstream/)

/** Answers that no honest database gives to a text. */
const answers: readonly (readonly [string, readonly Buffer[]])[] = [
  ['a row before its description', [rowOf('LEAK')]],
  ['no columns', [bytes(0xfc, 0, 0)]],
  ['more columns than a table may have', [count(4096), ...Array(3).fill(definition(note())), rowOf('LEAK')]],
  ['a count of columns that is none', [bytes(0xfc, 0xff, 0xff)]],
  ['a count that goes on', [bytes(1, 'LEAK')]],
  ['fewer definitions than counted', [count(2), definition(note()), eof()]],
  ['more definitions than counted', [count(1), definition(note()), definition(note()), eof()]],
  ['no definitions', [count(1), eof(), rowOf('LEAK')]],
  ['a definition with a length beyond its end', [count(1), bytes(3, 'def', 0xfd, 0xff, 0xff, 0xff, 'LEAK')]],
  ['a definition of 100 KB', [count(1), definition(columnOf('x'.repeat(100_000)))]],
  ['a row with more cells', [...described, rowOf('x', 'LEAK')]],
  ['a row with fewer cells', [count(2), definition(note()), definition(note()), eof(), rowOf('LEAK')]],
  ['a row without cells', [...described, Buffer.alloc(0)]],
  ['a cell that is longer than its row', [...described, bytes(0xfc, 0xff, 0x7f, 'LEAK')]],
  ['a cell of a length of eight bytes', [...described, bytes(0xfe, ...Array(8).fill(0xff), 'LEAK')]],
  ['a request for a file', [encodeLocalInfileRequest({ fileName: '/etc/LEAK' })]],
  ['an empty packet', [Buffer.alloc(0)]],
  ['EOF before anything', [eof()]],
  ['an OK that ends within', [bytes(0, 0)]],
  ['an OK of absurd counts', [bytes(0, 0xfe, 'LEAKLEAK', 0xfe)]],
  ['an EOF that goes on', [count(1), definition(note()), bytes(0xfe, 0, 0, 2, 0, 'LEAK')]],
  ['an error without a number', [bytes(0xff)]],
  ['an error that ends in its SQLSTATE', [bytes(0xff, 0x15, 4, '#42')]],
  ['a progress report', [bytes(0xff, 0xff, 0xff, 1, 'LEAK')]],
  ['an error amid definitions', [count(2), definition(note()), error(1105, 'LEAK')]],
  [
    'an answer to COM_STMT_PREPARE',
    [encodeComStmtPrepareOk({ statementId: 1, columns: 0, parameters: 0, warnings: 0 }), eof()],
  ],
]

describe('INVARIANT (no-unread-bytes): a database that breaks the protocol ends the session, and nothing leaks:', () => {
  test.each(answers)('%s', async (_what, said) => {
    session = await carried(governed())
    for (const sql of [PLAIN, MASKED]) {
      const [reason, told] = await ended(queryOf(sql), (database) => database.say(1, ...said))
      expect(reason).toEqual(violation)
      expect(told).not.toMatch(LEAK)
    }
  })

  test.each([
    ['words', [0xfd, 0xff, 0xff, 0xff, 'LEAK']],
    ['what changed', [0, 0xfd, 0xff, 0xff, 0xff, 'LEAK']],
    ['one change', [0, 6, 0, 0xfc, 0xff, 0xff, 'LE']],
  ] as const)('an OK that lies about the length of its %s', async (_what, tail) => {
    const flags = (FLAGS | capability.SESSION_TRACK) >>> 0
    const lie = bytes(0, 0, 0, 2, 0x40, 0, 0, ...tail)
    session = await carried(governed(), (_, database) => database.say(1, lie), { flags })
    session.client.say(0, encodeComPing())
    const [reason, told] = await end()
    expect(reason).toEqual(violation)
    expect(told).not.toMatch(LEAK)
  })

  test('a file is asked for amid results, or in the binary protocol', async () => {
    session = await carried(governed())
    const request = encodeLocalInfileRequest({ fileName: '/etc/passwd' })
    const more = [...described, eof(status.MORE_RESULTS_EXISTS), request]
    expect((await ended(queryOf(PLAIN), (database) => database.say(1, ...more)))[0]).toEqual(violation)
    expect((await ended(encodeComPing(), (database) => database.say(1, request)))[0]).toEqual(violation)
  })

  test.each([0, 2, 255])('sequence ids that begin at %i', async (first) => {
    session = await carried(governed())
    const [reason, told] = await ended(queryOf(PLAIN), (database) =>
      database.say(first, ...answerOf([note()], ['LEAK'])),
    )
    expect(reason).toEqual(violation)
    expect(told).not.toMatch(LEAK)
  })

  test('a sequence id that is said twice amid rows', async () => {
    session = await carried(governed())
    const [reason, told] = await ended(queryOf(PLAIN), (database) => {
      database.say(1, ...described, rowOf('a'))
      database.raw(toPackets(rowOf('LEAK'), 4))
    })
    expect(reason).toEqual(violation)
    expect(told).not.toMatch(LEAK)
  })

  test('a second answer, and an answer to nothing', async () => {
    session = await carried(governed())
    const two = [...answerOf([note()], ['a']), ...answerOf([note()], ['LEAK'])]
    const [reason, told] = await ended(queryOf(PLAIN), (database) => database.say(1, ...two))
    expect(reason).toEqual(violation)
    expect(told).not.toMatch(LEAK)
    session.close()
    session = await carried(governed())
    session.database.say(0, ...answerOf([note()], ['LEAK']))
    const [before, heard] = await end()
    expect(before).toEqual(violation)
    expect(heard).not.toMatch(LEAK)
  })

  test.each([
    ['COM_STATISTICS, answered by words', encodeComStatistics(), [bytes('LEAK: of a row, ana@example.com')]],
    ['COM_PING, answered by rows', encodeComPing(), answerOf([note()], ['LEAK'])],
    [
      'COM_FIELD_LIST, answered by a row',
      encodeComFieldList({ table: 'orders', wildcard: '' }),
      [rowOf('LEAK')],
    ],
    [
      'COM_STMT_PREPARE, whose counts lie',
      encodeComStmtPrepare({ sql: PLAIN }),
      [
        encodeComStmtPrepareOk({ statementId: 1, columns: 2, parameters: 0, warnings: 0 }),
        definition(note()),
        eof(),
      ],
    ],
    [
      'COM_STMT_PREPARE, with columns behind the last',
      encodeComStmtPrepare({ sql: PLAIN }),
      [
        encodeComStmtPrepareOk({ statementId: 1, columns: 1, parameters: 0, warnings: 0 }),
        definition(note()),
        eof(),
        rowOf('LEAK'),
      ],
    ],
  ])('%s', async (_what, command, said) => {
    session = await carried(governed())
    const [reason, told] = await ended(command, (database) => database.say(1, ...said))
    expect(reason).toEqual(violation)
    expect(told).not.toMatch(LEAK)
  })
})

const number = columnOf('total', 'orders', 'total', { type: columnType.LONG, collation: 63, length: 11 })
/** Rows that no honest database sends to COM_STMT_EXECUTE. */
const binaryRows: readonly (readonly [string, Buffer])[] = [
  ['with a text row', rowOf('LEAK')],
  ['shorter than its numbers', bytes(0, 0, 1, 0)],
  ['that goes on', bytes(0, 0, 1, 0, 0, 0, 'LEAK')],
  ['without its bitmap', bytes(0)],
]

describe('INVARIANT (no-unread-bytes): binary rows', () => {
  test.each(binaryRows)('%s', async (_what, row) => {
    const execute = encodeComStmtExecute(
      { statementId: 1, flags: 0, iterations: 1, newTypes: false, parameters: [] },
      { flags: FLAGS, placeholders: 0, types: undefined, sent: () => false },
    )
    session = await carried(governed(), (command, database) => {
      if (command[0] === 0x16)
        database.say(1, encodeComStmtPrepareOk({ statementId: 1, columns: 0, parameters: 0, warnings: 0 }))
      else database.say(1, count(1), definition(number), eof(), row)
    })
    await session.client.packets(encodeComStmtPrepare({ sql: 'select total from orders' }), 1)
    session.client.say(0, execute)
    const [reason, told] = await end()
    expect(reason).toEqual(violation)
    expect(told).not.toMatch(LEAK)
  })
})

describe('INVARIANT (no-unproven-column): where the database’s description and the analysis disagree, all is masked:', () => {
  test.each([
    ['a masked column under a plain name', [columnOf('note', 'customers', 'email')]],
    ['another column', [columnOf('note', 'orders', 'total')]],
    ['a table the catalog does not know', [columnOf('note', 'nowhere', 'note', { table: 'o' })]],
    ['a column more', [note(), note()]],
  ])('%s', async (_what, columns) => {
    session = await carried(governed(), (_, database) =>
      database.say(
        1,
        ...answerOf(
          columns,
          columns.map(() => 'LEAK'),
        ),
      ),
    )
    const replies = await session.client.command(queryOf(PLAIN))
    expect(replies).toMatchObject([{ kind: 'rows' }])
    expect(
      JSON.stringify(replies.map((reply) => ('rows' in reply ? reply.rows.map(String) : []))),
    ).not.toMatch(LEAK)
  })

  test('the description that the analysis expects passes', async () => {
    session = await carried(governed(), (_, database) => database.say(1, ...answerOf([note()], ['plain'])))
    expect(await session.client.command(queryOf(PLAIN))).toMatchObject([{ rows: [rowOf('plain')] }])
  })
})

/** The header of a packet whose payload does not come. */
const header = (length: number, sequence: number): Buffer => {
  const made = Buffer.alloc(4)
  made.writeUIntLE(length, 0, 3)
  made[3] = sequence
  return made
}

describe('INVARIANT (hostile-both-sides): what a database may send has an end:', () => {
  test('packets of 16 MiB that are joined without end are not waited for', async () => {
    session = await carried(governed())
    const [reason] = await ended(queryOf(PLAIN), (database) => database.raw(header(0xff_ffff, 1)))
    expect(reason).toEqual(violation)
    expect(session.held()).toBeLessThan(4096)
  })

  test('a length beyond the limit is not waited for', async () => {
    session = await carried(governed())
    expect((await ended(queryOf(PLAIN), (database) => database.raw(header(0xff_fffe, 1))))[0]).toEqual(
      violation,
    )
  })

  test('results without end', async () => {
    session = await carried(governed(), (_, database) => {
      const oks = Array(MAX_RESULTS + 1).fill(ok(status.MORE_RESULTS_EXISTS))
      database.say(1, ...oks)
    })
    session.client.say(0, queryOf(PLAIN))
    expect((await session.live.ended).reason).toMatch(/has more than 100000 results$/)
  }, 30_000)

  test('an answer without end to the gateway’s own question', async () => {
    const columns = ['a', 'b', 'c', 'd'].map((name) => columnOf(name))
    const rows = Array.from({ length: 100 }, () => ['', 'utf8mb4', 'shop', '0'])
    session = await carried(governed(), undefined, { question: answerOf(columns, ...rows) })
    session.client.say(0, queryOf(PLAIN))
    expect((await session.live.ended).reason).toMatch(/too long an answer$/)
  })

  test('settings that are none end nothing and let nothing through', async () => {
    const columns = ['a', 'b', 'c', 'd'].map((name) => columnOf(name))
    const question = answerOf(columns, ['', 'gbk', 'shop', '0'])
    session = await carried(governed(), undefined, { question })
    expect(await session.client.command(queryOf(PLAIN))).toMatchObject([{ code: 1115 }])
    session.close()
    session = await carried(governed(), undefined, { question: [ok()] })
    session.client.say(0, queryOf(PLAIN))
    expect((await end())[0]).toEqual(violation)
  })
})

describe('behind a limit', () => {
  test('nothing more of a result goes out, not even what would still have fitted', async () => {
    const limited = limitedTo('bytes: 100')
    const rows = [['first'], ['x'.repeat(200)], ['LEAK']]
    session = await carried(limited, (_, database) => database.say(1, ...answerOf([note()], ...rows)))
    const packets = await session.client.packets(queryOf(PLAIN), 5)
    expect(packets.map((payload) => payload[0])).toEqual([1, 3, 0xfe, 5, 0xff])
    expect(packets.join()).not.toMatch(LEAK)
  })
})

const FIRST = 'select note from orders;'
const TWO = queryOf(`${FIRST} delete from orders where id = 1`)

/** A session that may send them; what the database is sent of them, each answered by `rows`, once `heard` was called. */
const severally = async (
  governance: Governance,
  rows: readonly string[],
  heard: () => void = () => undefined,
  wish?: Wish,
): Promise<readonly string[]> => {
  const sent: string[] = []
  session = await carried(
    governance,
    (command, database) => {
      if (command[0] === 0x03) {
        sent.push(command.toString('latin1', 1))
        heard()
        database.say(1, ...answerOf([note()], ...rows.map((value) => [value])))
      } else database.say(1, ok())
    },
    wish,
  )
  await session.client.command(encodeComSetOption({ option: MULTI_STATEMENTS_ON }))
  return sent
}

const livesOn = async (): Promise<void> =>
  expect(await session.client.packets(encodeComPing(), 1)).toEqual([ok()])

describe('of a text of several statements', () => {
  test('nothing runs behind a limit, though the database was done before it heard of it', async () => {
    const limited = limitedTo('rows: 1')
    const sent = await severally(limited, ['a', 'b'])
    expect(await session.client.command(TWO)).toMatchObject([{ code: 1317 }])
    await livesOn()
    expect(sent).toEqual([FIRST])
  })

  test('nothing runs behind a cancel that is on its way when the statement before is done', async () => {
    const told = Promise.withResolvers<void>()
    const cancel = (): void => void session.live.cancel()
    const sent = await severally(governed(), ['a'], cancel, { cancelUpstream: () => told.promise })
    const first = await session.client.packets(TWO, 5)
    expect(first.slice(3)).toEqual([rowOf('a'), eof(status.MORE_RESULTS_EXISTS)])
    told.resolve()
    const last = (await session.client.next())?.payload ?? Buffer.alloc(0)
    expect(decodeErrPacket(last)).toMatchObject({ code: 1317, message: expect.stringMatching(/cancelled/) })
    await livesOn()
    expect(sent).toEqual([FIRST])
  })

  test.each([
    ['a cancel ends', 1317, /cancelled/, 0],
    ['the database does not answer', 1105, /not run/, 1],
  ])(
    'nothing runs where %s the question of the gateway itself between two',
    async (_what, code, told, reports) => {
      const journal = instantJournal()
      const governance = governed(allowAll, journal)
      const settings = ['a', 'b', 'c', 'd'].map((name) => columnOf(name))
      const question = [...answerOf(settings, ['', 'utf8mb4', 'shop', '0'])]
      const fails = (): void => void question.splice(0, question.length, error(code, 'interrupted'))
      const sent = await severally(governance, ['a'], fails, { question })
      const rest = ` ${FIRST} ${PLAIN}`
      const replies = await session.client.command(queryOf(`call p();${rest}`))
      expect(replies).toMatchObject([{ kind: 'rows' }, { code, message: expect.stringMatching(told) }])
      await livesOn()
      expect(sent).toEqual(['call p();'])
      expect(session.reports).toHaveLength(reports)
      expect(journal.entries.filter(({ type }) => type === 'statement.opened')).toMatchObject([
        { verb: 'call', decision: 'allow' },
        {
          decision: 'deny',
          opaque: expect.stringMatching(new RegExp(`^a text of ${rest.length} bytes was not read`)),
        },
      ])
    },
  )
})

test('a cancel that ends the question of the gateway itself ends the statement behind it', async () => {
  const question = [error(1317, 'Query execution was interrupted')]
  session = await carried(governed(), undefined, { question })
  expect(await session.client.command(queryOf(PLAIN))).toMatchObject([
    { code: 1317, message: expect.stringMatching(/cancelled/) },
  ])
  expect(session.reports).toEqual([])
  session.close()
  session = await carried(governed(), undefined, { question: [error(1105, 'lost')] })
  expect(await session.client.command(queryOf(PLAIN))).toMatchObject([{ code: 1105 }])
  expect(session.reports).toHaveLength(1)
})

describe('a session does not begin', () => {
  test.each([
    ['where the database would take several statements at once', FLAGS | capability.MULTI_STATEMENTS],
    ['where a result may come without its description', FLAGS | capability.OPTIONAL_RESULTSET_METADATA],
    ['where packets are compressed', FLAGS | capability.COMPRESS],
  ])('%s', async (_what, flags) => {
    await expect(carried(governed(), undefined, { flags: flags >>> 0 })).rejects.toThrow('cannot carry')
  })
})
