import dns from 'node:dns'
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, expect, jest, test } from '@jest/globals'
import { encodeAuthentication } from '../../src/messages/authentication.ts'
import { encodeBackendKeyData } from '../../src/messages/backend-key-data.ts'
import { encodeCancelRequest } from '../../src/messages/cancel-request.ts'
import { encodeReadyForQuery } from '../../src/messages/ready-for-query.ts'
import { upstreamSource } from '../../src/upstream/source.ts'

let server: Server
afterEach(() => {
  server.close()
})

test('a database that breaks the connection off while the password is fetched fails that login alone', async () => {
  // When it was reached: a password that is asked for then is not there yet.
  server = createServer((socket) => {
    socket.on('error', () => undefined)
    setTimeout(() => socket.resetAndDestroy(), 5)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const source = upstreamSource(
    {
      host: '127.0.0.1',
      port,
      tls: 'disable',
      user: 'gateway',
      password: async () => {
        await new Promise((resolve) => setTimeout(resolve, 50))
        return 'secret'
      },
      database: 'shop',
      channelBinding: 'prefer',
    },
    { authenticationTimeoutMs: 1_000, maxFrameBytes: 1 << 20 },
  )
  // An error that nobody hears would end the process, and this test with it.
  await expect(source.connect(new Map())).rejects.toThrow()
})

/** How Node asks where a name leads. */
type Looked = [
  host: string,
  options: object,
  answer: (error: null, found: readonly { address: string; family: number }[]) => void,
]

test('what runs is cancelled where it runs, wherever the name of the database leads by then', async () => {
  const key = { processId: 7, secretKey: Buffer.from('0badcafe', 'hex') }
  const said: Buffer[] = []
  const welcome = [
    encodeAuthentication({ kind: 'ok' }),
    encodeBackendKeyData(key),
    encodeReadyForQuery({ status: 'I' }),
  ]
  server = createServer((socket) => {
    socket.once('data', (first: Buffer) => {
      said.push(first)
      if (said.length === 1) socket.write(Buffer.concat(welcome))
      else socket.end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  const leads = ['127.0.0.1', '127.0.0.2']
  const lookup = jest.spyOn(dns, 'lookup') as unknown as jest.SpiedFunction<(...given: Looked) => void>
  lookup.mockImplementation((_host, _options, answer) =>
    answer(null, [{ address: leads.shift() ?? '127.0.0.2', family: 4 }]),
  )
  const source = upstreamSource(
    {
      host: 'database.test',
      port,
      tls: 'disable',
      user: 'gateway',
      password: async () => 'secret',
      database: 'shop',
      channelBinding: 'prefer',
    },
    { authenticationTimeoutMs: 1_000, maxFrameBytes: 1 << 20 },
  )
  try {
    const session = await source.connect(new Map())
    await source.cancel(session)
    session.stream.destroy()
  } finally {
    lookup.mockRestore()
  }
  expect(said[1]).toEqual(encodeCancelRequest(key))
})
