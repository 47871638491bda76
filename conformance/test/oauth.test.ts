import { once } from 'node:events'
import { connect as connectTls } from 'node:tls'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { decodeAuthentication } from '@sluice/adapter-postgres/messages/authentication'
import { encodePasswordMessage } from '@sluice/adapter-postgres/messages/password-message'
import { encodeSASLInitialResponse } from '@sluice/adapter-postgres/messages/sasl-initial-response'
import { encodeSASLResponse } from '@sluice/adapter-postgres/messages/sasl-response'
import { encodeSSLRequest } from '@sluice/adapter-postgres/messages/ssl-request'
import { encodeStartupMessage } from '@sluice/adapter-postgres/messages/startup-message'
import { readEntries } from '@sluice/audit/read'
import { type RunningPostgres, startPostgres } from '@sluice/testkit/postgres-server'
import { createTokenIssuer, type TokenIssuer } from '@sluice/testkit/tokens'
import { startGateway, type TestGateway, trusting } from '../harness/gateway.ts'
import { libpq18, libpq18Works } from '../harness/libpq18.ts'
import { RawClient } from '../harness/raw-client.ts'

let issuer: TokenIssuer
const DISCOVERY = 'https://issuer.example/.well-known/openid-configuration'
let server: RunningPostgres
let gateway: TestGateway

beforeAll(async () => {
  issuer = await createTokenIssuer({ issuer: 'https://issuer.example', audience: 'sluice' })
  server = await startPostgres({ version: 'embedded', superuserPassword: 'secret', auth: 'scram-sha-256' })
  gateway = await startGateway({
    upstream: server,
    database: 'postgres',
    ...trusting(issuer, 'oauth: { scope: "openid sluice" }'),
  })
}, 120_000)

afterAll(async () => {
  await gateway?.close()
  await server?.stop()
})

const refusals = async (): Promise<string[]> => {
  await gateway.audit.durable(gateway.audit.append({ type: 'control', at: 0, action: 'test', detail: {} }))
  return [...readEntries(gateway.journal)].flatMap(({ entry }) =>
    entry.type === 'session.refused' ? [entry.reason] : [],
  )
}

const conninfo = (user = 'oauth'): Record<string, string | number> => {
  const { host, port, database } = gateway.connection(user)
  const oauth = { oauth_issuer: issuer.issuer, oauth_client_id: 'psql', require_auth: 'oauth' }
  return { host, port, user, dbname: database, sslmode: 'require', ...oauth }
}

describe('libpq 18', () => {
  const libpq = libpq18Works ? test : test.skip
  libpq('is told where to get a token, and gets in with it', async () => {
    const token = await issuer.sign('ana@example.com', { groups: ['analysts'] })
    const said = await libpq18('oauth', conninfo(), token)
    expect(said).toMatchObject({ connected: true, value: 'carried', asked: [[DISCOVERY, 'openid sluice']] })
  })

  libpq('with a token of another issuer does not', async () => {
    const other = await createTokenIssuer({ issuer: issuer.issuer, audience: 'sluice' })
    const said = await libpq18('oauth', conninfo(), await other.sign('ana@example.com'))
    expect(said.connected).toBe(false)
    expect(said.error).toContain('authentication failed for `oauth`')
    expect((await refusals()).at(-1)).toContain('signature')
  })

  libpq('under another name is asked for the token as a password', async () => {
    expect((await libpq18('oauth', conninfo('token'), 'x')).error).toMatch(
      /authentication method requirement/,
    )
  })
})

/** A TLS connection on which that login was asked for, and what the gateway wants to prove it. */
async function loggingIn(user: string): Promise<[RawClient, ReturnType<typeof decodeAuthentication>]> {
  const plain = await RawClient.dial(gateway.connection('oauth'))
  const socket = plain.stream
  socket.removeAllListeners('data')
  socket.write(encodeSSLRequest())
  await once(socket, 'data')
  const tls = connectTls({ socket: socket as never, rejectUnauthorized: false })
  await once(tls, 'secureConnect')
  const client = new RawClient(tls)
  const parameters = new Map([
    ['user', user],
    ['database', 'postgres'],
  ])
  client.send(encodeStartupMessage({ version: 0x0003_0000, parameters }))
  const offer = await client.next()
  return [client, decodeAuthentication(offer?.payload ?? Buffer.alloc(0))]
}

/** The same for the login `oauth`. */
async function asked(): Promise<RawClient> {
  const [client, offer] = await loggingIn('oauth')
  expect(offer).toEqual({ kind: 'sasl', mechanisms: ['OAUTHBEARER'] })
  return client
}

const initial = (text: string | null, mechanism = 'OAUTHBEARER'): Buffer =>
  encodeSASLInitialResponse({ mechanism, data: text === null ? null : Buffer.from(text) })
const bearer = (token: string): Buffer => initial(`n,,\u0001auth=Bearer ${token}\u0001\u0001`)
const reply = (data: string): Buffer => encodeSASLResponse({ data: Buffer.from(data) })
const heard = async (client: RawClient): Promise<unknown> => {
  const message = await client.next()
  const request = decodeAuthentication(message?.payload ?? Buffer.alloc(0))
  return request.kind === 'sasl-continue' ? request.data.toString() : request.kind
}

describe('RFC 7628, step by step', () => {
  test.each([
    ['without a token', 'n,,\u0001auth=\u0001\u0001'],
    ['with one that is none', 'n,,\u0001auth=Bearer abc\u0001\u0001'],
    ['that could bind channels', 'y,,\u0001auth=\u0001\u0001'],
    ['that names host and port', 'n,,\u0001host=a\u0001port=1\u0001auth=\u0001\u0001'],
  ])('a client %s is told where to get one, and fails once it has answered', async (_name, first) => {
    const client = await asked()
    client.send(initial(first))
    expect(JSON.parse(String(await heard(client)))).toEqual({
      status: 'invalid_token',
      'openid-configuration': DISCOVERY,
      scope: 'openid sluice',
    })
    client.send(reply('\u0001'))
    expect(await client.rest()).toEqual(['ErrorResponse 28P01', 'closed'])
  })

  test('a client may wait for an empty challenge', async () => {
    const client = await asked()
    client.send(initial(null))
    expect(await heard(client)).toBe('')
    client.send(reply(`n,,\u0001auth=Bearer ${await issuer.sign('ana@example.com')}\u0001\u0001`))
    expect((await client.ready()).at(-1)).toBe('ReadyForQuery I')
    expect(await client.query('SELECT 1')).toContain('DataRow 1')
    client.close()
  })

  test('what answers the error must be the dummy', async () => {
    const client = await asked()
    client.send(initial('n,,\u0001auth=\u0001\u0001'))
    await heard(client)
    client.send(reply('n,,\u0001auth=Bearer x\u0001\u0001'))
    expect(await client.rest()).toEqual(['ErrorResponse 08P01', 'closed'])
  })

  test('another mechanism is none that was offered', async () => {
    const client = await asked()
    client.send(initial('n,,n=,r=abc', 'SCRAM-SHA-256'))
    expect(await client.rest()).toEqual(['ErrorResponse 08P01', 'closed'])
  })

  test('INVARIANT (secrets-stay-out): no token is recorded', async () => {
    const token = await issuer.sign('ana@example.com', {}, -60)
    const client = await asked()
    client.send(initial(`n,,\u0001auth=Bearer ${token}\u0001\u0001`))
    await heard(client)
    client.send(reply('\u0001'))
    await client.rest()
    expect((await refusals()).at(-1)).toContain('expired')
    expect((await refusals()).join()).not.toContain(token.slice(0, 20))
  })
})

const gone = async (client: RawClient): Promise<void> => {
  client.stream.end()
  await client.rest()
}

/** Leaves with the challenge that is the verdict. */
async function tried(token: string): Promise<void> {
  const client = await asked()
  client.send(bearer(token))
  await heard(client)
  await gone(client)
}

/** What is recorded of connections that end, as far as another one that is refused behind them. */
async function recordedOf(connections: () => Promise<void>): Promise<string[]> {
  const before = (await refusals()).length
  await connections()
  const next = await asked()
  next.send(initial('n,,n=,r=abc', 'SCRAM-SHA-256'))
  await next.rest()
  return (await refusals()).slice(before, -1)
}

describe('who shows a token and leaves is recorded:', () => {
  let forged: string
  beforeAll(async () => {
    const other = await createTokenIssuer({ issuer: issuer.issuer, audience: 'sluice' })
    forged = await other.sign('ana@example.com')
  })

  test('with the verdict where the challenge has told it', async () => {
    expect(await recordedOf(() => tried(forged))).toEqual([expect.stringContaining('signature')])
    const expired = await issuer.sign('ana@example.com', {}, -60)
    expect(await recordedOf(() => tried(expired))).toEqual([expect.stringContaining('expired')])
  })

  test('without waiting for it', async () => {
    for (const [user, shown] of [
      ['oauth', bearer(forged)],
      ['token', encodePasswordMessage({ password: forged })],
    ] as const) {
      const recorded = await recordedOf(async () => {
        const [client] = await loggingIn(user)
        client.stream.end(shown)
        await client.rest()
      })
      // Whichever came first.
      expect(recorded).toEqual([
        expect.stringMatching(/signature|^the client left before its token was answered$/),
      ])
    }
  })

  test('but not who has none yet', async () => {
    const recorded = await recordedOf(async () => {
      const client = await asked()
      client.send(initial('n,,\u0001auth=\u0001\u0001'))
      await heard(client)
      await gone(client)
      const [early] = await loggingIn('token')
      await gone(early)
    })
    expect(recorded).toEqual([])
  })
})

test('without TLS no token is asked for', async () => {
  await expect(RawClient.login({ ...gateway.connection('oauth'), password: 'x' })).rejects.toThrow('28P01')
})
