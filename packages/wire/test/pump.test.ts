import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { Pump, type Step } from '@sluice/wire/pump'

/** A pump whose pieces are the chunks: each step takes one and hands its first byte to `handle`. */
function pumping(handle: (byte: number) => Step) {
  const source = new PassThrough({ highWaterMark: 16 * 1024 })
  const pieces: Buffer[] = []
  let idles = 0
  const failures: unknown[] = []
  const buffered = (): number => pieces.reduce((sum, { length }) => sum + length, 0)
  const pump = new Pump(source, {
    push: (chunk) => pieces.push(chunk),
    step: () => {
      const piece = pieces.shift()
      return piece === undefined ? false : handle(piece[0] as number)
    },
    buffered,
    idle: () => {
      idles += 1
    },
    fail: (error) => failures.push(error),
  })
  pump.start()
  return { pump, source, failures, idles: () => idles, buffered }
}

const until = async (ready: () => boolean): Promise<void> => {
  while (!ready()) await turn()
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('pieces are handled one after the other, also where some wait', async () => {
  const handled: number[] = []
  let running = 0
  const { source } = pumping((byte) => {
    expect(running).toBe(0)
    handled.push(byte)
    if (byte % 2 === 0) return true
    running += 1
    return turn().then(() => {
      running -= 1
    })
  })
  for (const byte of [1, 2, 3, 4, 5, 6]) source.write(Buffer.of(byte))
  await until(() => handled.length === 6)
  expect(handled).toEqual([1, 2, 3, 4, 5, 6])
})

test('what is queued is written when nothing more can be taken', async () => {
  const { source, idles } = pumping(() => true)
  const before = idles()
  source.write(Buffer.of(1, 2, 3))
  await until(() => idles() > before)
  expect(idles()).toBe(before + 1)
})

test('INVARIANT (hostile-both-sides): while a step waits, no more is read than a bound', async () => {
  const gate = Promise.withResolvers<void>()
  let first = true
  let handled = 0
  const { source, buffered } = pumping(() => {
    handled += 1
    if (!first) return true
    first = false
    return gate.promise
  })
  const chunk = Buffer.alloc(16 * 1024)
  let sent = 0
  let still = 0
  while (still < 50 && sent < 4 * 1024 * 1024) {
    if (source.writableNeedDrain) still += 1
    else {
      source.write(chunk)
      sent += chunk.length
      still = 0
    }
    await turn()
  }
  expect(buffered()).toBeLessThan(1024 * 1024)
  expect(sent).toBeLessThan(4 * 1024 * 1024)
  gate.resolve()
  await until(() => handled * chunk.length >= sent)
  expect(buffered()).toBe(0)
}, 30_000)

test.each<[string, () => Step]>([
  [
    'a step that throws',
    () => {
      throw new Error('bad')
    },
  ],
  ['a step whose wait is rejected', () => Promise.reject(new Error('bad'))],
])('%s ends the pump, once', async (_name, handle) => {
  let steps = 0
  const { source, failures } = pumping(() => {
    steps += 1
    return handle()
  })
  for (const byte of [1, 2, 3]) source.write(Buffer.of(byte))
  await until(() => failures.length > 0)
  source.write(Buffer.of(4))
  await turn()
  expect(steps).toBe(1)
  expect(failures).toEqual([new Error('bad')])
})

test('a pump that was stopped handles nothing, also not what a wait ends with', async () => {
  const gate = Promise.withResolvers<void>()
  let steps = 0
  const { pump, source } = pumping(() => {
    steps += 1
    return gate.promise
  })
  source.write(Buffer.of(1))
  source.write(Buffer.of(2))
  await until(() => steps > 0)
  pump.stop()
  gate.resolve()
  await turn()
  source.write(Buffer.of(3))
  await turn()
  expect(steps).toBe(1)
})
