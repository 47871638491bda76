import type { Socket } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { encodeCommandComplete } from '@sluice/adapter-postgres/messages/command-complete'
import { encodeDescribe } from '@sluice/adapter-postgres/messages/describe'
import { encodeFlush } from '@sluice/adapter-postgres/messages/flush'
import { encodeNoticeResponse } from '@sluice/adapter-postgres/messages/notice-response'
import { encodeQuery } from '@sluice/adapter-postgres/messages/query'
import { encodeReadyForQuery } from '@sluice/adapter-postgres/messages/ready-for-query'
import { encodeRowDescription } from '@sluice/adapter-postgres/messages/row-description'
import { encodeSync } from '@sluice/adapter-postgres/messages/sync'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import pg from 'pg'
import { column, completed, type FakeDatabase, fakeDatabase, rowOf } from '../harness/fake-database.ts'
import { startGateway, type TestGateway } from '../harness/gateway.ts'
import { RawClient } from '../harness/raw-client.ts'
import { shopSchema } from '../harness/shop.ts'

/** More than the network's buffers and the gateway's own together hold, on any system; less than harm. */
const MOST_BYTES = 48 * 1024 * 1024
/** Nothing was taken for so long: the flow stands still. */
const STILL_MS = 600
const CHUNK_BYTES = 64 * 1024
const MAX_FRAME_BYTES = 256 * 1024

let server: RunningPostgres
let database: FakeDatabase
let gateway: TestGateway
let client: RawClient
let customers: number

beforeAll(async () => {
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'trust' })
  const direct = new pg.Client({ connectionString: server.connectionString('postgres') })
  await direct.connect()
  await direct.query(shopSchema)
  const { rows } = await direct.query<{ oid: number }>("SELECT 'customers'::regclass::oid::int AS oid")
  customers = rows[0]?.oid ?? 0
  await direct.end()
  database = await fakeDatabase(server)
  gateway = await startGateway({
    upstream: database,
    database: 'postgres',
    limits: `{ maxFrameBytes: ${MAX_FRAME_BYTES} }`,
  })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await database?.close()
  await server?.stop()
})

beforeEach(async () => {
  database.play = {}
})
afterEach(() => client?.close())

/** Writes `chunk` again and again until nobody takes it any more; gives how much was taken, at most `MOST_BYTES`. */
async function pour(
  socket: NodeJS.WritableStream & { writableLength: number; destroyed: boolean },
  chunk: Buffer,
): Promise<number> {
  let poured = 0
  while (poured < MOST_BYTES && !socket.destroyed) {
    let taken = true
    if (!socket.write(chunk)) {
      taken = await new Promise<boolean>((resolve) => {
        const timer = setTimeout(() => resolve(false), STILL_MS)
        socket.once('drain', () => {
          clearTimeout(timer)
          resolve(true)
        })
      })
    }
    poured += chunk.length
    if (!taken) return poured - socket.writableLength
  }
  return poured
}

const repeated = (message: Buffer): Buffer =>
  Buffer.concat(Array.from({ length: Math.ceil(CHUNK_BYTES / message.length) }, () => message))

/** Starts a query to which the database answers with `head`, and gives the database's socket. */
async function answering(sql: string, head: Buffer): Promise<Socket> {
  const answered = Promise.withResolvers<Socket>()
  database.play = {
    answer: ({ name }, socket) => {
      if (name !== 'Query') return undefined
      setImmediate(() => answered.resolve(socket))
      return head
    },
  }
  client = await RawClient.login(gateway.connection('dora'))
  client.stream.pause()
  client.send(encodeQuery({ sql }))
  return await answered.promise
}

describe('INVARIANT (relay-by-slice): a client that stops reading stops the database, not the gateway:', () => {
  test.each<[string, string, string]>([
    ['rows as they came', 'dora', 'SELECT title FROM products'],
    ['rows that are masked', 'ana', 'SELECT email FROM customers'],
  ])(
    '%s',
    async (_name, login, sql) => {
      const field = login === 'ana' ? column('email', customers, 3) : column('title')
      const answered = Promise.withResolvers<Socket>()
      database.play = {
        answer: ({ name }, socket) => {
          if (name !== 'Query') return undefined
          setImmediate(() => answered.resolve(socket))
          return encodeRowDescription({ fields: [field] })
        },
      }
      // No row limit stands in the way of either.
      client = await RawClient.login(gateway.connection(login))
      gateway.usePolicy(
        `version: 1\nrules: [{ id: all, effect: allow }, { id: pii, effect: mask, columns: "column.labels.exists(l, l.startsWith('pii.'))", with: { constant: ${'y'.repeat(200)} }, unless: "'dpo' in principal.groups" }]`,
      )
      client.stream.pause()
      client.send(encodeQuery({ sql }))
      const socket = await answered.promise
      expect(await pour(socket, repeated(rowOf('x'.repeat(200))))).toBeLessThan(MOST_BYTES)
      // When it reads again, all of it arrives.
      client.stream.resume()
      socket.write(completed('SELECT 1'))
      let message = await client.next()
      while (message !== undefined && message.type !== 0x5a) message = await client.next()
      expect(message).toBeDefined()
    },
    30_000,
  )

  test('notices without end', async () => {
    const socket = await answering('SELECT 1', Buffer.alloc(0))
    const notice = encodeNoticeResponse({
      fields: new Map([
        ['S', 'NOTICE'],
        ['C', '00000'],
        ['M', 'x'.repeat(200)],
      ]),
    })
    expect(await pour(socket, repeated(notice))).toBeLessThan(MOST_BYTES)
  }, 30_000)
})

/** Makes messages long, so that few of them fill the network's buffers and the gateway is never late. */
const padding = 'x'.repeat(1000)

describe('INVARIANT (hostile-both-sides): a client is not heard', () => {
  test('while the answers to what it asked wait for it', async () => {
    const message = 'x'.repeat(450)
    gateway.usePolicy(
      `version: 1\nrules: [{ id: use, effect: allow }, { id: none, effect: deny, when: "principal.id != ''", message: ${message} }]`,
    )
    client = await RawClient.login(gateway.connection('ana'))
    client.stream.pause()
    expect(
      await pour(client.stream, repeated(encodeQuery({ sql: `SELECT 1 /* ${padding} */` }))),
    ).toBeLessThan(MOST_BYTES)
  }, 30_000)

  test('while the database owes it too many replies', async () => {
    gateway.usePolicy('version: 1\nrules: [{ id: all, effect: allow }]')
    await answering('SELECT 1', Buffer.alloc(0))
    expect(
      await pour(client.stream, repeated(encodeDescribe({ target: 'portal', name: padding }))),
    ).toBeLessThan(MOST_BYTES)
  }, 30_000)

  test('while the database is being reached', async () => {
    const before = database.sessions()
    database.play = { login: () => undefined }
    client = await RawClient.dial(gateway.connection('ana'))
    const login = client.logIn(gateway.connection('ana')).catch(() => undefined)
    while (database.sessions() === before) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(await pour(client.stream, repeated(encodeFlush()))).toBeLessThan(MOST_BYTES)
    client.close()
    await login
  }, 30_000)

  test('and heard again when there is room: a long pipeline runs to its end', async () => {
    gateway.usePolicy('version: 1\nrules: [{ id: all, effect: allow }]')
    database.play = {
      answer: ({ name }) =>
        name === 'Sync'
          ? encodeReadyForQuery({ status: 'I' })
          : name === 'Query'
            ? Buffer.concat([
                encodeCommandComplete({ tag: 'SELECT 0' }),
                encodeReadyForQuery({ status: 'I' }),
              ])
            : undefined,
    }
    client = await RawClient.login(gateway.connection('ana'))
    const syncs = 30_000
    client.send(encodeQuery({ sql: 'SELECT 1' }), ...Array.from({ length: syncs }, () => encodeSync()))
    expect(await client.ready(syncs + 1)).toHaveLength(syncs + 2)
  }, 30_000)
})

const query = (bytes: number): Buffer => {
  const empty = encodeQuery({ sql: "SELECT ''" })
  return encodeQuery({ sql: `SELECT '${'x'.repeat(bytes - empty.length)}'` })
}

describe('`maxFrameBytes`', () => {
  beforeEach(async () => {
    gateway.usePolicy('version: 1\nrules: [{ id: all, effect: allow }]')
    database.play = { answer: ({ name }) => (name === 'Query' ? completed('SELECT 1') : undefined) }
    client = await RawClient.login(gateway.connection('ana'))
  })

  test('lets a message of just that size pass', async () => {
    client.send(query(MAX_FRAME_BYTES))
    expect(await client.ready()).toEqual(['CommandComplete SELECT 1', 'ReadyForQuery I'])
  })

  test('ends the session of whoever sends a byte more, before it is all there', async () => {
    client.send(query(MAX_FRAME_BYTES + 1).subarray(0, 100))
    expect(await client.rest()).toEqual(['ErrorResponse 08P01', 'closed'])
  })
})
