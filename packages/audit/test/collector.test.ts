import { Buffer } from 'node:buffer'
import { getEventListeners, once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { expect, test } from '@jest/globals'
import { collectorAt, waitOf } from '@sluice/audit/export/collector'
import { rejectedSpans } from '@sluice/audit/export/rejected'

const MIB = 1024 * 1024

/** What becomes of a request, longer than the system holds, to a server that takes its connections so. */
const sentTo = async (
  take: (socket: Socket) => void,
  timeoutMs: number,
  stopping = new AbortController().signal,
) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    take(socket)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const collector = collectorAt({
    url,
    headers: () => ({}),
    stopping,
    onRejected: () => undefined,
  })
  const sent = await collector.send(Buffer.alloc(48 * MIB), timeoutMs)
  server.close()
  return sent
}

test('an answer that comes before the request was taken is waited with: its memory is used again', async () => {
  let received = 0
  let kept: Socket | undefined
  const sent = await sentTo((socket) => {
    kept = socket
    socket.on('data', (chunk) => {
      const isFirst = received === 0
      received += chunk.length
      if (!isFirst) return
      socket.pause()
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n')
      setTimeout(() => socket.resume(), 100)
    })
  }, 20_000)
  expect(sent).toBeUndefined()
  // All but what the system holds of it.
  expect(received).toBeGreaterThan(16 * MIB)
  // It is kept for the next request, and the process with it.
  kept?.destroy()
})

test('an answer that the request is too long counts, though the connection ends before the request was sent', async () => {
  const sent = await sentTo((socket) => {
    socket.once('data', () => {
      socket.pause()
      socket.write('HTTP/1.1 413 Payload Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      setTimeout(() => socket.resetAndDestroy(), 200)
    })
  }, 4_000)
  expect(sent).toMatchObject({ status: 413 })
})

test('a collector that never answers is given up when its time is over', async () => {
  expect(await sentTo((socket) => socket.resume(), 300)).toEqual({
    message: 'no answer within 300 ms',
    status: 0,
    late: true,
  })
})

test('a request that is under way ends when the gateway stops', async () => {
  const stopping = new AbortController()
  const sent = await sentTo((socket) => socket.once('data', () => stopping.abort()), 60_000, stopping.signal)
  expect(sent).toMatchObject({ message: 'the gateway stops' })
})

test('requests that were answered leave nothing that listens for the stop', async () => {
  const { signal } = new AbortController()
  const answer = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n'
  await sentTo((socket) => socket.resume().end(answer), 20_000, signal)
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})

test.each<[string, string, number]>([
  ['nothing', '', 0],
  ['a partial success without rejections', '0a021200', 0],
  ['rejections that are cut short', '0a0508ac02', 0],
  ['rejections and a message', '0a0708ac02120264 6f'.replace(' ', ''), 300],
  ['rejections behind a message', '0a071202646f08ac02', 300],
  ['an answer in words', Buffer.from('{"partialSuccess":{}}').toString('hex'), 0],
])('how many spans were rejected is read from the answer: %s', (_, hex, spans) => {
  expect(rejectedSpans(Buffer.from(hex, 'hex'))).toBe(spans)
})

test.each([
  ['7', 7_000],
  ['0', 0],
  ['86400', 600_000],
  ['Mon, 02 Mar 2026 09:00:30 GMT', 30_000],
  ['Mon, 02 Mar 2026 08:00:00 GMT', 0],
  ['-1', 0],
  ['soon', 0],
])('how long a collector asks to be left alone: %s', (retryAfter, ms) => {
  expect(waitOf(retryAfter, Date.UTC(2026, 2, 2, 9))).toBe(ms)
})
