import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { Catalog } from '@sluice/core/catalog/catalog'
import { CatalogUnavailable } from '@sluice/gateway/catalog/keeper'
import type { Governance } from '@sluice/gateway/session/governance'
import { governedBy, type HeldJournal, instantJournal } from '@sluice/testkit/governed'
import { mysqlTraits } from '../../src/analysis-traits/traits.ts'
import { type MysqlDialect, mysqlDialect } from '../../src/dialect/dialect.ts'
import { encodeComInitDb } from '../../src/messages/com-init-db.ts'
import { encodeComStmtExecute } from '../../src/messages/com-stmt-execute.ts'
import { encodeComStmtPrepare } from '../../src/messages/com-stmt-prepare.ts'
import { encodeComStmtPrepareOk } from '../../src/messages/com-stmt-prepare-ok.ts'
import { encodeComStmtSendLongData } from '../../src/messages/com-stmt-send-long-data.ts'
import { MAX_LONG_DATA_BYTES } from '../../src/session/long-data.ts'
import { shopCatalog } from '../analysis/shop.ts'
import {
  answerOf,
  type Carried,
  carried,
  columnOf,
  definition,
  eof,
  FLAGS,
  ok,
  queryOf,
  type Says,
} from './carried.ts'
import { maskPii } from './shop-server.ts'

let dialect: MysqlDialect
let catalog: Catalog
let session: Carried
let journal: HeldJournal
/** First bytes of what reached the database, but for the gateway's own question. */
let heard: number[]

beforeAll(async () => {
  dialect = mysqlDialect({ limits: { parseTimeoutMs: 10_000 } })
  catalog = await shopCatalog(dialect)
})
afterAll(() => dialect.close())
afterEach(() => session?.close())

const agreeable: Says = (command, database) => {
  heard.push(command[0] ?? -1)
  if (command[0] === 0x16) {
    const prepared = encodeComStmtPrepareOk({ statementId: 1, columns: 0, parameters: 1, warnings: 0 })
    database.say(1, prepared, definition(columnOf('?')), eof())
  } else if (command[0] !== 0x18) database.say(1, ok())
}

/** A session whose database has these settings. */
const begun = async (
  { mode = '', charset = 'utf8mb4' } = {},
  change: (governance: Governance) => Governance = (same) => same,
): Promise<void> => {
  heard = []
  journal = instantJournal()
  const governance = governedBy({ dialect, traits: mysqlTraits, catalog, audit: journal, policy: maskPii })
  const columns = ['a', 'b', 'c', 'd'].map((name) => columnOf(name))
  const question = answerOf(columns, [mode, charset, 'shop', '0'])
  session = await carried(change(governance), agreeable, { question })
}

const recorded = () => {
  const [opened, closed] = journal.entries
    .filter(({ type }) => type === 'statement.opened' || type === 'statement.closed')
    .slice(-2)
  return { ...closed, ...opened, type: undefined }
}

const refused = (code: number, opaque: RegExp) => ({
  verb: 'opaque',
  effects: ['unknown'],
  decision: 'deny',
  rules: [{ id: 'sluice:unread', effect: 'deny', mode: 'enforce' }],
  outcome: 'refused',
  code: String(code),
  rows: 0,
  opaque: expect.stringMatching(opaque),
})

describe('what is refused before it is read is on the record, with nothing of what it says:', () => {
  test.each([
    [
      'a text in a character set in which a quote may be none',
      { charset: 'gbk' },
      queryOf("select 'LEAK'"),
      1115,
    ],
    ['letters of a character set that is not read', { charset: 'koi8r' }, queryOf("select 'LEAKä'"), 1115],
    ['a text under another grammar', { mode: 'ORACLE' }, queryOf("select 'LEAK'"), 1235],
    ['several statements that were not announced', {}, queryOf("select 1; select 'LEAK'"), 1064],
    ['a text to prepare', { charset: 'gbk' }, encodeComStmtPrepare({ sql: "select 'LEAK'" }), 1115],
    ['a name', { charset: 'gbk' }, encodeComInitDb({ database: 'LEAK' }), 1115],
    ['a command that is not carried', {}, Buffer.from('\x12LEAK', 'latin1'), 1047],
    ['a command that nobody knows', {}, Buffer.from('\x77LEAK', 'latin1'), 1047],
  ])('%s', async (_what, settings, command, code) => {
    await begun(settings)
    expect(await session.client.command(command)).toMatchObject([{ kind: 'error', code }])
    expect(recorded()).toMatchObject(
      refused(
        code,
        new RegExp(
          ` of ${command.length - (command[0] === 0x12 || command[0] === 0x77 ? 0 : 1)} bytes was not read`,
        ),
      ),
    )
    expect(JSON.stringify(journal.entries)).not.toContain('LEAK')
    expect(heard).toEqual([])
  })

  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const traced = `select 'LEAK' /*traceparent='${traceparent}'*/`

  test.each([
    ['a text', queryOf(traced)],
    ['a text to prepare', encodeComStmtPrepare({ sql: traced })],
  ])("%s that says whose trace it is in is in the caller's", async (_what, command) => {
    await begun({ charset: 'gbk' })
    await session.client.command(command)
    expect(recorded()).toMatchObject({ outcome: 'refused', traceparent })
  })

  test('values that were sent ahead and are too long, with the statement that they were for', async () => {
    await begun()
    await session.client.packets(
      encodeComStmtPrepare({
        sql: `update orders set note = ? where note = 'LEAK' /*traceparent='${traceparent}'*/`,
      }),
      3,
    )
    session.live.session.prepared.longBudget.bytes = MAX_LONG_DATA_BYTES
    session.client.say(0, encodeComStmtSendLongData({ statementId: 1, parameter: 0, data: Buffer.of(1) }))
    const context = { flags: FLAGS, placeholders: 1, types: undefined, sent: () => true }
    const parameter = { type: 253, unsigned: false, name: '', value: Buffer.alloc(0) }
    const execution = { statementId: 1, flags: 0, iterations: 1, newTypes: true, parameters: [parameter] }
    const command = encodeComStmtExecute(execution, context)
    expect(await session.client.command(command)).toMatchObject([{ kind: 'error', code: 1153 }])
    expect(recorded()).toMatchObject({
      ...refused(1153, /^an execution of \d+ bytes was not read/),
      canonical: "update orders set note = ? where note = '?'",
      traceparent,
    })
    expect(heard).not.toContain(0x17)
    // The database forgets what it had of them, and the client hears nothing of that.
    expect(await session.client.command(Buffer.of(0x0e))).toMatchObject([{ kind: 'ok' }])
    expect(heard).toContain(0x1a)
    expect(session.live.session.prepared.get(1)?.long.refused).toBe(false)
  })

  test.each([
    ['there is no catalog', new CatalogUnavailable('unreachable'), 0],
    ['the gateway fails, whose log is told why', new TypeError('a bug'), 1],
  ])('a text for which %s', async (_name, error, reports) => {
    await begun({}, (governance) => ({
      ...governance,
      catalog: {
        ...governance.catalog,
        current: () => undefined,
        last: () => undefined,
        settled: () => Promise.reject(error),
      },
    }))
    const command = queryOf(`select note from orders where note = 'LEAK' /*traceparent='${traceparent}'*/`)
    expect(await session.client.command(command)).toMatchObject([{ kind: 'error', code: 1105 }])
    expect(recorded()).toMatchObject({
      ...refused(1105, /^`COM_QUERY` of \d+ bytes was not read/),
      traceparent,
    })
    expect(JSON.stringify(journal.entries)).not.toContain('LEAK')
    expect(session.reports).toHaveLength(reports)
  })
})

/** A gateway that fails where it takes note that the catalog has changed. */
const failing = (governance: Governance): Governance => ({
  ...governance,
  catalog: {
    ...governance.catalog,
    invalidate: () => {
      throw new TypeError('a bug')
    },
  },
})

test('a failure of the gateway behind what the database has run is no second reply, but ends the session', async () => {
  await begun({}, failing)
  session.client.say(0, queryOf('create table fresh (id int)'))
  expect(await session.live.ended).toMatchObject({
    reason: 'internal error: TypeError',
    error: new TypeError('a bug'),
  })
  expect(heard[0]).toBe(0x03)
  expect(recorded()).toMatchObject({ decision: 'allow', outcome: 'completed' })
  const told = (await session.client.rest()).map(({ payload }) => payload.toString('latin1')).join('')
  expect(told).not.toContain('not run')
})

test('a read of a client that left meanwhile is not begun, and its record says so', async () => {
  await begun()
  session.client.say(0, queryOf('select note from orders'))
  session.client.leave()
  expect((await session.live.ended).reason).toBe('the client left')
  expect(heard).toEqual([])
  expect(recorded()).toMatchObject({ verb: 'select', decision: 'allow', outcome: 'skipped' })
})
