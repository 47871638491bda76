import { once } from 'node:events'
import { createServer, type Server } from 'node:net'
import { afterEach, expect, test } from '@jest/globals'
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
