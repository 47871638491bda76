import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { collectorAt } from '@sluice/audit/export/collector'

const MIB = 1024 * 1024

test('an answer that comes before the request was taken is waited with: its memory is used again', async () => {
  let received = 0
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      const isFirst = received === 0
      received += chunk.length
      if (!isFirst) return
      socket.pause()
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      setTimeout(() => socket.resume(), 100)
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const collector = collectorAt({ url: `http://127.0.0.1:${port}`, headers: {}, timeoutMs: 20_000 })
  expect(await collector.send(Buffer.alloc(48 * MIB))).toBeUndefined()
  // All but what the system holds of it.
  expect(received).toBeGreaterThan(16 * MIB)
  server.close()
})
