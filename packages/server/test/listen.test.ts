import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { expect, test } from '@jest/globals'
import * as Effect from 'effect/Effect'
import { listen } from '../src/listen.ts'

/** The timer of the accepting side's connection, as Linux lists it: 0, none; 2, the one that asks a silent peer. */
const timerOf = async (port: number): Promise<string | undefined> => {
  const lines = (await readFile('/proc/net/tcp', 'latin1')).split('\n')
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const established = '01'
  const found = lines
    .map((line) => line.trim().split(/\s+/))
    .find((words) => (words[1] ?? '').endsWith(local) && words[3] === established)
  return found?.[5]?.slice(0, 2)
}

const onLinux = process.platform === 'linux' ? test : test.skip

onLinux('a client that says nothing is asked whether it is still there', async () => {
  const accepted = Promise.withResolvers<void>()
  const adapter = {
    protocol: 'postgresql' as const,
    serve: () =>
      Effect.suspend(() => {
        accepted.resolve()
        return Effect.never
      }),
  }
  const timer = await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const { port } = yield* listen(adapter, { protocol: 'postgresql', host: '127.0.0.1', port: 0 })
        const socket = connect(port, '127.0.0.1')
        yield* Effect.promise(() => Promise.all([once(socket, 'connect'), accepted.promise]))
        const found = yield* Effect.promise(() => timerOf(port))
        socket.destroy()
        return found
      }),
    ),
  )
  expect(timer).toBe('02')
})
