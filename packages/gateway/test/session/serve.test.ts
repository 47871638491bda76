import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { expect, test } from '@jest/globals'
import type { Told } from '@sluice/gateway/session/failure'
import { type ConnectionEnd, type Enter, MIN_ARRIVING, serveConnections } from '@sluice/gateway/session/serve'
import * as Effect from 'effect/Effect'
import * as Fiber from 'effect/Fiber'

type Carried = {
  readonly enter: Enter
  readonly end: (end: ConnectionEnd) => void
  readonly fail: (error: unknown) => void
  readonly stopped: Told[]
}

/** An adapter whose connections end when the test says so. `silent`: they do not become sessions by themselves. */
function governed(maxSessions: number, silent = false) {
  const carried: Carried[] = []
  const turned: Told[] = []
  const logged: [string, unknown][] = []
  const serve = serveConnections({
    maxSessions,
    open: (_socket, _session, enter) => {
      const { promise, resolve, reject } = Promise.withResolvers<ConnectionEnd>()
      const stopped: Told[] = []
      const full = silent ? undefined : enter()
      if (full === undefined) carried.push({ enter, end: resolve, fail: reject, stopped })
      else {
        turned.push(full)
        resolve({ reason: full.message, error: undefined })
      }
      return {
        ended: promise,
        stop: (told) => {
          stopped.push(told)
          resolve({ reason: told.message, error: undefined })
        },
      }
    },
    turnAway: (_socket, _session, told) => turned.push(told),
    log: (message, error) => logged.push([message, error]),
  })
  return { serve: (socket = stream()) => Effect.runFork(serve(socket)), carried, turned, logged }
}

function stream(): Socket {
  const duplex = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() })
  return Object.assign(duplex, { destroySoon: () => duplex.destroy() }) as unknown as Socket
}

const over: ConnectionEnd = { reason: 'the client left', error: undefined }

test('one session too many is turned away, and there is room again when one has ended', async () => {
  const { serve, carried, turned } = governed(2)
  const first = serve()
  serve()
  await Effect.runPromise(Fiber.await(serve()))
  expect([carried.length, turned.map(({ hint }) => hint)]).toEqual([
    2,
    ['close idle connections or raise `limits.maxSessions`'],
  ])
  carried[0]?.end(over)
  await Effect.runPromise(Fiber.await(first))
  serve()
  expect([carried.length, turned.length]).toEqual([3, 1])
})

test('who has said nothing takes no place, and of too many of them the one that waited longest makes room', async () => {
  const { serve, carried, turned } = governed(1, true)
  const sockets = Array.from({ length: MIN_ARRIVING + 1 }, stream)
  const entered = serve(sockets[0])
  expect(carried[0]?.enter()).toBeUndefined()
  for (const socket of sockets.slice(1)) serve(socket)
  expect(carried[1]?.enter()?.hint).toBe('close idle connections or raise `limits.maxSessions`')
  expect([turned.length, sockets.filter(({ destroyed }) => destroyed).length]).toEqual([0, 0])
  const late = stream()
  serve(late)
  // It was told already that there is no place.
  expect([turned.length, sockets.findIndex(({ destroyed }) => destroyed)]).toEqual([0, 1])
  serve()
  expect([turned.length, sockets.findLastIndex(({ destroyed }) => destroyed)]).toEqual([1, 2])
  expect(late.destroyed).toBe(false)
  // The one that was turned away ends like any other, and gives back no place that it did not have.
  carried[1]?.end(over)
  carried[0]?.end(over)
  await Effect.runPromise(Fiber.await(entered))
  expect(carried[2]?.enter()).toBeUndefined()
  expect(carried[3]?.enter()).toBeDefined()
})

test('a shutdown tells the client and waits for the end of its session', async () => {
  const { serve, carried } = governed(2)
  const socket = stream()
  const running = serve(socket)
  await Effect.runPromise(Fiber.interrupt(running))
  expect(carried[0]?.stopped).toEqual([
    { message: 'the gateway is shutting down', hint: 'connect again in a moment' },
  ])
  expect(socket.destroyed).toBe(true)
})

test('a failure that is nobody’s input is logged, and the place is free again', async () => {
  const { serve, carried, logged } = governed(1)
  const first = serve()
  const error = new Error('out of luck')
  carried[0]?.end({ reason: 'could not be carried', error })
  await Effect.runPromise(Fiber.await(first))
  const second = serve()
  carried[1]?.fail(error)
  await Effect.runPromise(Fiber.await(second))
  expect(logged.map(([message, cause]) => [message.replace(/session \S+:/, 'session:'), cause])).toEqual([
    ['session: could not be carried', error],
    ['session: could not be opened', error],
  ])
})

test.each([1, 0])('with %d places, a socket that breaks does not end the process', async (maxSessions) => {
  const { serve, carried } = governed(maxSessions)
  const socket = stream()
  const running = serve(socket)
  socket.destroy(new Error('reset by peer'))
  carried[0]?.end(over)
  await Effect.runPromise(Fiber.await(running))
  expect(socket.destroyed).toBe(true)
})
