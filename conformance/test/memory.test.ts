import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { encodeAuthentication } from '@sluice/adapter-postgres/messages/authentication'
import { encodeBackendKeyData } from '@sluice/adapter-postgres/messages/backend-key-data'
import { encodeBind } from '@sluice/adapter-postgres/messages/bind'
import { encodeBindComplete } from '@sluice/adapter-postgres/messages/bind-complete'
import { encodeCommandComplete } from '@sluice/adapter-postgres/messages/command-complete'
import { encodeDescribe } from '@sluice/adapter-postgres/messages/describe'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import { encodeNoticeResponse } from '@sluice/adapter-postgres/messages/notice-response'
import { encodeParameterDescription } from '@sluice/adapter-postgres/messages/parameter-description'
import { encodeParameterStatus } from '@sluice/adapter-postgres/messages/parameter-status'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeParseComplete } from '@sluice/adapter-postgres/messages/parse-complete'
import { encodeReadyForQuery } from '@sluice/adapter-postgres/messages/ready-for-query'
import { encodeRowDescription } from '@sluice/adapter-postgres/messages/row-description'
import { encodeSSLRequest } from '@sluice/adapter-postgres/messages/ssl-request'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import {
  answerOf,
  column,
  type FakeDatabase,
  fakeDatabase,
  rowOf,
  welcome,
} from '../harness/fake-database.ts'
import type { Answered, Asked, Held } from '../harness/measured-gateway.ts'
import { RawClient } from '../harness/raw-client.ts'

/** Sessions opened; `SLUICE_IDLE_SESSIONS` asks for more than the test does. */
const SESSIONS = Number(process.env['SLUICE_IDLE_SESSIONS'] ?? 200)
const MOST_HEAP_BYTES = 60 * 1024
/** Buffers that are held for as long as the session. */
const MOST_BUFFER_BYTES = 8 * 1024
const BATCH = 50

let server: RunningPostgres
let database: FakeDatabase
let gateway: ChildProcess
let port: number
let clients: RawClient[] = []

async function ask(asked: Asked): Promise<Answered> {
  gateway.send(asked)
  const [answer] = (await once(gateway, 'message')) as [Answered]
  return answer
}

const measured = async (): Promise<Held> => (await ask('measure')) as Held

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'trust' })
  database = await fakeDatabase(server)
  const file = join(import.meta.dirname, '..', 'harness', 'measured-gateway.ts')
  gateway = spawn(process.execPath, ['--expose-gc', '--conditions=@sluice/source', file], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const { host, superuser, password } = database
  const upstream = { host, port: database.port, superuser, password }
  const limits = '{ maxSessions: 10000 }'
  const answer = await ask({ upstream, database: 'postgres', limits })
  port = 'port' in answer ? answer.port : 0
}, 120_000)

afterAll(async () => {
  gateway?.kill()
  await database?.close()
  await server?.stop()
})

afterEach(() => {
  for (const client of clients) client.close()
  clients = []
})

const replies: Readonly<Record<string, () => Buffer>> = {
  Query: () => answerOf([column('one')], ['1']),
  Parse: () => encodeParseComplete(),
  Bind: () => encodeBindComplete(),
  Describe: () =>
    Buffer.concat([
      encodeParameterDescription({ types: [] }),
      encodeRowDescription({ fields: [column('one')] }),
    ]),
  Execute: () => Buffer.concat([rowOf('1'), encodeCommandComplete({ tag: 'SELECT 1' })]),
  Sync: () => encodeReadyForQuery({ status: 'I' }),
}

/** A session that has done what sessions do, and then nothing. */
async function idle(secure: boolean): Promise<RawClient> {
  const connection = { host: '127.0.0.1', port, user: 'ana', password: 'ana-secret', database: 'postgres' }
  const client = secure ? new RawClient(await secured()) : await RawClient.dial(connection)
  await client.logIn(connection)
  await client.query('SELECT 1 AS one')
  client.send(
    encodeParse({ name: 's', sql: 'SELECT 1 AS one', parameterTypes: [] }),
    encodeDescribe({ target: 'statement', name: 's' }),
    encodeBind({ portal: '', statement: 's', parameterFormats: [], values: [], resultFormats: [] }),
    encodeExecute({ portal: '', maxRows: 0 }),
    encodeSync(),
  )
  await client.ready()
  return client
}

async function secured(): Promise<Duplex> {
  const socket = connect(port, '127.0.0.1')
  socket.write(encodeSSLRequest())
  const [answer] = (await once(socket, 'data')) as [Buffer]
  expect(answer.toString()).toBe('S')
  const stream = connectTls({ socket, rejectUnauthorized: false })
  await once(stream, 'secureConnect')
  return stream
}

async function open(count: number, secure: boolean): Promise<void> {
  for (let left = count; left > 0; left -= BATCH) {
    const opening = Array.from({ length: Math.min(BATCH, left) }, () => idle(secure))
    clients.push(...(await Promise.all(opening)))
  }
}

test.each([
  ['', false],
  [' over TLS', true],
])(
  `an idle session%s holds no more than ${MOST_HEAP_BYTES / 1024} KB of heap and ${MOST_BUFFER_BYTES / 1024} KB beside it`,
  async (how, secure) => {
    database.play = { answer: ({ name }) => replies[name]?.() }
    // What is made once for all of them is made.
    await open(BATCH, secure)
    const before = await measured()
    await open(SESSIONS, secure)
    const after = await measured()
    const each = (after.heap - before.heap) / SESSIONS
    const buffers = (after.buffers - before.buffers) / SESSIONS
    console.info(
      `${SESSIONS} idle sessions${how}: ${Math.round(each)} bytes of heap each, ${Math.round(buffers)} beside it`,
    )
    expect(each).toBeLessThanOrEqual(MOST_HEAP_BYTES)
    expect(buffers).toBeLessThanOrEqual(MOST_BUFFER_BYTES)
  },
  240_000,
)

/**
 * What may be left behind of a hundred that are gone, which is less than one read of each, and what so many at once may take.
 * The gateway's own code and caches come to 2 MB now and then.
 */
const MOST_LEFT_BYTES = 5 * 1024 * 1024
const MOST_PEAK_BYTES = 128 * 1024 * 1024
const AT_ONCE = 20
const ROUNDS = 5
/** How many hundreds may leave more, for what a busy machine has still to do and what is compiled late: a leak is left by each. */
const TRIES = 4

const OK = encodeAuthentication({ kind: 'ok' })
const long = 'x'.repeat(1000)
/** A thousand messages, no two alike. */
const thousand = (message: (i: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: 1000 }, (_, i) => message(i)))
const settings = thousand((i) => encodeParameterStatus({ name: `s${i}`, value: long }))
const notices = thousand((i) =>
  encodeNoticeResponse({
    fields: new Map([
      ['S', 'NOTICE'],
      ['C', '00000'],
      ['M', `${i} ${long}`],
    ]),
  }),
)
const keys = thousand((i) => encodeBackendKeyData({ processId: i, secretKey: Buffer.alloc(256, i) }))

/** Says `first`, and then the same for ever, as fast as it is taken. */
const forever =
  (first: Buffer, many: Buffer) =>
  (socket: Socket): void => {
    const more = (): void => {
      if (!socket.destroyed) socket.write(many, () => setImmediate(more))
    }
    socket.write(first, more)
  }

/** As many logins at once, `ROUNDS` times; what each came to. */
async function logins(user: (i: number) => string): Promise<readonly string[]> {
  const ends: string[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const tries = Array.from({ length: AT_ONCE }, async (_, i) => {
      const connection = { host: '127.0.0.1', port, database: 'postgres', password: 'ana-secret' }
      const client = await RawClient.dial(connection)
      clients.push(client)
      await client.logIn({ ...connection, user: user(round * AT_ONCE + i) })
      return client
    })
    for (const end of await Promise.allSettled(tries))
      ends.push(end.status === 'rejected' ? String(end.reason) : ((await end.value.rest()).at(-1) ?? ''))
    for (const client of clients.splice(0)) client.close()
  }
  return ends
}

describe('INVARIANT (hostile-both-sides): a peer without an end takes little, and leaves nothing behind:', () => {
  test.each<[string, ((socket: Socket) => void) | undefined, string, RegExp]>([
    ['settings amid a login', forever(OK, settings), 'ana', /ErrorResponse 08006/],
    ['notices amid a login', forever(OK, notices), 'ana', /ErrorResponse 08006/],
    ['cancel keys', forever(OK, keys), 'ana', /ErrorResponse 08006/],
    [
      'questions for a password',
      forever(
        OK,
        thousand(() => OK),
      ),
      'ana',
      /ErrorResponse 08006/,
    ],
    ['cancel keys in a session', forever(welcome, keys), 'ana', /closed/],
    ['logins of nobody', undefined, 'nobody', /ErrorResponse 28P01/],
  ])(
    '%s',
    async (_name, login, user, end) => {
      database.play = login === undefined ? {} : { login }
      const named = (i: number): string => (user === 'ana' ? user : `${user}${i}${long}`.slice(0, 900))
      const { peak } = await measured()
      await logins(named)
      let after = await measured()
      let left = MOST_LEFT_BYTES
      for (let i = 0; i < TRIES && left >= MOST_LEFT_BYTES; i += 1) {
        const before = after
        for (const one of await logins(named)) expect(one).toMatch(end)
        after = await measured()
        left = after.heap + after.buffers - before.heap - before.buffers
      }
      expect(left).toBeLessThan(MOST_LEFT_BYTES)
      expect(after.peak - peak).toBeLessThan(MOST_PEAK_BYTES)
    },
    120_000,
  )
})
