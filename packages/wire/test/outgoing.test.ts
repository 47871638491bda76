import { once } from 'node:events'
import { PassThrough, Writable } from 'node:stream'
import { expect, test } from '@jest/globals'
import { Outgoing } from '@sluice/wire/outgoing'

/** A sink that keeps the very buffers it is given. */
function keeping() {
  const written: Buffer[] = []
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk)
      done()
    },
  })
  return { sink, written }
}

test('INVARIANT (relay-by-slice): neighbouring slices of one chunk leave as one slice of it, without a copy', () => {
  const { sink, written } = keeping()
  const outgoing = new Outgoing(sink)
  const chunk = Buffer.from('aaabbbccc')
  for (const at of [0, 3, 6]) outgoing.add(chunk.subarray(at, at + 3))
  expect(outgoing.waitingBytes).toBe(9)
  outgoing.flush()
  expect(written).toHaveLength(1)
  expect(written[0]?.buffer).toBe(chunk.buffer)
  expect(written[0]?.toString()).toBe('aaabbbccc')
  expect(outgoing.waitingBytes).toBe(0)
})

test('slices that are no neighbours, or of other memory, stay apart and in order', () => {
  const { sink, written } = keeping()
  const outgoing = new Outgoing(sink)
  const chunk = Buffer.from('aaabbbccc')
  outgoing.add(chunk.subarray(0, 3))
  outgoing.add(chunk.subarray(6, 9))
  outgoing.add(Buffer.from('xyz'))
  outgoing.add(chunk.subarray(3, 6))
  outgoing.flush()
  expect(Buffer.concat(written).toString()).toBe('aaacccxyzbbb')
})

test('nothing is written before flush, and nothing twice', () => {
  const { sink, written } = keeping()
  const outgoing = new Outgoing(sink)
  outgoing.add(Buffer.from('a'))
  expect(written).toEqual([])
  outgoing.flush()
  outgoing.flush()
  expect(Buffer.concat(written).toString()).toBe('a')
})

test('a slow peer shows in `blocked`; `drained` waits until it has taken all', async () => {
  const sink = new PassThrough({ highWaterMark: 4 })
  const outgoing = new Outgoing(sink)
  outgoing.add(Buffer.from('more than four'))
  expect(outgoing.flush()).toBe(false)
  expect(outgoing.blocked).toBe(true)
  let drained = false
  const wait = outgoing.drained().then(() => {
    drained = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(drained).toBe(false)
  sink.resume()
  await wait
  expect(outgoing.blocked).toBe(false)
})

test('a peer that is gone blocks nobody, and is written nothing', async () => {
  const sink = new PassThrough({ highWaterMark: 4 })
  const outgoing = new Outgoing(sink)
  outgoing.add(Buffer.from('more than four'))
  outgoing.flush()
  const wait = outgoing.drained()
  sink.destroy()
  await Promise.all([wait, once(sink, 'close')])
  outgoing.add(Buffer.from('x'))
  expect(outgoing.flush()).toBe(true)
  await outgoing.drained()
})
