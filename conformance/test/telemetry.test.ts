import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { freePort } from '@sluice/testkit/free-port'
import { type OtlpSink, startOtlpSink } from '@sluice/testkit/otlp-sink'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { postgresWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { shopSchema } from '../harness/shop.ts'

const STATEMENTS = 25

let server: RunningPostgres
let sink: OtlpSink | undefined
let gateway: TestGateway | undefined

beforeAll(async () => {
  server = await postgresWith(`${shopSchema}; CREATE TABLE jots (n integer)`)
}, 120_000)

afterAll(async () => {
  await sink?.close()
  await gateway?.close()
  await server?.stop()
})

/** Reads, writes and a refusal, each told apart by an alias; gives how many were answered as they should. */
async function work(running: TestGateway): Promise<number> {
  const client = new pg.Client(running.connection('ana'))
  await client.connect()
  let answered = 0
  for (let n = 0; n < STATEMENTS; n += 1) {
    await client.query(`INSERT INTO jots AS w${n} VALUES ($1)`, [n])
    const { rows } = await client.query(`SELECT email AS r${n} FROM customers WHERE id = 1`)
    answered += rows.length
  }
  await expect(client.query('DROP TABLE jots')).rejects.toMatchObject({ code: '42501' })
  await client.end()
  return answered
}

describe('a collector that does not take spans delays no statement', () => {
  test('when nobody listens where it should be', async () => {
    const closed = await startGateway({
      upstream: server,
      database: 'postgres',
      telemetry: `http://127.0.0.1:${await freePort()}`,
    })
    expect(await work(closed)).toBe(STATEMENTS)
    await closed.close()
  })

  test('when it hangs; once it answers, the spans of all of them arrive', async () => {
    sink = await startOtlpSink()
    sink.behave('hang')
    gateway = await startGateway({ upstream: server, database: 'postgres', telemetry: sink.url })
    expect(await work(gateway)).toBe(STATEMENTS)
    while (sink.requests() === 0) await new Promise((resolve) => setTimeout(resolve, 20))
    // Now an export hangs.
    expect(await work(gateway)).toBe(STATEMENTS)
    expect(sink.spans()).toEqual([])
    sink.behave('accept')
    const spans = await sink.waitFor((all) => {
      const names = all.map(({ attributes }) => String(attributes['db.query.text']))
      const seen = (tag: string): boolean => names.some((text) => new RegExp(`\\b${tag}\\b`).test(text))
      return (
        Array.from({ length: STATEMENTS }, (_, n) => seen(`w${n}`) && seen(`r${n}`)).every(Boolean) &&
        names.some((text) => /drop/i.test(text)) &&
        all.some(({ name }) => name === 'session postgres')
      )
    })
    const of = (text: RegExp) =>
      spans.find(({ attributes }) => text.test(String(attributes['db.query.text'])))
    expect(of(/\br3\b/)).toMatchObject({
      name: expect.stringMatching(/^SELECT .*customers$/),
      attributes: {
        'db.system.name': 'postgresql',
        'db.namespace': 'postgres',
        'db.operation.name': 'SELECT',
        'db.collection.name': 'public.customers',
        'db.query.summary': expect.stringMatching(/^SELECT /),
        'user.id': 'ana@example.com',
        'db.response.returned_rows': 1,
        'sluice.decision': 'allow',
        'sluice.outcome': 'completed',
        'sluice.columns.masked': ['r3'],
      },
    })
    expect(of(/drop/i)).toMatchObject({
      attributes: {
        'db.response.status_code': '42501',
        'sluice.decision': 'deny',
        'sluice.rules': expect.arrayContaining(['baseline-destructive']),
        'sluice.outcome': 'refused',
      },
    })
    // INVARIANT (secrets-stay-out)
    expect(JSON.stringify(spans)).not.toMatch(/sentinel|ana-secret/)
  }, 60_000)
})

const hasSessions = (spans: readonly { readonly name: string }[], sessions: number): boolean =>
  spans.filter(({ name }) => name === 'session postgres').length === sessions

test('a token that was changed is read again: the spans arrive without a restart', async () => {
  const guarded = await startOtlpSink()
  guarded.demand('Bearer first')
  const running = await startGateway({
    upstream: server,
    database: 'postgres',
    keys: [`telemetry: { endpoint: "${guarded.url}", headers: { authorization: { file: ./token } } }`],
    files: { token: 'Bearer first\n' },
  })
  await work(running)
  await guarded.waitFor((spans) => hasSessions(spans, 1))
  await writeFile(join(running.directory, 'token'), 'Bearer second\n')
  guarded.demand('Bearer second')
  await work(running)
  await guarded.waitFor((spans) => hasSessions(spans, 2))
  await running.close()
  await guarded.close()
}, 30_000)
