import { once } from 'node:events'
import { setImmediate as turn } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import { afterEach, beforeAll, describe, expect, test } from '@jest/globals'
import { cachingProof } from '../../src/auth/caching-sha2.ts'
import { toPackets } from '../../src/framing/packets.ts'
import { capability } from '../../src/messages/capabilities.ts'
import { encodeSSLRequest } from '../../src/messages/ssl-request.ts'
import { Conversation } from '../../src/startup/conversation.ts'
import {
  type Client,
  caching,
  certificates,
  client,
  closeAll,
  errorOf,
  FLAGS,
  gateway,
  loginOf,
  opening,
  prepare,
  says,
  tls,
} from './client.ts'

beforeAll(prepare)
afterEach(closeAll)

const ended = async (one: Client): Promise<string> => {
  const reply = await one.talk.receive().catch((error: Error) => error)
  return reply instanceof Error ? reply.name : errorOf(reply).message
}

describe('a hostile client', () => {
  test('that glues a login behind its request for TLS is turned away', async () => {
    const made = await gateway({ tls })
    const one = await client(made)
    const flags = (FLAGS | capability.SSL) >>> 0
    const request = toPackets(encodeSSLRequest({ ...opening, capabilities: { flags, extended: 0 } }), 1)
    one.socket.write(Buffer.concat([request, toPackets(Buffer.from('anything'), 2)]))
    one.framer.expect(2)
    expect(await ended(one)).toContain('no TLS handshake')
    while (made.ends.length === 0) await turn()
    expect(made.ends).toHaveLength(1)
  })

  test('that begins TLS in the same packet is let in', async () => {
    const one = await client(await gateway({ tls }))
    one.talk.release()
    one.socket.cork()
    const flags = (FLAGS | capability.SSL) >>> 0
    one.socket.write(toPackets(encodeSSLRequest({ ...opening, capabilities: { flags, extended: 0 } }), 1))
    one.framer.expect(2)
    const secure = connectTls({ socket: one.socket, ca: certificates.ca.cert, servername: 'localhost' })
    setTimeout(() => one.socket.uncork(), 20)
    await once(secure, 'secureConnect')
    const inside = { ...one, talk: new Conversation(secure, one.framer), encrypted: true }
    inside.framer.expect(2)
    expect((await caching(inside, 'ana', 's3cret')).shape).toEqual(['full', 'ok'])
  })

  test.each([
    ['a wrong sequence id', (one: Client) => toPackets(Buffer.alloc(40), one.framer.sequence + 1)],
    ['a message that is too long', () => Buffer.from([0xff, 0xff, 0x7f, 1])],
    [
      'a request for TLS where there is none',
      (one: Client) =>
        toPackets(
          encodeSSLRequest({
            ...opening,
            capabilities: { flags: (FLAGS | capability.SSL) >>> 0, extended: 0 },
          }),
          one.framer.sequence,
        ),
    ],
    ['nonsense', (one: Client) => toPackets(Buffer.alloc(60, 0xff), one.framer.sequence)],
    [
      'a login name of 1,025 characters',
      (one: Client) => toPackets(loginOf({ user: 'a'.repeat(1025) }), one.framer.sequence),
    ],
    [
      'a database’s name of 1,025 characters',
      (one: Client) => toPackets(loginOf({ user: 'ana', database: 'a'.repeat(1025) }), one.framer.sequence),
    ],
  ])('%s ends it', async (_what, bytes) => {
    const made = await gateway()
    const one = await client(made)
    const sent = bytes(one)
    one.socket.write(sent)
    one.framer.expect(sent[3] === 2 ? 1 : 2)
    await ended(one)
    if (!one.socket.closed) await once(one.socket, 'close')
    while (made.ends.length === 0) await turn()
    expect(made.ends).toMatchObject([{ kind: 'refused', error: undefined }])
    expect(made.entries).toMatchObject([
      { type: 'session.refused', protocol: 'mysql', login: '', database: '' },
    ])
  })

  test('that asks for the key again and again gets one', async () => {
    const one = await client(await gateway())
    says(one, { user: 'ana', authResponse: cachingProof('s3cret', one.greeting.challenge) })
    await one.talk.receive()
    one.talk.say(Buffer.from([2]))
    expect((await one.talk.receive()).toString('latin1', 1)).toContain('PUBLIC KEY')
    one.talk.say(Buffer.from([2]))
    expect(errorOf(await one.talk.receive()).code).toBe(1045)
  })

  test('that says nothing is closed', async () => {
    const limits = { authenticationTimeoutMs: 100, maxFrameBytes: 1000 }
    const made = await gateway({ limits })
    const one = await client(made)
    await once(one.socket.resume(), 'close')
    while (made.ends.length === 0) await turn()
    expect(made.ends).toMatchObject([{ kind: 'refused', error: undefined }])
    // Whoever leaves without a word, a health check for one, is nobody to record.
    expect(made.entries).toEqual([])
  })
})
