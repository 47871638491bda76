import { describe, expect, test } from '@jest/globals'
import type { ChannelBinding } from '../../src/auth/channel-binding.ts'
import { scramClient } from '../../src/auth/scram-client.ts'
import { ScramRefused, scramServer } from '../../src/auth/scram-server.ts'
import { verifierFor } from './exchange.ts'

const ours = Buffer.alloc(32, 1)
const theirs = Buffer.alloc(32, 2)

/** `proven`, or why the server refused. */
async function meet(client: ChannelBinding | undefined, server: ChannelBinding | undefined): Promise<string> {
  const exchange = scramServer(verifierFor('pencil'), server)
  const login = scramClient('pencil', { binding: client })
  try {
    const challenge = exchange.clientFirst(login.clientFirst())
    login.serverFinal(exchange.clientFinal(await login.serverFirst(challenge)))
    return 'proven'
  } catch (error) {
    if (error instanceof ScramRefused) return error.reason
    throw error
  }
}

const bound = (endPoint: Buffer): ChannelBinding => ({ endPoint, chosen: true })
const unbound = (endPoint: Buffer): ChannelBinding => ({ endPoint, chosen: false })

describe('channel binding', () => {
  test.each<[string, ChannelBinding | undefined, ChannelBinding | undefined, string]>([
    ['both bind to one certificate', bound(ours), bound(ours), 'proven'],
    ['the client cannot bind (n)', undefined, unbound(ours), 'proven'],
    ['nobody offers it (y)', unbound(ours), undefined, 'proven'],
    ['neither can', undefined, undefined, 'proven'],
    // Somebody sits between two TLS connections: each side sees another certificate.
    ['the client sees another certificate', bound(theirs), bound(ours), 'channel-binding'],
    // Somebody took `-PLUS` out of the server's offer.
    ['the client saw no offer where there was one', unbound(ours), unbound(ours), 'channel-binding'],
    ['the client binds and nothing was offered', bound(ours), undefined, 'channel-binding'],
    ['the client binds under the mechanism without', bound(ours), unbound(ours), 'channel-binding'],
    ['the client does not bind under the mechanism with', undefined, bound(ours), 'channel-binding'],
    ['the client could bind, under the mechanism with', unbound(ours), bound(ours), 'channel-binding'],
  ])('%s', async (_name, client, server, outcome) => {
    expect(await meet(client, server)).toBe(outcome)
  })

  test.each(['p=tls-unique,,', 'p=tls-exporter,,', 'p=,,', 'p=tls-server-end-point,a=dora,', 'q,,'])(
    'another header (%s) is refused',
    (header) => {
      const exchange = scramServer(verifierFor('pencil'), bound(ours))
      expect(() => exchange.clientFirst(Buffer.from(`${header}n=,r=abc`))).toThrow(ScramRefused)
    },
  )
})
