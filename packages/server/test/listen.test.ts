import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { expect, test } from '@jest/globals'
import * as Effect from 'effect/Effect'
import { listen, sessionScope } from '../src/listen.ts'

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

const ANYWHERE = { protocol: 'postgresql', host: '127.0.0.1', port: 0 } as const

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
        const { port } = yield* listen(adapter, ANYWHERE, yield* sessionScope)
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

test('at the end no session waits for another to be over, and no listener takes new ones', async () => {
  const sessions = 4
  let stopping = 0
  const begun = Promise.withResolvers<void>()
  const allStopping = Promise.withResolvers<void>()
  const ports: number[] = []
  const reached: boolean[] = []
  let carried = 0
  const adapter = {
    protocol: 'postgresql' as const,
    serve: () =>
      Effect.callback<never>(() => {
        carried += 1
        if (carried === sessions) begun.resolve()
        return Effect.promise(async () => {
          stopping += 1
          if (stopping === sessions) allStopping.resolve()
          for (const port of ports) reached.push(await accepts(port))
          await allStopping.promise
        })
      }),
  }
  const clients: Socket[] = []
  await Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const scope = yield* sessionScope
        for (let count = 0; count < 2; count += 1) ports.push((yield* listen(adapter, ANYWHERE, scope)).port)
        for (let count = 0; count < sessions; count += 1)
          clients.push(connect(ports[count % 2] as number, '127.0.0.1'))
        yield* Effect.promise(() => begun.promise)
      }),
    ),
  )
  for (const client of clients) client.destroy()
  expect(carried).toBe(sessions)
  expect(reached).toEqual(Array.from({ length: 2 * sessions }, () => false))
})

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
