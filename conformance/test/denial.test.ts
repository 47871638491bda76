import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import { encodeFlush } from '@sluice/adapter-postgres/messages/flush'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { readEntries } from '@sluice/audit/read'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { execute, line, RawClient, type Received, run } from '../harness/raw-client.ts'
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

let server: RunningPostgres
let gateway: TestGateway
let direct: pg.Client
let raw: RawClient

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  await direct.query(`${shopSchema}; CREATE TABLE log (n integer); CREATE TABLE vault (v integer)`)
  gateway = await startGateway({ upstream: server, database: 'postgres', policy })
}, 120_000)

afterAll(async () => {
  await direct?.end()
  await gateway?.close()
  await server?.stop()
})

beforeEach(async () => {
  gateway.usePolicy(policy)
  await direct.query('TRUNCATE log')
  raw = await RawClient.login(gateway.connection('ana'))
})

afterEach(() => raw.close())

const logged = async (): Promise<number[]> => {
  const { rows } = await direct.query<{ n: number }>('SELECT n FROM log ORDER BY n')
  return rows.map(({ n }) => n)
}

const INSERT = 'INSERT INTO log VALUES (1)'
const DENIED = 'SELECT * FROM vault'
const usable = async (): Promise<void> => {
  expect(await raw.query('SELECT 7 AS n')).toEqual([
    'RowDescription',
    'DataRow 7',
    'CommandComplete SELECT 1',
    'ReadyForQuery I',
  ])
}

describe('INVARIANT (session-survives-deny): a refusal in', () => {
  test('a driver: code, message and hint of the protocol’s own', async () => {
    const client = new pg.Client(gateway.connection('ana'))
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
    await usable()
  })

  test('a simple query of several statements: nothing of them stays', async () => {
    expect(await raw.query(`${INSERT}; ${DENIED}; ${INSERT}`)).toEqual([
      'CommandComplete INSERT 0 1',
      'ErrorResponse 42501',
      'ReadyForQuery I',
    ])
    expect(await logged()).toEqual([])
    await usable()
  })

  test('the extended protocol: at Parse, and what follows up to Sync is passed over', async () => {
    raw.send(run(DENIED), run(INSERT), encodeSync())
    expect(await raw.ready()).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
    await usable()
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
    expect(await logged()).toEqual([1])
    await usable()
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
    expect(await logged()).toEqual([])
    await usable()
  })

  test('a simple query behind an unfinished pipeline: the pipeline is undone', async () => {
    raw.send(run(INSERT), encodeFlush())
    raw.send(encodeQuery({ sql: DENIED }))
    const lines = await raw.ready()
    expect(lines.slice(-2)).toEqual(['ErrorResponse 42501', 'ReadyForQuery I'])
    raw.send(encodeSync())
    expect(await raw.ready()).toEqual(['ReadyForQuery I'])
    expect(await logged()).toEqual([])
    await usable()
  })

  test('a transaction: it fails, COMMIT yields ROLLBACK', async () => {
    await raw.query('BEGIN')
    await raw.query(INSERT)
    expect(await raw.query(DENIED)).toEqual(['ErrorResponse 42501', 'ReadyForQuery E'])
    expect(await raw.query('SELECT 1')).toEqual(['ErrorResponse 25P02', 'ReadyForQuery E'])
    expect(await raw.query('COMMIT')).toEqual(['CommandComplete ROLLBACK', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
    await usable()
  })

  test('a transaction through the extended protocol', async () => {
    await raw.query('BEGIN')
    await raw.query(INSERT)
    raw.send(run(DENIED), encodeSync())
    expect(await raw.ready()).toEqual(['ErrorResponse 42501', 'ReadyForQuery E'])
    expect(await raw.query('COMMIT')).toEqual(['CommandComplete ROLLBACK', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
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
    expect(await logged()).toEqual([1, 2])
  })

  test('a transaction, twice: the second says so too', async () => {
    await raw.query('BEGIN')
    await raw.query(DENIED)
    expect(await raw.query(DENIED)).toEqual(['ErrorResponse 42501', 'ReadyForQuery E'])
    await raw.query('ROLLBACK')
    await usable()
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
    gateway.usePolicy(vaultOpen)
    raw.send(encodeParse({ name: 's', sql: DENIED, parameterTypes: [] }), encodeSync())
    expect(await raw.ready()).toEqual(['ParseComplete', 'ReadyForQuery I'])
    gateway.usePolicy(policy)
    raw.send(execute('s'), encodeSync())
    expect(await raw.ready()).toEqual(['BindComplete', 'ErrorResponse 42501', 'ReadyForQuery I'])
    gateway.usePolicy(vaultOpen)
    raw.send(execute('s'), encodeSync())
    expect(await raw.ready()).toEqual(['BindComplete', 'CommandComplete SELECT 0', 'ReadyForQuery I'])
  })

  test('between two executions of a prepared statement: what was raw is masked', async () => {
    gateway.usePolicy(policy.replace("'dpo' in", "'analysts' in"))
    raw.send(
      encodeParse({ name: 'e', sql: 'SELECT email FROM customers WHERE id = 1', parameterTypes: [] }),
      execute('e'),
      encodeSync(),
    )
    expect(await raw.ready()).toContain('DataRow mail1.sentinel@shop.example')
    gateway.usePolicy(policy)
    raw.send(execute('e'), encodeSync())
    expect((await raw.ready()).filter((line) => line.startsWith('DataRow'))).not.toContain(
      'DataRow mail1.sentinel@shop.example',
    )
  })
})

describe('a row limit', () => {
  const limited = `${policy}  - { id: cap, effect: limit, rows: 5 }\n`
  const many = 'SELECT n FROM generate_series(1, 1000) AS t (n)'
  const rows = Array.from({ length: 5 }, (_, i) => `DataRow ${i + 1}`)

  beforeEach(() => gateway.usePolicy(limited))

  test('ends a simple query with an error behind the rows that are allowed', async () => {
    expect(await raw.query(many)).toEqual([
      'RowDescription',
      ...rows,
      'ErrorResponse 54000',
      'ReadyForQuery I',
    ])
    await usable()
  })

  test('lets exactly so many rows pass', async () => {
    const { length } = await raw.query(`${many} LIMIT 5`)
    expect(length).toBe(8)
  })

  test('ends an Execute, and what follows up to Sync is not run', async () => {
    raw.send(run(many), encodeSync())
    expect(await raw.ready()).toEqual([
      'ParseComplete',
      'BindComplete',
      ...rows,
      'ErrorResponse 54000',
      'ReadyForQuery I',
    ])
    await usable()
  })

  test('does not cancel the statement behind it', async () => {
    for (let round = 0; round < 20; round += 1) {
      await raw.query(many)
      expect(await raw.query('SELECT pg_sleep(0.02)')).toContain('CommandComplete SELECT 1')
    }
  })

  test('does not cancel a statement that was sent before the limit was met', async () => {
    for (let round = 0; round < 20; round += 1) {
      raw.send(encodeQuery({ sql: many }), encodeQuery({ sql: 'SELECT pg_sleep(0.02)' }))
      const lines = await raw.ready(2)
      expect(lines.filter((line) => line.startsWith('Error'))).toEqual(['ErrorResponse 54000'])
      expect(lines).toContain('CommandComplete SELECT 1')
    }
  })

  test('fails the transaction it happens in', async () => {
    await raw.query('BEGIN')
    await raw.query(INSERT)
    expect((await raw.query(many)).slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery E'])
    expect(await raw.query('COMMIT')).toEqual(['CommandComplete ROLLBACK', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
  })

  test('undoes the unfinished pipeline it happens in', async () => {
    for (const sql of [many, `${many} LIMIT 7`]) {
      raw.send(run(INSERT), run(sql), encodeFlush())
      const lines: string[] = []
      while (!lines.includes('ErrorResponse 54000')) lines.push(line((await raw.next()) as Received))
      raw.send(encodeSync())
      expect(await raw.ready()).toEqual(['ReadyForQuery I'])
      expect(await logged()).toEqual([])
    }
  })

  test('counts over the pieces of a portal', async () => {
    raw.send(
      encodeQuery({ sql: 'BEGIN' }),
      encodeParse({ name: '', sql: many, parameterTypes: [] }),
      execute('', 3),
      encodeExecute({ portal: '', maxRows: 3 }),
      encodeSync(),
    )
    const lines = await raw.ready(2)
    expect(lines.filter((line) => line.startsWith('DataRow'))).toEqual(rows)
    expect(lines).toContain('ErrorResponse 54000')
  })
})

test('each refusal is recorded as one, with the rule', async () => {
  await raw.query(DENIED)
  raw.send(run(DENIED), encodeSync())
  await raw.ready()
  await gateway.audit.durable(gateway.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
  const entries = [...readEntries(gateway.journal)].map(({ entry }) => entry)
  const denied = entries.filter((entry) => entry.type === 'statement.opened' && entry.decision === 'deny')
  const refused = entries.filter((entry) => entry.type === 'statement.closed' && entry.outcome === 'refused')
  expect(denied.slice(-2)).toMatchObject([{ rules: [{ id: 'vault' }] }, { rules: [{ id: 'vault' }] }])
  expect(refused.slice(-2)).toMatchObject([{ code: '42501' }, { code: '42501' }])
})

describe('a row limit that is passed fails what belongs to it, as an error of the database would:', () => {
  const MANY = 'SELECT g FROM generate_series(1, 5) g'
  const few = `${policy}  - { id: few, effect: limit, rows: 2 }\n`
  beforeEach(() => gateway.usePolicy(few))

  test('what stands behind it in its pipeline is not done', async () => {
    raw.send(run(MANY), run(INSERT), encodeSync())
    expect((await raw.ready()).slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
    await usable()
  })

  test('what stands before it is taken back', async () => {
    raw.send(run(INSERT), run(MANY), encodeSync())
    expect((await raw.ready()).slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
    await usable()
  })

  test('a write whose own result passes it is taken back', async () => {
    raw.send(run('INSERT INTO log SELECT generate_series(1, 5) RETURNING n'), encodeSync())
    expect((await raw.ready()).slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery I'])
    expect(await logged()).toEqual([])
  })

  test('a COMMIT sent ahead in the next pipeline takes the transaction back', async () => {
    await raw.query('BEGIN')
    raw.send(run(INSERT), run(MANY), encodeSync(), run('COMMIT'), encodeSync())
    expect((await raw.ready(2)).slice(-4)).toEqual([
      'ParseComplete',
      'BindComplete',
      'CommandComplete ROLLBACK',
      'ReadyForQuery I',
    ])
    expect(await logged()).toEqual([])
  })

  test('a Query sent ahead of the Sync is passed over, as PostgreSQL does', async () => {
    raw.send(run(INSERT), run(MANY), encodeQuery({ sql: 'INSERT INTO log VALUES (2)' }), encodeSync())
    const lines = await raw.ready()
    expect(lines.slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery I'])
    // The answer to the next one is the next that comes.
    expect(await raw.query('SELECT 5')).toContain('DataRow 5')
    expect(await logged()).toEqual([])
  })

  test('a portal is counted whole, however it is fetched', async () => {
    raw.send(
      encodeParse({ name: '', sql: MANY, parameterTypes: [] }),
      execute('', 1),
      encodeExecute({ portal: '', maxRows: 1 }),
      encodeExecute({ portal: '', maxRows: 1 }),
      encodeSync(),
    )
    const lines = await raw.ready()
    expect(lines.filter((said) => said.startsWith('DataRow'))).toEqual(['DataRow 1', 'DataRow 2'])
    expect(lines.slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery I'])
  })

  test('nothing waits that only reads, and all of it is answered', async () => {
    raw.send(run('SELECT 1'), run('SELECT 2'), run(INSERT), run('SELECT 3'), encodeSync())
    expect((await raw.ready()).filter((said) => said.startsWith('CommandComplete'))).toEqual([
      'CommandComplete SELECT 1',
      'CommandComplete SELECT 1',
      'CommandComplete INSERT 0 1',
      'CommandComplete SELECT 1',
    ])
    expect(await logged()).toEqual([1])
  })
})
