import { describe, expect, test } from '@jest/globals'
import { backend } from '@sluice/adapter-postgres/messages/codes'
import { encodeCopyData } from '@sluice/adapter-postgres/messages/copy-data'
import { encodeDescribe } from '@sluice/adapter-postgres/messages/describe'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { filledGateway, rawSession } from '../harness/filled-gateway.ts'
import { execute, line, RawClient, type Received, run } from '../harness/raw-client.ts'
import { shopSchema } from '../harness/shop.ts'

const { server, gateway } = filledGateway(shopSchema)
const { raw } = rawSession(gateway)

test('a Describe that is passed over tells the next pipeline nothing: its rows are masked all the same', async () => {
  raw().send(
    encodeParse({ name: 's', sql: 'SELECT title, email FROM customers, products', parameterTypes: [] }),
    encodeSync(),
  )
  await raw().ready()
  raw().send(
    run('SELECT nothing'),
    encodeDescribe({ target: 'statement', name: 's' }),
    encodeSync(),
    execute('s'),
    encodeSync(),
  )
  const lines = await raw().ready(2)
  expect(lines.slice(0, 3)).toEqual(['ErrorResponse 42703', 'ReadyForQuery I', 'BindComplete'])
  expect(lines.filter((said) => said.startsWith('DataRow')).length).toBeGreaterThan(0)
  expect(lines.at(-1)).toBe('ReadyForQuery I')
  expect(lines.join()).not.toContain('sentinel')
})

/** Enough for the database to be busy with, behind the failure of a COPY, until the client's next messages are there. */
const PASSED_OVER = 300_000

test.each([0, 1, 2])(
  'a Sync behind data that fails a COPY lends no result the meaning of another (%d)',
  async () => {
    const masked = "SELECT name || '' AS a FROM customers WHERE id < 4"
    const plain = "SELECT title || '' AS a FROM products WHERE id < 4"
    // Read before, so that they are sent at once.
    for (const sql of [masked, plain, masked, plain]) await raw().query(sql)
    const nothing = encodeCopyData({ data: Buffer.alloc(0) })
    raw().send(
      encodeQuery({ sql: 'SELECT pg_sleep(0.4); COPY products FROM STDIN' }),
      encodeCopyData({ data: Buffer.from('x\n') }),
      Buffer.concat(Array.from({ length: PASSED_OVER }, () => nothing)),
      encodeSync(),
    )
    expect(await raw().ready()).toContain('ErrorResponse 22P02')
    raw().send(encodeQuery({ sql: masked }), encodeQuery({ sql: plain }))
    const lines = await raw().ready(3)
    expect(lines.join()).not.toContain('sentinel')
    expect(lines.filter((said) => said.startsWith('DataRow')).length).toBe(6)
  },
)

const declared = (from: number): string =>
  Array.from({ length: 400 }, (_, i) => `DECLARE c${from + i} CURSOR WITH HOLD FOR SELECT 1`).join(';')

describe('cursors WITH HOLD of a transaction that is taken back count no more:', () => {
  test.each<[string, (text: string) => readonly string[]]>([
    ['ROLLBACK', (text) => [`BEGIN;${text};ROLLBACK`]],
    ['ROLLBACK by itself', (text) => ['BEGIN', text, 'ROLLBACK']],
    ['an error, and COMMIT', (text) => ['BEGIN', text, 'SELECT 1/0', 'COMMIT']],
    ['an error without a block', (text) => [`${text};SELECT 1/0`]],
  ])('%s', async (_how, texts) => {
    for (let from = 0; from < 2000; from += 400)
      for (const text of texts(declared(from)))
        expect((await raw().query(text)).filter((said) => said === 'ErrorResponse 54000')).toEqual([])
  })

  test('those that were committed live on', async () => {
    await raw().query('DECLARE kept CURSOR WITH HOLD FOR SELECT email FROM customers')
    await raw().query('BEGIN; DECLARE also CURSOR WITH HOLD FOR SELECT email FROM customers; COMMIT')
    for (const text of ['SELECT 1/0', 'BEGIN', 'DECLARE gone CURSOR WITH HOLD FOR SELECT 1', 'ROLLBACK'])
      await raw().query(text)
    for (const name of ['kept', 'also']) {
      const lines = (await raw().query(`FETCH 1 FROM ${name}`)).join()
      expect(lines).toContain('CommandComplete FETCH 1')
      expect(lines).not.toContain('sentinel')
    }
  })
})

const bytes = ({ type, payload }: Received): string =>
  `${line({ type, payload })} ${type === backend.CopyData ? payload.toString('hex') : ''}`

test.each(['', '(HEADER)', '(FORMAT csv)', '(FORMAT csv, HEADER)', '(FORMAT binary)'])(
  'COPY of a result without columns goes out as it is %s',
  async (options) => {
    const { host, port } = server()
    const direct = await RawClient.login({
      host,
      port,
      user: server().superuser,
      password: 'secret',
      database: 'postgres',
    })
    direct.lineOf = bytes
    raw().lineOf = bytes
    const copy = `COPY (SELECT FROM customers) TO STDOUT ${options}`
    const sent = await direct.query(copy)
    direct.close()
    expect(sent).toContain('CopyDone ')
    expect(await raw().query(copy)).toEqual(sent)
    expect(await raw().query('SELECT 1')).toContain('ReadyForQuery I ')
  },
)
