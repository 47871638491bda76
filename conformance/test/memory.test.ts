import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import type { Duplex } from 'node:stream'
import { connect as connectTls } from 'node:tls'
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals'
import { encodeBind } from '@sluice/adapter-postgres/messages/bind'
import { encodeBindComplete } from '@sluice/adapter-postgres/messages/bind-complete'
import { encodeCommandComplete } from '@sluice/adapter-postgres/messages/command-complete'
import { encodeDescribe } from '@sluice/adapter-postgres/messages/describe'
import { encodeExecute } from '@sluice/adapter-postgres/messages/execute'
import { encodeParameterDescription } from '@sluice/adapter-postgres/messages/parameter-description'
import { encodeParse } from '@sluice/adapter-postgres/messages/parse'
import { encodeParseComplete } from '@sluice/adapter-postgres/messages/parse-complete'
import { encodeReadyForQuery } from '@sluice/adapter-postgres/messages/ready-for-query'
import { encodeRowDescription } from '@sluice/adapter-postgres/messages/row-description'
import { encodeSSLRequest } from '@sluice/adapter-postgres/messages/ssl-request'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { answerOf, column, type FakeDatabase, fakeDatabase, rowOf } from '../harness/fake-database.ts'
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
