import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { baselineText } from '@sluice/core/policy/packs/baseline'
import type { Principal } from '@sluice/core/policy/principal'
import { ana as login } from '@sluice/testkit/governed'
import { hasMariadb } from '@sluice/testkit/mariadb-server'
import { decodeBinaryResultsetRow } from '../../src/messages/binary-resultset-row.ts'
import { capability, extendedCapability } from '../../src/messages/capabilities.ts'
import { decodeColumnDefinition41 } from '../../src/messages/column-definition-41.ts'
import { columnType } from '../../src/messages/column-types.ts'
import { encodeComFieldList } from '../../src/messages/com-field-list.ts'
import { encodeComInitDb } from '../../src/messages/com-init-db.ts'
import { encodeComProcessKill } from '../../src/messages/com-process-kill.ts'
import { encodeComResetConnection } from '../../src/messages/com-reset-connection.ts'
import { encodeComSetOption } from '../../src/messages/com-set-option.ts'
import { encodeComStatistics } from '../../src/messages/com-statistics.ts'
import {
  type BulkValue,
  bulkFlag,
  encodeComStmtBulkExecute,
} from '../../src/messages/com-stmt-bulk-execute.ts'
import { cursorFlag } from '../../src/messages/com-stmt-execute.ts'
import { encodeComStmtFetch } from '../../src/messages/com-stmt-fetch.ts'
import { encodeComStmtReset } from '../../src/messages/com-stmt-reset.ts'
import { encodeComStmtSendLongData } from '../../src/messages/com-stmt-send-long-data.ts'
import { encodeHandshakeResponse41 } from '../../src/messages/handshake-response-41.ts'
import type { Parameter } from '../../src/messages/parameters.ts'
import { decodeTextResultsetRow } from '../../src/messages/text-resultset-row.ts'
import { LAST_PREPARED } from '../../src/session/prepared.ts'
import { FLAGS, queryOf } from './carried.ts'
import { execute, prepare } from './prepared.ts'
import { maskPii, openShop, type Shop } from './shop-server.ts'
import { type Reply, Talker } from './talker.ts'
import type { Through } from './through.ts'

if (!hasMariadb)
  console.warn('NO MARIADB, so commands are not held against a server: install `mariadb-server`')
const suite = hasMariadb ? describe : describe.skip

const text = (value: string | null): Parameter => ({
  type: columnType.VAR_STRING,
  unsigned: false,
  name: '',
  value: value === null ? null : Buffer.from(value),
})
const binary = (reply: Reply | undefined, types: readonly number[]): unknown =>
  reply?.kind === 'rows'
    ? reply.rows.map((row) =>
        decodeBinaryResultsetRow(row, types).values.map((value, i) =>
          types[i] === columnType.LONG ? value?.readInt32LE(0) : value?.toString(),
        ),
      )
    : reply
const texts = (reply: Reply | undefined): unknown =>
  reply?.kind === 'rows'
    ? reply.rows.map((row) =>
        decodeTextResultsetRow(row, reply.columns.length).values.map((v) => v?.toString()),
      )
    : reply
const INT = { type: columnType.LONG, unsigned: false }
const TEXT = { type: columnType.VAR_STRING, unsigned: false }
const valueOf = (value: string): BulkValue => ({ kind: 'value', value: Buffer.from(value) })
const numberOf = (value: number): BulkValue => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32LE(value)
  return { kind: 'value', value: bytes }
}
const NUMBER_AND_TEXT = [columnType.LONG, columnType.VAR_STRING]

const bulk = (
  statementId: number,
  rows: readonly (readonly BulkValue[])[],
  flags: number = bulkFlag.SEND_TYPES,
) => encodeComStmtBulkExecute({ statementId, flags, types: [INT, TEXT], rows })

suite('commands that drivers seldom send', () => {
  let shop: Shop
  const sockets: Socket[] = []

  beforeAll(async () => {
    shop = await openShop()
  })
  afterAll(() => shop.close())
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
  })

  /** A client of a gateway that is logged in. */
  const talker = async ({ port }: Through): Promise<Talker> => {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    await once(socket, 'connect')
    const client = new Talker(socket)
    await client.next()
    const flags = (FLAGS | capability.CONNECT_WITH_DB) >>> 0
    client.say(
      1,
      encodeHandshakeResponse41({
        capabilities: { flags, extended: extendedCapability.STMT_BULK_OPERATIONS },
        maxPacketBytes: 1 << 24,
        collation: 45,
        user: 'ana',
        authResponse: Buffer.alloc(0),
        database: 'shop',
        plugin: 'mysql_native_password',
        attributes: new Map(),
        zstdLevel: undefined,
      }),
    )
    expect((await client.next())?.payload[0]).toBe(0)
    return client
  }

  const statements = () => shop.journal().entries.filter((entry) => entry.type === 'statement.opened')

  test('the rows of a cursor come as they are asked for, masked, each fetch recorded', async () => {
    const client = await talker(await shop.gate(maskPii))
    const id = await prepare(client, 'select id, email from customers order by id', 0, 2)
    const [opened] = await client.command(execute(id, { flags: cursorFlag.READ_ONLY, newTypes: false }))
    expect(opened).toMatchObject({ kind: 'rows', rows: [] })
    const fetch = encodeComStmtFetch({ statementId: id, rows: 1 })
    expect(binary(await client.fetch(fetch), NUMBER_AND_TEXT)).toEqual([[1, '[redacted]']])
    expect(binary(await client.fetch(fetch), NUMBER_AND_TEXT)).toEqual([[2, '[redacted]']])
    expect(statements()).toHaveLength(3)
    await client.command(encodeComStmtReset({ statementId: id }))
    expect(await client.fetch(fetch)).toMatchObject({ kind: 'error', code: 1421 })
    expect(texts((await client.command(queryOf('select 1')))[0])).toEqual([['1']])
  })

  test.each([
    ['code that only reads', maskPii, 'email_of'],
    ['any code, where nobody masks them', undefined, 'looks'],
  ])('the rows of a cursor come behind %s', async (_, policy, name) => {
    const direct = await shop.direct()
    await direct.query('use shop')
    await direct.query(
      `create or replace function ${name}() returns int reads sql data return (select count(*) from orders)`,
    )
    await direct.end()
    const client = await talker(await shop.gate(policy))
    const id = await prepare(client, `select id, ${name}() as a from orders`, 0, 2)
    const fetch = encodeComStmtFetch({ statementId: id, rows: 1 })
    await client.command(execute(id, { flags: cursorFlag.READ_ONLY, newTypes: false }))
    expect(await client.fetch(fetch)).toMatchObject({ kind: 'rows' })
    await client.command(queryOf(`select ${name}()`))
    expect(await client.fetch(fetch)).toMatchObject({ kind: 'rows' })
  })

  test.each([
    'set character_set_results = utf16le',
    'set names latin1',
    "set time_zone = '+05:00'",
    "execute immediate 'set time_zone = ''+05:00'''",
    "execute immediate 'set character_set_results = utf16le'",
  ])('the rows of a cursor do not come in another form than they were described: %s', async (setting) => {
    const client = await talker(await shop.gate(maskPii.replace('redact }', 'redact }, scan: on')))
    const id = await prepare(client, "select concat('card 4111111111111111 ', note) from orders", 0, 1)
    const open = execute(id, { flags: cursorFlag.READ_ONLY, newTypes: false })
    const fetch = encodeComStmtFetch({ statementId: id, rows: 1 })
    await client.command(open)
    expect(binary(await client.fetch(fetch), [columnType.VAR_STRING])).toEqual([['card **************** x']])
    await client.command(queryOf('set autocommit = 1'))
    expect(binary(await client.fetch(fetch), [columnType.VAR_STRING])).toEqual([['card **************** y']])
    await client.command(open)
    await client.command(queryOf(setting))
    expect(await client.fetch(fetch)).toMatchObject({ kind: 'error', code: 1421 })
    await client.command(open)
    expect(await client.fetch(fetch)).toMatchObject({ kind: 'rows' })
  })

  test('a row limit counts over the fetches of a cursor', async () => {
    const policy = `
version: 1
rules:
  - { id: all, effect: allow }
  - { id: cap, effect: limit, rows: 3 }
`
    const client = await talker(await shop.gate(policy))
    const id = await prepare(client, 'select id, note from big order by id', 0, 2)
    await client.command(execute(id, { flags: cursorFlag.READ_ONLY, newTypes: false }))
    const fetch = encodeComStmtFetch({ statementId: id, rows: 2 })
    expect(await client.fetch(fetch)).toMatchObject({ kind: 'rows' })
    expect(await client.fetch(fetch)).toMatchObject({ kind: 'error', code: 1317 })
    expect(texts((await client.command(queryOf('select 1')))[0])).toEqual([['1']])
  })

  test('values that are sent ahead are recorded with the execution', async () => {
    const client = await talker(
      await shop.gate(undefined, (governance) => ({
        ...governance,
        hashValue: (value) => `#${String(value)}`,
      })),
    )
    const id = await prepare(client, 'select length(?) as a, ? as b', 2, 2)
    for (const data of ['long ', '', 'data'])
      client.say(0, encodeComStmtSendLongData({ statementId: id, parameter: 0, data: Buffer.from(data) }))
    const parameters = [text(null), text('x')]
    const [first] = await client.command(execute(id, { parameters, sent: [0] }))
    expect(binary(first, NUMBER_AND_TEXT)).toEqual([[9, 'x']])
    expect(statements()).toMatchObject([{ parameters: [{ hash: '#long data' }, { hash: '#x' }] }])
    const [again] = await client.command(
      execute(id, { parameters: [text('abc'), text(null)], newTypes: false }),
    )
    expect(binary(again, NUMBER_AND_TEXT)).toEqual([[3, undefined]])
  })

  test('behind a refused execution, values are sent ahead anew, as behind any', async () => {
    let open = true
    const client = await talker(
      await shop.gate(undefined, (governance) => ({
        ...governance,
        identity: { ...governance.identity, stillValid: () => open },
      })),
    )
    const id = await prepare(client, 'select length(?) as a, ? as b', 2, 2)
    const ahead = encodeComStmtSendLongData({ statementId: id, parameter: 0, data: Buffer.from('data') })
    const execution = execute(id, { parameters: [text(null), text('x')], sent: [0] })
    open = false
    client.say(0, ahead)
    expect((await client.command(execution))[0]).toMatchObject({ kind: 'error' })
    open = true
    client.say(0, ahead)
    expect(binary((await client.command(execution))[0], NUMBER_AND_TEXT)).toEqual([[4, 'x']])
  })

  test('INVARIANT (session-survives-deny): behind a refused execution the types need not be told again', async () => {
    let open = true
    const client = await talker(
      await shop.gate(undefined, (governance) => ({
        ...governance,
        identity: { ...governance.identity, stillValid: () => open },
      })),
    )
    const id = await prepare(client, 'select ? as a', 1, 1)
    open = false
    expect(await client.command(execute(id, { parameters: [text('one')] }))).toMatchObject([
      { kind: 'error' },
    ])
    open = true
    const [answer] = await client.command(execute(id, { parameters: [text('two')], newTypes: false }))
    expect(binary(answer, [columnType.VAR_STRING])).toEqual([['two']])
  })

  test('the database knows the types that the gateway reads by, also behind an execution that failed before it took them', async () => {
    const client = await talker(await shop.gate())
    const id = await prepare(client, "select concat(?, '') as a", 1, 1)
    const number: Parameter = { ...INT, name: '', value: Buffer.of(7, 0, 0, 0) }
    const [first] = await client.command(execute(id, { parameters: [number] }))
    expect(binary(first, [columnType.VAR_STRING])).toEqual([['7']])
    client.say(0, encodeComStmtSendLongData({ statementId: id, parameter: 1, data: Buffer.from('x') }))
    expect(await client.command(execute(id, { parameters: [text('one')] }))).toMatchObject([{ code: 1210 }])
    await client.command(encodeComStmtReset({ statementId: id }))
    const [answer] = await client.command(execute(id, { parameters: [text('two')], newTypes: false }))
    expect(binary(answer, [columnType.VAR_STRING])).toEqual([['two']])
  })

  test('COM_STMT_BULK_EXECUTE: decided once, its rows recorded one by one, run as by the server itself', async () => {
    const client = await talker(
      await shop.gate(maskPii, (governance) => ({
        ...governance,
        hashValue: (value) => `#${String(value)}`,
      })),
    )
    const id = await prepare(client, 'insert into orders (id, note) values (?, ?)', 2, 0)
    const rows = [
      [numberOf(201), valueOf('a')],
      [numberOf(202), { kind: 'null' } as const],
      [numberOf(203), { kind: 'default' } as const],
    ]
    expect(await client.command(bulk(id, rows))).toMatchObject([{ kind: 'ok', affectedRows: 3 }])
    expect(statements()).toMatchObject([
      {
        canonical: 'insert into orders (id, note) values (?, ?)',
        parameters: [{ hash: '#201' }, { hash: '#a' }, { hash: '#202' }, {}, { hash: '#203' }, {}],
      },
    ])
    const again = bulk(LAST_PREPARED, [[numberOf(204), valueOf('d')]])
    expect(await client.command(again)).toMatchObject([{ kind: 'ok', affectedRows: 1 }])
    const [found] = await client.command(queryOf('select id, note from orders where id > 200 order by id'))
    expect(texts(found)).toEqual([
      ['201', 'a'],
      ['202', undefined],
      ['203', undefined],
      ['204', 'd'],
    ])
    expect(await client.command(bulk(id, rows))).toMatchObject([{ kind: 'error', code: 1062 }])
    await client.command(queryOf('delete from orders where id > 200'))
  })

  test('rows that a bulk execution returns are masked', async () => {
    const client = await talker(await shop.gate(maskPii))
    const sql = 'insert into customers (id, email) values (?, ?) returning id, email'
    const id = await prepare(client, sql, 2, 0)
    const rows = [[numberOf(301), valueOf('cy@example.com')]]
    const [returned] = await client.command(bulk(id, rows))
    expect(binary(returned, NUMBER_AND_TEXT)).toEqual([[301, '[redacted]']])
    await client.command(queryOf('delete from customers where id > 300'))
  })

  test('a bulk execution is refused where values came ahead, or results by row are wished for', async () => {
    const client = await talker(await shop.gate())
    const id = await prepare(client, 'insert into orders (id, note) values (?, ?)', 2, 0)
    const rows = [[numberOf(401), valueOf('a')]]
    const byRow = bulk(id, rows, bulkFlag.SEND_TYPES | bulkFlag.SEND_UNIT_RESULTS)
    expect(await client.command(byRow)).toMatchObject([{ code: 1047 }])
    client.say(0, encodeComStmtSendLongData({ statementId: id, parameter: 1, data: Buffer.from('x') }))
    expect(await client.command(bulk(id, rows))).toMatchObject([{ code: 1210 }])
    expect(texts((await client.command(queryOf('select id from orders where id > 400')))[0])).toEqual([])
  })

  test.each([
    ['shows columns with their defaults', undefined, 'none@example.com'],
    ['shows no default of what is masked', maskPii, undefined],
  ])('COM_FIELD_LIST %s', async (_what, policy, shown) => {
    const client = await talker(await shop.gate(policy))
    const fields = await client.packets(encodeComFieldList({ table: 'customers', wildcard: '' }), 8)
    const defaults = fields.slice(0, 7).map((field) => {
      const { name, defaultValue } = decodeColumnDefinition41(field, { extended: 0, fieldList: true })
      return [name, defaultValue?.toString()]
    })
    expect(defaults).toContainEqual(['email', shown])
    expect(defaults).toContainEqual(['id', '0'])
  })

  test('COM_INIT_DB is USE: decided, recorded, followed', async () => {
    const client = await talker(await shop.gate(maskPii))
    expect(await client.command(encodeComInitDb({ database: 'information_schema' }))).toMatchObject([
      { kind: 'ok' },
    ])
    expect(texts((await client.command(queryOf('select database()')))[0])).toEqual([['information_schema']])
    expect(await client.command(queryOf('select email from customers'))).toMatchObject([{ code: 1109 }])
    expect(await client.command(encodeComInitDb({ database: 'shop' }))).toMatchObject([{ kind: 'ok' }])
    expect(texts((await client.command(queryOf('select email from customers limit 1')))[0])).toEqual([
      ['[redacted]'],
    ])
  })

  test('COM_RESET_CONNECTION begins anew: settings, statements, temporary tables', async () => {
    const client = await talker(await shop.gate(maskPii))
    const id = await prepare(client, 'select id from customers', 0, 1)
    await client.command(queryOf("set sql_mode = 'ANSI_QUOTES'"))
    await client.command(queryOf('create temporary table orders (note varchar(100))'))
    expect(await client.command(encodeComResetConnection())).toMatchObject([{ kind: 'ok' }])
    expect(await client.command(execute(id, { newTypes: false }))).toMatchObject([{ code: 1243 }])
    expect(
      texts((await client.command(queryOf('select concat("email", 1) from customers limit 1')))[0]),
    ).toEqual([['email1']])
    expect(texts((await client.command(queryOf('select note from orders order by id')))[0])).toEqual([
      ['x'],
      ['y'],
    ])
  })

  test.each(['human', 'workload', 'agent'] as const)(
    'COM_RESET_CONNECTION is recorded, and open to every %s by the baseline',
    async (kind) => {
      const principal: Principal = { id: 'ana', kind, groups: [], provider: 'test' }
      const gate = await shop.gate(baselineText, undefined, () => ({ ...login, principal }))
      const client = await talker(gate)
      expect(await client.command(encodeComResetConnection())).toMatchObject([{ kind: 'ok' }])
      const { entries } = shop.journal()
      const opened = entries.filter((entry) => entry.type === 'statement.opened')
      expect(opened).toMatchObject([
        { verb: 'reset connection', canonical: 'reset connection', decision: 'allow' },
      ])
      expect(entries.filter((entry) => entry.type === 'statement.closed')).toMatchObject([
        { outcome: 'completed' },
      ])
    },
  )

  test('COM_RESET_CONNECTION that no rule allows leaves everything as it is', async () => {
    const policy = `
version: 1
rules: [{ id: most, effect: allow, when: "statement.verb != 'reset connection'" }]
`
    const client = await talker(await shop.gate(policy))
    await client.command(queryOf('create temporary table orders (note varchar(100))'))
    const id = await prepare(client, 'select id from customers', 0, 1)
    expect(await client.command(encodeComResetConnection())).toMatchObject([{ kind: 'error' }])
    expect(binary((await client.command(execute(id, { newTypes: false })))[0], [columnType.LONG])).toEqual([
      [1],
      [2],
    ])
    expect(texts((await client.command(queryOf('select note from orders')))[0])).toEqual([])
  })

  test('warnings that may tell what is masked are gone behind COM_RESET_CONNECTION', async () => {
    const client = await talker(await shop.gate(maskPii))
    await client.command(queryOf('select email from customers'))
    const warnings = queryOf('show warnings')
    expect(await client.command(warnings)).toMatchObject([{ kind: 'error' }])
    expect(await client.command(encodeComResetConnection())).toMatchObject([{ kind: 'ok' }])
    expect(await client.command(warnings)).toMatchObject([{ kind: 'rows', rows: [] }])
  })

  test('COM_SET_OPTION lets several statements into one text, and takes it back', async () => {
    const client = await talker(await shop.gate())
    const two = queryOf('select 1; select 2')
    expect(await client.command(two)).toMatchObject([{ code: 1064 }])
    await client.command(encodeComSetOption({ option: 0 }))
    expect((await client.command(two)).map(texts)).toEqual([[['1']], [['2']]])
    await client.command(encodeComSetOption({ option: 1 }))
    expect(await client.command(two)).toMatchObject([{ code: 1064 }])
  })

  test('COM_STATISTICS', async () => {
    const client = await talker(await shop.gate(maskPii))
    const [line] = await client.packets(encodeComStatistics(), 1)
    expect(line?.toString()).toMatch(/^Uptime: \d+ /)
  })

  test('a session kills its own by the id it was told, and nobody else’s without a rule', async () => {
    const policy = `
version: 1
rules: [{ id: reads, effect: allow, when: "!('admin' in statement.effects)" }]
`
    const gate = await shop.gate(policy)
    const [one, other] = [await talker(gate), await talker(gate)]
    const own = gate.sessions[0]?.session.connectionId ?? 0
    const asleep = one.command(queryOf('select sleep(60)'))
    while (gate.sessions[0]?.session.exchange === undefined)
      await new Promise((resolve) => setTimeout(resolve, 5))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await other.command(queryOf(`kill query ${own}`))).toMatchObject([{ kind: 'ok' }])
    expect(await asleep).toMatchObject([{ kind: 'error', code: 1317 }])
    expect(await other.command(queryOf('kill 1'))).toMatchObject([{ kind: 'error' }])
    expect(await other.command(queryOf(`kill ${own}`))).toMatchObject([{ kind: 'ok' }])
    expect((await gate.sessions[0]?.ended)?.reason).toBe('the connection was killed')
  })

  test('a distributed transaction is ended by the session that began it, and by nobody else without a rule', async () => {
    const policy = `
version: 1
rules: [{ id: reads, effect: allow, when: "!('admin' in statement.effects)" }]
`
    const gate = await shop.gate(policy)
    const [one, other] = [await talker(gate), await talker(gate)]
    const ok = async (...texts: readonly string[]): Promise<void> => {
      for (const sql of texts) expect(await one.command(queryOf(sql))).toMatchObject([{ kind: 'ok' }])
    }
    await ok("xa start 'x', 'y'", "insert into orders (id, note) values (501, 'xa')", "xa end 'x','y'")
    await ok("xa prepare 'x','y'")
    for (const sql of ["xa commit 'x','y'", "xa rollback 'x','y'", "xa commit 'x' , 'y' /* */"])
      expect(await other.command(queryOf(sql))).toMatchObject([{ code: 1227 }])
    expect(await one.command(queryOf("xa rollback 'z'"))).toMatchObject([{ code: 1227 }])
    await ok("XA COMMIT 'x','y'", 'xa start 0x61', 'xa end 0x61', 'xa commit 0x61 one phase')
    expect(await one.command(queryOf('xa rollback 0x61'))).toMatchObject([{ code: 1227 }])
    await ok("xa begin 'x'", 'delete from orders where id = 501', "xa end 'x'", "xa rollback 'x'")
    expect(await one.command(queryOf("xa rollback 'x'"))).toMatchObject([{ code: 1227 }])
    await ok('delete from orders where id = 501')
  })

  test('an agent kills neither a session of whom it acts for nor one of another run without a rule', async () => {
    const policy = `
version: 1
rules: [{ id: reads, effect: allow, when: "!('admin' in statement.effects)" }]
`
    const ana: Principal = { id: 'ana', kind: 'human', groups: [], provider: 'test' }
    const run = (runId: string): Principal => ({
      ...ana,
      kind: 'agent',
      agent: { name: 'reporter', runId },
      onBehalfOf: ana,
    })
    const logins = [ana, run('1'), run('2'), run('1')]
    const gate = await shop.gate(policy, undefined, () => ({ ...login, principal: logins.shift() ?? ana }))
    const talkers = []
    for (const _ of [1, 2, 3, 4]) talkers.push(await talker(gate))
    const [person, first, second, again] = gate.sessions.map(({ session }) => session.connectionId)
    for (const id of [person, second]) {
      expect(await talkers[1]?.command(queryOf(`kill query ${id}`))).toMatchObject([{ code: 1227 }])
      expect(await talkers[1]?.command(encodeComProcessKill({ connectionId: id ?? 0 }))).toMatchObject([
        { code: 1227 },
      ])
    }
    expect(await talkers[0]?.command(queryOf(`kill query ${first}`))).toMatchObject([{ code: 1227 }])
    expect(await talkers[1]?.command(queryOf(`kill query ${again}`))).toMatchObject([{ kind: 'ok' }])
  })

  test.each([
    ['COM_BINLOG_DUMP', 0x12],
    ['COM_REGISTER_SLAVE', 0x15],
    ['COM_BINLOG_DUMP_GTID', 0x1e],
    ['COM_CREATE_DB', 0x05],
    ['COM_SHUTDOWN', 0x08],
    ['COM_PROCESS_INFO', 0x0a],
    ['one that nobody knows', 0x7f],
  ])('%s is refused, and the session goes on', async (_name, command) => {
    const client = await talker(await shop.gate())
    expect(await client.command(Buffer.of(command, 1, 2, 3))).toMatchObject([{ code: 1047 }])
    expect(texts((await client.command(queryOf('select 1')))[0])).toEqual([['1']])
  })
})
