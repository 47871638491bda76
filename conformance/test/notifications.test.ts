import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import type { RunningPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { postgresWith } from '../harness/filled-server.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { unscannedBaseline } from '../harness/leak-shop.ts'
import { RawClient } from '../harness/raw-client.ts'
import { shopSchema } from '../harness/shop.ts'

let server: RunningPostgres
/** The baseline as it is, and without its search of texts. */
let scanning: TestGateway
let unscanning: TestGateway
const clients: pg.Client[] = []

beforeAll(async () => {
  server = await postgresWith(shopSchema)
  scanning = await startGateway({ upstream: server, database: 'postgres' })
  unscanning = await startGateway({ upstream: server, database: 'postgres', policy: unscannedBaseline })
}, 120_000)

afterEach(async () => {
  for (const client of clients.splice(0)) await client.end()
})

afterAll(async () => {
  await scanning?.close()
  await unscanning?.close()
  await server?.stop()
})

const connected = async (gateway: TestGateway, login: string): Promise<pg.Client> => {
  const client = new pg.Client(gateway.connection(login))
  clients.push(client)
  await client.connect()
  return client
}

/** What a listener is told when somebody else runs a statement, who is not behind a gateway where none is given. */
const told = async (
  listener: readonly [TestGateway, string],
  sql: string,
  speaker?: readonly [TestGateway, string],
): Promise<pg.Notification> => {
  const hears = await connected(...listener)
  await hears.query('LISTEN news')
  const next = once(hears, 'notification')
  const speaks = speaker
    ? await connected(...speaker)
    : new pg.Client({ connectionString: server.connectionString('postgres') })
  if (!speaker) {
    clients.push(speaks)
    await speaks.connect()
  }
  await speaks.query(sql)
  const [notification] = (await next) as [pg.Notification]
  return notification
}

const NOTE = 'call ana@example.com, room 5'
const NOTIFY = `NOTIFY news, '${NOTE}'`
const OF_A_COLUMN = "SELECT pg_notify('news', 'it is ' || name) FROM customers WHERE id = 1"

describe('to whom something is masked', () => {
  test('what looks personal in a payload is blotted out, the rest arrives', async () => {
    const { channel, payload } = await told([scanning, 'ana'], NOTIFY)
    expect({ channel, payload }).toEqual({ channel: 'news', payload: `call ${'*'.repeat(15)}, room 5` })
  })

  test('a payload without any arrives as it is', async () => {
    expect(await told([scanning, 'ana'], "NOTIFY news, 'order 17: größer'")).toMatchObject({
      channel: 'news',
      payload: 'order 17: größer',
    })
  })

  test('a payload that a session of the gateway made of a masked column is empty', async () => {
    expect(await told([scanning, 'ana'], OF_A_COLUMN, [scanning, 'dora'])).toMatchObject({ payload: '' })
  })

  test('so is what that session notifies of later', async () => {
    const statements = `${OF_A_COLUMN.replace('news', 'others')}; ${NOTIFY}`
    expect(await told([scanning, 'ana'], statements, [scanning, 'dora'])).toMatchObject({ payload: '' })
  })

  test('one made of a column that is not masked is searched', async () => {
    const sql = "SELECT pg_notify('news', 'about ' || title) FROM products WHERE id = 1"
    const { payload } = await told([scanning, 'ana'], sql, [scanning, 'dora'])
    expect(payload).toMatch(/^about \w/)
  })

  test('where no rule has texts searched, every payload is empty', async () => {
    expect(await told([unscanning, 'ana'], "NOTIFY news, 'order 17'")).toMatchObject({ payload: '' })
  })
})

describe('to whom nothing is masked, payloads arrive as they are', () => {
  test.each([
    ['of another client', NOTIFY, undefined, NOTE],
    ['made of a column', OF_A_COLUMN, 'dora', expect.stringMatching(/^it is \w/)],
  ])('%s', async (_name, sql, login, payload) => {
    const notification = await told([scanning, 'dora'], sql, login ? [scanning, login] : undefined)
    expect(notification.payload).toEqual(payload)
  })
})

/** Whether a session hears of the zone that it sets. */
const reported = async (login: string, zone: string): Promise<boolean> => {
  const raw = await RawClient.login(scanning.connection(login))
  await raw.query("SET TimeZone = 'Antarctica/Troll'")
  const lines = await raw.query(`SET TIME ZONE ${zone}`)
  raw.close()
  expect(lines).toContain('CommandComplete SET')
  return lines.includes('ParameterStatus')
}

describe('a session’s own time zone is reported to it, as drivers need it', () => {
  test.each([
    "'Europe/Berlin'",
    "'us/pacific'",
    "'utc'",
    "'EST5EDT'",
    '-3',
    '5.5',
    "INTERVAL '-01:30' HOUR TO MINUTE",
  ])('%s', async (zone) => {
    expect(await reported('ana', zone)).toBe(true)
  })

  test.each(["'<ann@example.com>0'", "'annexample0'", "'<+03>-04'"])(
    '%s no more than somebody may see for whom nothing is masked',
    async (zone) => {
      expect(await reported('ana', zone)).toBe(false)
      expect(await reported('dora', zone)).toBe(true)
    },
  )
})
