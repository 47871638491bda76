import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeCopyData } from '@sluice/adapter-postgres/messages/copy-data'
import { encodeCopyDone } from '@sluice/adapter-postgres/messages/copy-done'
import { encodeFlush } from '@sluice/adapter-postgres/messages/flush'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { readEntries } from '@sluice/audit/read'
import pg from 'pg'
import { filledGateway } from '../harness/filled-gateway.ts'
import { INSERT, LOG_TABLE, logged, usable } from '../harness/log-table.ts'
import { execute, line, RawClient, run } from '../harness/raw-client.ts'
import { shopSchema } from '../harness/shop.ts'

const policy = `
version: 1
rules:
  - { id: use, effect: allow, when: "principal.kind in ['human', 'agent']" }
  - id: vault
    effect: deny
    when: "statement.tables.exists(t, t.name == 'vault') || statement.opaque != ''"
    message: the vault is closed
  - { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: redact, unless: "'dpo' in principal.groups" }
`
const vaultOpen = policy.replace("t.name == 'vault'", 'false')

let raw: RawClient

const { gateway, direct } = filledGateway(`${shopSchema}; ${LOG_TABLE}; CREATE TABLE vault (v integer)`, {
  policy,
})

beforeEach(async () => {
  gateway().usePolicy(policy)
  await direct().query('TRUNCATE log')
  raw = await RawClient.login(gateway().connection('ana'))
})

afterEach(() => raw.close())

const DENIED = 'SELECT * FROM vault'

describe('INVARIANT (session-survives-deny): a refusal in', () => {
  test('a driver: code, message and hint of the protocol’s own', async () => {
    const client = new pg.Client(gateway().connection('ana'))
    await client.connect()
    await expect(client.query(DENIED)).rejects.toMatchObject({
      severity: 'ERROR',
      code: '42501',
      message: expect.stringContaining('the vault is closed'),
      hint: expect.stringMatching(/\w/),
    })
    await expect(client.query({ text: `${DENIED} WHERE v = $1`, values: [1] })).rejects.toMatchObject({
      code: '42501',
    })
    expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }])
    await client.end()
  })

  test('a simple query', async () => {
    expect(await raw.query(DENIED)).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    await usable(raw)
  })

  test('a simple query of several statements: nothing of them stays', async () => {
    expect(await raw.query(`${INSERT}; ${DENIED}; ${INSERT}`)).toEqual([
      'CommandComplete INSERT 0 1',
      'ErrorResponse 42501',
      'ReadyForQuery I',
    ])
    expect(await logged(direct())).toEqual([])
    await usable(raw)
  })

  test('the extended protocol: at Parse, and what follows up to Sync is passed over', async () => {
    raw.send(run(DENIED), run(INSERT), encodeSync())
    expect(await raw.ready()).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    expect(await logged(direct())).toEqual([])
    await usable(raw)
  })

  test('the middle of a pipeline: what came before is undone, what comes after is passed over', async () => {
    raw.send(
      run(INSERT),
      run(DENIED),
      run('INSERT INTO log VALUES (2)'),
      encodeSync(),
      run(INSERT),
      encodeSync(),
    )
    expect(await raw.ready(2)).toEqual([
      'ParseComplete',
      'BindComplete',
      'CommandComplete INSERT 0 1',
      'ErrorResponse 42501',
      'ReadyForQuery I',
      'ParseComplete',
      'BindComplete',
      'CommandComplete INSERT 0 1',
      'ReadyForQuery I',
    ])
    expect(await logged(direct())).toEqual([1])
    await usable(raw)
  })

  test('a pipeline that was flushed before: what came before is undone', async () => {
    raw.send(run(INSERT), encodeFlush())
    raw.send(run(DENIED), encodeSync())
    expect(await raw.ready()).toEqual([
      'ParseComplete',
      'BindComplete',
      'CommandComplete INSERT 0 1',
      'ErrorResponse 42501',
      'ReadyForQuery I',
    ])
    expect(await logged(direct())).toEqual([])
    await usable(raw)
  })

  test('a simple query behind an unfinished pipeline: the pipeline is undone', async () => {
    raw.send(run(INSERT), encodeFlush())
    raw.send(encodeQuery({ sql: DENIED }))
    const lines = await raw.ready()
    expect(lines.slice(-2)).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    raw.send(encodeSync())
    expect(await raw.ready()).toEqual(['ReadyForQuery I'])
    expect(await logged(direct())).toEqual([])
    await usable(raw)
  })

  test('a transaction: it fails, COMMIT yields ROLLBACK', async () => {
    await raw.query('BEGIN')
    await raw.query(INSERT)
    expect(await raw.query(DENIED)).toEqual(['ErrorResponse 42501', 'ReadyForQuery E'])
    expect(await raw.query('SELECT 1')).toEqual(['ErrorResponse 25P02', 'ReadyForQuery E'])
    expect(await raw.query('COMMIT')).toEqual(['CommandComplete ROLLBACK', 'ReadyForQuery I'])
    expect(await logged(direct())).toEqual([])
    await usable(raw)
  })

  test('a transaction through the extended protocol', async () => {
    await raw.query('BEGIN')
    await raw.query(INSERT)
    raw.send(run(DENIED), encodeSync())
    expect(await raw.ready()).toEqual(['ErrorResponse 42501', 'ReadyForQuery E'])
    expect(await raw.query('COMMIT')).toEqual(['CommandComplete ROLLBACK', 'ReadyForQuery I'])
    expect(await logged(direct())).toEqual([])
  })

  test('a transaction with a savepoint: ROLLBACK TO recovers the rest', async () => {
    await raw.query('BEGIN')
    await raw.query(INSERT)
    await raw.query('SAVEPOINT s')
    await raw.query(DENIED)
    expect(await raw.query('ROLLBACK TO SAVEPOINT s')).toEqual([
      'CommandComplete ROLLBACK',
      'ReadyForQuery T',
    ])
    await raw.query('INSERT INTO log VALUES (2)')
    expect(await raw.query('COMMIT')).toEqual(['CommandComplete COMMIT', 'ReadyForQuery I'])
    expect(await logged(direct())).toEqual([1, 2])
  })

  test('a transaction, twice: the second says so too', async () => {
    await raw.query('BEGIN')
    await raw.query(DENIED)
    expect(await raw.query(DENIED)).toEqual(['ErrorResponse 42501', 'ReadyForQuery E'])
    await raw.query('ROLLBACK')
    await usable(raw)
  })

  test('simple queries sent at once: each gets its own answer, in order', async () => {
    const sqls = ['SELECT 1', DENIED, 'SELECT 2', DENIED, 'SELECT 3']
    raw.send(...sqls.map((sql) => encodeQuery({ sql })))
    const told = (await raw.ready(5)).filter((line) => /DataRow|Error/.test(line))
    expect(told).toEqual([
      'DataRow 1',
      'ErrorResponse 42501',
      'DataRow 2',
      'ErrorResponse 42501',
      'DataRow 3',
    ])
  })
})

describe('a policy that changes decides anew', () => {
  test('between Parse and Execute', async () => {
    gateway().usePolicy(vaultOpen)
    raw.send(encodeParse({ name: 's', sql: DENIED, parameterTypes: [] }), encodeSync())
    expect(await raw.ready()).toEqual(['ParseComplete', 'ReadyForQuery I'])
    gateway().usePolicy(policy)
    raw.send(execute('s'), encodeSync())
    expect(await raw.ready()).toEqual(['BindComplete', 'ErrorResponse 42501', 'ReadyForQuery I'])
    gateway().usePolicy(vaultOpen)
    raw.send(execute('s'), encodeSync())
    expect(await raw.ready()).toEqual(['BindComplete', 'CommandComplete SELECT 0', 'ReadyForQuery I'])
  })

  test('between two executions of a prepared statement: what was raw is masked', async () => {
    gateway().usePolicy(policy.replace("'dpo' in", "'analysts' in"))
    raw.send(
      encodeParse({ name: 'e', sql: 'SELECT email FROM customers WHERE id = 1', parameterTypes: [] }),
      execute('e'),
      encodeSync(),
    )
    expect(await raw.ready()).toContain('DataRow mail1.sentinel@shop.example')
    gateway().usePolicy(policy)
    raw.send(execute('e'), encodeSync())
    expect((await raw.ready()).filter((line) => line.startsWith('DataRow'))).not.toContain(
      'DataRow mail1.sentinel@shop.example',
    )
  })
})

test('what was copied in behind a Sync that the database ignored is undone with its pipeline', async () => {
  const until = async (name: string): Promise<void> => {
    for (;;) {
      const message = await raw.next()
      if (message === undefined || line(message).startsWith(name)) return
    }
  }
  raw.send(run('COPY log FROM STDIN'), encodeSync())
  await until('CopyInResponse')
  raw.send(encodeCopyData({ data: Buffer.from('1\n') }), encodeCopyDone(), encodeFlush())
  await until('CommandComplete')
  raw.send(run(DENIED), encodeSync())
  expect(await raw.ready()).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
  expect(await logged(direct())).toEqual([])
})

test('a name beyond ASCII is refused behind what was sent before it: that pipeline is kept', async () => {
  gateway().usePolicy(
    "version: 1\nrules: [{ id: all, effect: allow, when: \"statement.opaque == '' || statement.opaque != ''\" }]",
  )
  // Which the gateway does not know: it might be a COPY.
  await raw.query("DO $$ BEGIN EXECUTE 'PREPARE hidden AS INSERT INTO log VALUES (1)'; END $$")
  raw.send(
    run('EXECUTE hidden'),
    encodeSync(),
    encodeParse({ name: 'é', sql: 'SELECT 1', parameterTypes: [] }),
    encodeParse({ name: 'é', sql: 'SELECT 1', parameterTypes: [] }),
    encodeSync(),
  )
  expect(await raw.ready(2)).toEqual([
    'ParseComplete',
    'BindComplete',
    'CommandComplete INSERT 0 1',
    'ReadyForQuery I',
    'ErrorResponse 0A000',
    'ReadyForQuery I',
  ])
  expect(await logged(direct())).toEqual([1])
  await usable(raw)
})

test('each refusal is recorded as one, with the rule', async () => {
  await raw.query(DENIED)
  raw.send(run(DENIED), encodeSync())
  await raw.ready()
  await gateway().audit.durable(
    gateway().audit.append({ type: 'control', at: 0, action: 'test', detail: {} }),
  )
  const entries = [...readEntries(gateway().journal)].map(({ entry }) => entry)
  const denied = entries.filter((entry) => entry.type === 'statement.opened' && entry.decision === 'deny')
  const refused = entries.filter((entry) => entry.type === 'statement.closed' && entry.outcome === 'refused')
  expect(denied.slice(-2)).toMatchObject([{ rules: [{ id: 'vault' }] }, { rules: [{ id: 'vault' }] }])
  expect(refused.slice(-2)).toMatchObject([{ code: '42501' }, { code: '42501' }])
})
