import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { Principal } from '@sluice/core/policy/principal'
import type { IdentityProvider } from '@sluice/gateway/ports/identity-provider'
import { Effect } from 'effect'
import { Framer } from '../../src/framing/framer.ts'
import { frontend } from '../../src/messages/codes.ts'
import { encodePasswordMessage } from '../../src/messages/password-message.ts'
import { authenticate } from '../../src/startup/authenticate.ts'
import { Conversation } from '../../src/startup/conversation.ts'
import { LeftUnanswered } from '../../src/startup/prove-token.ts'

const holder: Principal = { id: 'holder', kind: 'human', groups: [], provider: 'tokens' }

let listener: Server
let client: Socket
let socket: Socket

beforeEach(async () => {
  listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as { port: number }
  client = connect(port, '127.0.0.1')
  ;[socket] = (await once(listener, 'connection')) as [Socket]
})

afterEach(() => {
  client.destroy()
  socket.destroy()
  listener.close()
})

/** A login that nobody knows, over a shielded connection: it is asked for a token. */
function unknownLogin(verifyToken: NonNullable<IdentityProvider['verifyToken']>): Promise<Principal> {
  const identity: IdentityProvider = {
    name: 'both',
    scram: () => undefined,
    verifyPassword: () => Effect.die('a list of passwords was asked'),
    verifyToken,
    stillValid: () => true,
  }
  const framer = new Framer({ fault: 'client', types: [frontend.PasswordMessage], maxFrameBytes: 1024 })
  client.write(encodePasswordMessage({ password: 'a token' }))
  return authenticate(new Conversation(socket, framer), {
    identity,
    login: 'x',
    certificate: undefined,
    shielded: true,
    endPoint: undefined,
    mockKey: new Uint8Array(32),
    nowSeconds: () => 0,
  })
}

test('a token is asked about where tokens are taken, and nowhere else', async () => {
  const asked: string[] = []
  const proven = unknownLogin((token) => {
    asked.push(token)
    return Effect.succeed(holder)
  })
  expect(await proven).toBe(holder)
  expect(asked).toEqual(['a token'])
})

test('who leaves while it is checked is not waited for', async () => {
  const asked = Promise.withResolvers<void>()
  let given = false
  const proven = unknownLogin(() =>
    Effect.suspend(() => {
      asked.resolve()
      return Effect.never
    }).pipe(
      Effect.onInterrupt(() =>
        Effect.sync(() => {
          given = true
        }),
      ),
    ),
  )
  await asked.promise
  client.end()
  await expect(proven).rejects.toThrow(LeftUnanswered)
  expect(given).toBe(true)
})
