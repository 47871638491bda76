import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import { encodeFlush } from '@sluice/adapter-postgres/messages/flush'
import { encodeFunctionCall } from '@sluice/adapter-postgres/messages/function-call'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { readEntries } from '@sluice/audit/read'
import { filledGateway } from '../harness/filled-gateway.ts'
import { INSERT, LOG_TABLE, logged, usable } from '../harness/log-table.ts'
import { execute, line, RawClient, type Received, run } from '../harness/raw-client.ts'

const policy = `
version: 1
rules:
  - { id: use, effect: allow }
`

let raw: RawClient

const { gateway, direct } = filledGateway(LOG_TABLE, { policy })

beforeEach(async () => {
  await direct().query('TRUNCATE log')
  raw = await RawClient.login(gateway().connection('ana'))
})

afterEach(() => raw.close())

describe('a row limit', () => {
  const limited = `${policy}  - { id: cap, effect: limit, rows: 5 }\n`
  const many = 'SELECT n FROM generate_series(1, 1000) AS t (n)'
  const rows = Array.from({ length: 5 }, (_, i) => `DataRow ${i + 1}`)

  beforeEach(() => gateway().usePolicy(limited))

  test('ends a simple query with an error behind the rows that are allowed', async () => {
    expect(await raw.query(many)).toEqual([
      'RowDescription',
      ...rows,
      'ErrorResponse 54000',
      'ReadyForQuery I',
    ])
    await usable(raw)
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
    await usable(raw)
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

  test('hides neither what a setting of the same text is by then, nor what is notified', async () => {
    await raw.query('LISTEN c')
    const lines = await raw.query(`SET datestyle = 'SQL, DMY'; NOTIFY c; ${many} LIMIT 6`)
    expect(lines.filter((said) => !said.startsWith('DataRow')).map((said) => said.split(' ')[0])).toEqual([
      'CommandComplete',
      'CommandComplete',
      'RowDescription',
      'ErrorResponse',
      'NotificationResponse',
      'ParameterStatus',
      'ReadyForQuery',
    ])
  })

  test('leaves no COPY behind it in its text that waits for data', async () => {
    expect((await raw.query(`${many} LIMIT 6; COPY log FROM STDIN`)).slice(-2)).toEqual([
      'ErrorResponse 54000',
      'ReadyForQuery I',
    ])
    await usable(raw)
    expect(await logged(direct())).toEqual([])
  })

  test('fails the transaction it happens in', async () => {
    await raw.query('BEGIN')
    await raw.query(INSERT)
    expect((await raw.query(many)).slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery E'])
    expect(await raw.query('COMMIT')).toEqual(['CommandComplete ROLLBACK', 'ReadyForQuery I'])
    expect(await logged(direct())).toEqual([])
  })

  test('undoes the unfinished pipeline it happens in', async () => {
    for (const sql of [many, `${many} LIMIT 7`]) {
      raw.send(run(INSERT), run(sql), encodeFlush())
      const lines: string[] = []
      while (!lines.includes('ErrorResponse 54000')) lines.push(line((await raw.next()) as Received))
      raw.send(encodeSync())
      expect(await raw.ready()).toEqual(['ReadyForQuery I'])
      expect(await logged(direct())).toEqual([])
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

describe('a row limit that is passed fails what belongs to it, as an error of the database would:', () => {
  const MANY = 'SELECT g FROM generate_series(1, 5) g'
  const few = `${policy}  - { id: few, effect: limit, rows: 2 }\n`
  beforeEach(() => gateway().usePolicy(few))

  test('what stands behind it in its pipeline is not done', async () => {
    raw.send(run(MANY), run(INSERT), encodeSync())
    expect((await raw.ready()).slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery I'])
    expect(await logged(direct())).toEqual([])
    await usable(raw)
  })

  test('what stands before it is taken back', async () => {
    raw.send(run(INSERT), run(MANY), encodeSync())
    expect((await raw.ready()).slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery I'])
    expect(await logged(direct())).toEqual([])
    await usable(raw)
  })

  test('a write whose own result passes it is taken back', async () => {
    raw.send(run('INSERT INTO log SELECT generate_series(1, 5) RETURNING n'), encodeSync())
    expect((await raw.ready()).slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery I'])
    expect(await logged(direct())).toEqual([])
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
    expect(await logged(direct())).toEqual([])
  })

  const SMALL = run('SELECT 1')
  const failedTransaction: readonly (readonly [string, readonly Buffer[], number])[] = [
    ['another pipeline', [run(MANY), encodeSync(), SMALL, encodeSync()], 2],
    ['two pipelines', [run(MANY), encodeSync(), SMALL, encodeSync(), run(MANY), encodeSync()], 3],
    ['a simple query', [encodeQuery({ sql: MANY }), encodeQuery({ sql: 'SELECT 1' })], 2],
    ['a pipeline behind a simple query', [encodeQuery({ sql: MANY }), SMALL, encodeSync()], 2],
    ['a simple query behind a pipeline', [run(MANY), encodeSync(), encodeQuery({ sql: 'SELECT 1' })], 2],
  ]

  test.each(failedTransaction)(
    'the transaction fails though %s was sent ahead',
    async (_name, sent, readies) => {
      await raw.query('BEGIN')
      await raw.query(INSERT)
      raw.send(...sent)
      const lines = await raw.ready(readies)
      expect(lines).toContain('ErrorResponse 54000')
      expect(lines.filter((said) => said.startsWith('Ready'))).toEqual(
        Array.from({ length: readies }, () => 'ReadyForQuery E'),
      )
      expect(await raw.query('SELECT 1')).toEqual(['ErrorResponse 25P02', 'ReadyForQuery E'])
      expect(await raw.query('COMMIT')).toEqual(['CommandComplete ROLLBACK', 'ReadyForQuery I'])
      expect(await logged(direct())).toEqual([])
      await usable(raw)
    },
  )

  test('the transaction fails though the next pipeline is unfinished, which fails with it', async () => {
    await raw.query('BEGIN')
    await raw.query(INSERT)
    raw.send(run(MANY), encodeSync(), SMALL, encodeFlush())
    expect((await raw.ready()).slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery E'])
    raw.send(run('INSERT INTO log VALUES (2)'), run('COMMIT'), encodeSync())
    expect((await raw.ready()).slice(-3)).toEqual([
      'CommandComplete SELECT 1',
      'ErrorResponse 25P02',
      'ReadyForQuery E',
    ])
    expect(await raw.query('COMMIT')).toEqual(['CommandComplete ROLLBACK', 'ReadyForQuery I'])
    expect(await logged(direct())).toEqual([])
    await usable(raw)
  })

  test('simple queries sent at once do not commit behind it', async () => {
    raw.send(...['BEGIN', INSERT, MANY, 'COMMIT', 'SELECT 5'].map((sql) => encodeQuery({ sql })))
    const lines = await raw.ready(5)
    expect(lines.slice(-8)).toEqual([
      'ErrorResponse 54000',
      'ReadyForQuery E',
      'CommandComplete ROLLBACK',
      'ReadyForQuery I',
      'RowDescription',
      'DataRow 5',
      'CommandComplete SELECT 1',
      'ReadyForQuery I',
    ])
    expect(await logged(direct())).toEqual([])
  })

  /** What the journal has of the session's statements. */
  const recorded = async (): Promise<string[]> => {
    await gateway().audit.durable(gateway().audit.append({ ...END, at: 0 }))
    const entries = [...readEntries(gateway().journal)].map(({ entry }) => entry)
    const session = entries.findLast((entry) => entry.type === 'session.opened')?.session
    return entries.flatMap((entry) =>
      entry.type === 'statement.closed' && entry.session === session
        ? [`${entry.outcome} ${entry.code ?? ''} ${entry.rows} ${entry.exposed.join()}`]
        : [],
    )
  }
  const END = { type: 'control', action: 'test.read', detail: {} } as const

  test('rows behind it that are dropped are recorded as neither returned nor changed', async () => {
    const lines = await raw.query(
      `SELECT 1; ${MANY}; SELECT 7 AS seven; INSERT INTO log VALUES (1), (2), (3)`,
    )
    expect(lines.slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery I'])
    expect(await recorded()).toEqual([
      'completed  1 ?column?',
      'completed 54000 2 g',
      'completed 54000 0 ',
      'completed  3 ',
    ])
  })

  test('nor is a result whose first row passes it', async () => {
    gateway().usePolicy(`${policy}  - { id: none, effect: limit, bytes: 12 }\n`)
    raw.send(run(`SELECT 'a text of some length' AS long`), run('SELECT 7 AS seven'), encodeSync())
    expect((await raw.ready()).slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery I'])
    expect(await recorded()).toEqual(['completed 54000 0 ', 'completed 54000 0 '])
  })

  test('a savepoint brings the transaction back', async () => {
    await raw.query('BEGIN')
    await raw.query(INSERT)
    await raw.query('SAVEPOINT s')
    await raw.query('INSERT INTO log VALUES (2)')
    raw.send(run(MANY), encodeSync(), SMALL, encodeSync())
    expect((await raw.ready(2)).at(-1)).toBe('ReadyForQuery E')
    expect(await raw.query('ROLLBACK TO s')).toEqual(['CommandComplete ROLLBACK', 'ReadyForQuery T'])
    expect((await raw.query('COMMIT')).at(0)).toBe('CommandComplete COMMIT')
    expect(await logged(direct())).toEqual([1])
  })

  test('a function called by its number fails the transaction too', async () => {
    gateway().usePolicy(`${policy}  - { id: none, effect: limit, bytes: 12 }\n`)
    const { rows } = await direct().query<{ oid: number }>(
      "SELECT 'current_database'::regproc::oid::int AS oid",
    )
    const call = encodeFunctionCall({
      functionId: rows[0]?.oid ?? 0,
      argumentFormats: [],
      args: [],
      resultFormat: 0,
    })
    raw.send(
      encodeQuery({ sql: 'BEGIN' }),
      encodeQuery({ sql: INSERT }),
      call,
      encodeQuery({ sql: 'COMMIT' }),
    )
    expect((await raw.ready(4)).slice(-4)).toEqual([
      'ErrorResponse 54000',
      'ReadyForQuery E',
      'CommandComplete ROLLBACK',
      'ReadyForQuery I',
    ])
    expect(await logged(direct())).toEqual([])
  })

  test('a Query sent ahead of the Sync is passed over, as PostgreSQL does', async () => {
    raw.send(run(INSERT), run(MANY), encodeQuery({ sql: 'INSERT INTO log VALUES (2)' }), encodeSync())
    const lines = await raw.ready()
    expect(lines.slice(-2)).toEqual(['ErrorResponse 54000', 'ReadyForQuery I'])
    // The answer to the next one is the next that comes.
    expect(await raw.query('SELECT 5')).toContain('DataRow 5')
    expect(await logged(direct())).toEqual([])
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
    expect(await logged(direct())).toEqual([1])
  })
})
