import { generateKeyPairSync } from 'node:crypto'
import dns from 'node:dns'
import { afterEach, describe, expect, jest, test } from '@jest/globals'
import { type PeerStep, type ScriptedServer, scriptedServer } from '@sluice/testkit/loopback'
import { UpstreamUnreachable } from '@sluice/wire/socket/dial'
import { ProtocolViolation } from '@sluice/wire/violation'
import { packetHeader, toPackets } from '../../src/framing/packets.ts'
import { encodeAuthMoreData } from '../../src/messages/auth-more-data.ts'
import { encodeAuthSwitchRequest } from '../../src/messages/auth-switch-request.ts'
import { capability } from '../../src/messages/capabilities.ts'
import { encodeErrPacket } from '../../src/messages/err-packet.ts'
import { encodeHandshakeV10 } from '../../src/messages/handshake-v10.ts'
import { encodeLocalInfileRequest } from '../../src/messages/local-infile-request.ts'
import { encodeOkPacket } from '../../src/messages/ok-packet.ts'
import { UpstreamRefused, type UpstreamSession } from '../../src/upstream/login.ts'
import { upstreamSource } from '../../src/upstream/source.ts'

const servers: ScriptedServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

const BASE =
  (capability.PROTOCOL_41 | capability.SECURE_CONNECTION | capability.PLUGIN_AUTH | capability.MYSQL) >>> 0
const challenge = Buffer.alloc(20, 5)
const greeting = (flags = BASE): Buffer =>
  toPackets(
    encodeHandshakeV10({
      serverVersion: '8.0.36',
      connectionId: 1,
      challenge,
      capabilities: { flags, extended: 0 },
      collation: 45,
      status: 2,
      plugin: 'caching_sha2_password',
    }),
    0,
  )
const ok = encodeOkPacket(
  { header: 0, affectedRows: 0n, lastInsertId: 0n, status: 2, warnings: 0, info: '', changes: [] },
  capability.PROTOCOL_41,
)
const switchTo = (plugin: string): Buffer => encodeAuthSwitchRequest({ plugin, data: challenge })
const full = encodeAuthMoreData({ data: Buffer.from([4]) })

/** The server says its greeting, and then each message once the gateway has answered the one before. */
const script = (...messages: readonly Buffer[]): PeerStep[] => [
  { send: greeting() },
  ...messages.flatMap((message, i): PeerStep[] => [{ await: 1 }, { send: toPackets(message, 2 + 2 * i) }]),
]

const login = async (
  steps: readonly PeerStep[],
  tls: 'disable' | 'require' = 'disable',
): Promise<UpstreamSession> => {
  const server = await scriptedServer(steps)
  servers.push(server)
  const options = {
    host: server.host,
    port: server.port,
    tls,
    user: 'gate',
    password: async () => 's3cret',
    database: 'd',
  }
  const wish = {
    capabilities: { flags: capability.PROTOCOL_41, extended: 0 },
    database: undefined,
    collation: 45,
    programName: '',
  }
  const limits = { authenticationTimeoutMs: 1_000, maxFrameBytes: 1 << 20 }
  return await upstreamSource(options, limits).connect(wish)
}

test('what runs is ended where it runs, wherever the name of the database leads by then', async () => {
  const server = await scriptedServer([...script(ok), { await: 1 }, { send: toPackets(ok, 1) }])
  servers.push(server)
  const leads = ['127.0.0.1', '127.0.0.2']
  const lookup = jest.spyOn(dns, 'lookup') as unknown as jest.SpiedFunction<(...given: Looked) => void>
  lookup.mockImplementation((_host, _options, answer) =>
    answer(null, [{ address: leads.shift() ?? '127.0.0.2', family: 4 }]),
  )
  const source = upstreamSource(
    {
      host: 'database.test',
      port: server.port,
      tls: 'disable',
      user: 'gate',
      password: async () => 's3cret',
      database: 'd',
    },
    { authenticationTimeoutMs: 1_000, maxFrameBytes: 1 << 20 },
  )
  try {
    const session = await source.connect({
      capabilities: { flags: capability.PROTOCOL_41, extended: 0 },
      database: undefined,
      collation: 45,
      programName: '',
    })
    await source.cancel(session)
    session.stream.destroy()
  } finally {
    lookup.mockRestore()
  }
  // It is read a little later than its answer, which this server gives unseen.
  const killed = (): boolean => server.received().some((said) => said.includes('KILL QUERY 1'))
  while (!killed()) await new Promise((resolve) => setTimeout(resolve, 5))
  expect(killed()).toBe(true)
})

/** How Node asks where a name leads. */
type Looked = [
  host: string,
  options: object,
  answer: (error: null, found: readonly { address: string; family: number }[]) => void,
]

test('a database that says OK lets the gateway in', async () => {
  const session = await login(script(ok))
  expect(session).toMatchObject({ connectionId: 1, status: 2, profile: { mariadb: false, version: 80_036 } })
  session.stream.destroy()
})

test('a full login by RSA within one machine', async () => {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = encodeAuthMoreData({ data: Buffer.from(publicKey.export({ type: 'spki', format: 'pem' })) })
  const session = await login(script(full, key, ok))
  session.stream.destroy()
  expect(servers[0]?.received()[0]?.includes('s3cret')).toBe(false)
})

describe('a hostile database is a violation', () => {
  test.each([
    [
      'that switches plugins twice',
      script(switchTo('mysql_native_password'), switchTo('caching_sha2_password')),
    ],
    ['that asks for a file', script(encodeLocalInfileRequest({ fileName: '/etc/passwd' }))],
    ['that asks for the password in clear', script(switchTo('mysql_clear_password'))],
    ['that asks for a proof from before 4.1', script(Buffer.from([0xfe]))],
    ['that asks for a plugin that is none', script(switchTo('\u0007'))],
    ['that sends an empty message', script(Buffer.alloc(0))],
    ['that sends rows', script(Buffer.from([2]))],
    ['that goes on after it was content', script(encodeAuthMoreData({ data: Buffer.from([3]) }), full)],
    ['that shows a key that is none', script(full, encodeAuthMoreData({ data: Buffer.from('key') }))],
    ['whose greeting is of another protocol', [{ send: toPackets(Buffer.from([9, 0]), 0) }]],
    ['whose packets are numbered wrongly', [{ send: greeting() }, { await: 1 }, { send: toPackets(ok, 3) }]],
    ['whose greeting has no end', [{ send: packetHeader(0xff_ffff, 0) }]],
    ['whose OK is cut off', script(Buffer.from([0, 0]))],
  ] satisfies [string, PeerStep[]][])('%s', async (_what, steps) => {
    const error: unknown = await login(steps).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ProtocolViolation)
    expect(error).toMatchObject({ fault: 'upstream' })
    expect(servers[0]?.received().some((bytes) => bytes.includes('s3cret'))).toBe(false)
  })

  test('that sends bytes behind its greeting, before the TLS handshake', async () => {
    const both = Buffer.concat([greeting((BASE | capability.SSL) >>> 0), toPackets(ok, 2)])
    await expect(login([{ send: both }], 'require')).rejects.toBeInstanceOf(ProtocolViolation)
  })

  test('that offers no TLS where it is wanted', async () => {
    await expect(login(script(ok), 'require')).rejects.toThrow(/does not offer TLS/)
    expect(servers[0]?.received()[0]?.length ?? 0).toBe(0)
  })
})

test('a database that says no is heard, before the greeting and behind it', async () => {
  const no = encodeErrPacket({ code: 1045, sqlState: '28000', message: 'no' })
  await expect(login(script(no))).rejects.toBeInstanceOf(UpstreamRefused)
  const crowded = encodeErrPacket({ code: 1040, sqlState: undefined, message: 'Too many connections' })
  await expect(login([{ send: toPackets(crowded, 0) }])).rejects.toMatchObject({ code: 1040 })
})

test('a database that falls silent is unreachable', async () => {
  await expect(login([{ send: greeting() }])).rejects.toBeInstanceOf(UpstreamUnreachable)
})
